package dev.mpp.dns;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One zone, immutable: what {@link ZoneBuilder} checked, indexed for answering. */
public final class Zone {
  private final DnsName apex;
  private final RecordSet soa;
  private final long negativeTtl;
  private final Map<DnsName, Owner> owners;
  private final NameIndex<Owner> index;
  private final Map<DnsName, Delegation> delegations;
  private final @Nullable NameIndex<Delegation> cuts;
  private final @Nullable SignedZone signing;

  Zone(
      DnsName apex,
      RecordSet soa,
      long negativeTtl,
      Map<DnsName, Owner> owners,
      Map<DnsName, Delegation> delegations) {
    this(apex, soa, negativeTtl, owners, delegations, Set.of(), null);
  }

  /**
   * @param owners everything that this zone answers, names below a cut excluded
   * @param below apexes of other zones of ours below this one
   */
  private Zone(
      DnsName apex,
      RecordSet soa,
      long negativeTtl,
      Map<DnsName, Owner> owners,
      Map<DnsName, Delegation> delegations,
      Set<DnsName> below,
      @Nullable ZoneSigner signer) {
    this.apex = apex;
    this.soa = soa;
    this.negativeTtl = negativeTtl;
    this.owners = withEmptyNonTerminals(apex, owners);
    this.index = new NameIndex<>(this.owners);
    this.delegations = Map.copyOf(delegations);
    this.cuts = delegations.isEmpty() ? null : new NameIndex<>(delegations);
    this.signing = signer == null ? null : new SignedZone(signer, this, below);
  }

  /**
   * Starts a zone.
   *
   * @param apex the zone's name, as for {@link DnsName#of}
   * @param soaTtlSeconds TTL of the SOA record, 0 to 2^31-1; negative answers use the smaller of it
   *     and {@link Rdata.Soa#minimum} (RFC 2308 section 3)
   */
  public static ZoneBuilder builder(String apex, long soaTtlSeconds, Rdata.Soa soa) {
    return new ZoneBuilder(DnsName.of(apex), soaTtlSeconds, soa);
  }

  /** The zone's name. */
  public DnsName apex() {
    return apex;
  }

  /**
   * The same zone with signed answers for who asks for them.
   *
   * @throws IllegalArgumentException if it has records that only the signer may make, or a TTL that
   *     would outlive a roll of keys
   */
  public Zone signedBy(ZoneSigner signer) {
    return new Zone(apex, soa, negativeTtl, owners, delegations, Set.of(), signer);
  }

  /** The same zone, knowing that {@code apexes} below it exist elsewhere in the table. */
  Zone above(Collection<DnsName> apexes) {
    Map<DnsName, Owner> more = new LinkedHashMap<>(owners);
    for (DnsName below : apexes) {
      for (DnsName owned : owners.keySet()) {
        if (owned.isAtOrBelow(below)
            && owners.get(owned) != Owner.EMPTY_NON_TERMINAL
            && !delegations.containsKey(owned)) {
          throw new IllegalArgumentException(
              owned + " is given in zone " + apex + " but belongs to zone " + below);
        }
      }
      more.put(below, Owner.EMPTY_NON_TERMINAL);
    }
    return new Zone(apex, soa, negativeTtl, more, delegations, Set.copyOf(apexes), signer());
  }

  private static Map<DnsName, Owner> withEmptyNonTerminals(
      DnsName apex, Map<DnsName, Owner> owners) {
    Map<DnsName, Owner> all = new LinkedHashMap<>(owners);
    for (DnsName name : owners.keySet()) {
      for (DnsName up = name; up != null && !up.equals(apex); up = up.parent()) {
        all.putIfAbsent(up, Owner.EMPTY_NON_TERMINAL);
      }
    }
    return Map.copyOf(all);
  }

  Map<DnsName, Owner> owners() {
    return owners;
  }

  /** The names with a CNAME. */
  List<DnsName> aliases() {
    return owners.entrySet().stream()
        .filter(e -> e.getValue().aliasTarget() != null)
        .map(Map.Entry::getKey)
        .toList();
  }

  @Nullable Owner owner(LookupName name) {
    return index.find(name, 0);
  }

  /** The cut at or above a name, or null: what lies there is not this zone's to answer. */
  @Nullable Delegation delegation(LookupName name) {
    if (cuts == null) {
      return null;
    }
    for (int suffix = 0; suffix < name.suffixes(); suffix++) {
      Delegation found = cuts.find(name, suffix);
      if (found != null) {
        return found; // there is no cut below a cut
      }
    }
    return null;
  }

  /** 0 to 2^32-1. */
  public long serial() {
    return soa.record(0).soaSerial();
  }

  RecordSet soa() {
    return soa;
  }

  Map<DnsName, Delegation> delegations() {
    return delegations;
  }

  /** Who signs it, or null. */
  @Nullable ZoneSigner signer() {
    return signing == null ? null : signing.signer();
  }

  /** What is signed of it, or null. */
  @Nullable SignedZone signing() {
    return signing;
  }

  /** Every set that a query may want signatures of, the names that do not exist apart. */
  Stream<RecordSet> signable() {
    return signing == null ? Stream.empty() : signing.sets();
  }

  long negativeTtl() {
    return negativeTtl;
  }
}
