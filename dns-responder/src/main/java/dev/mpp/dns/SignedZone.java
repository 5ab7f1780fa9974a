package dev.mpp.dns;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a zone needs besides its records so that its answers can be signed. Immutable. */
final class SignedZone {
  private static final Set<Integer> MADE_BY_SIGNER =
      Set.of(
          RrType.RRSIG,
          RrType.NSEC,
          RrType.NSEC3,
          RrType.NSEC3PARAM,
          RrType.DNSKEY,
          RrType.CDS,
          RrType.CDNSKEY);
  private static final int[] OF_KEYS = {RrType.DNSKEY, RrType.CDS, RrType.CDNSKEY};

  private final ZoneSigner signer;
  private final Zone zone;
  private final Map<DnsName, RecordSet> all;
  private final NameIndex<RecordSet> denials;
  private final @Nullable NameIndex<RecordSet> cuts;

  /**
   * @param below apexes of other zones of ours below this one; cuts, whether NS records say so here
   *     or not
   * @throws IllegalArgumentException if the zone cannot be signed
   */
  SignedZone(ZoneSigner signer, Zone zone, Set<DnsName> below) {
    if (!signer.zone().equals(zone.apex())) {
      throw new IllegalArgumentException(
          "zone " + zone.apex() + " cannot be signed with the keys of " + signer.zone());
    }
    this.signer = signer;
    this.zone = zone;
    this.all = new LinkedHashMap<>();
    Map<DnsName, RecordSet> proofs = new HashMap<>();
    zone.owners()
        .forEach(
            (name, owner) -> {
              owner.sets().forEach(set -> requireSignable(name, set));
              boolean cut = zone.delegations().containsKey(name) || below.contains(name);
              RecordSet denial = cut ? cut(name, owner) : existing(name, owner);
              all.put(name, denial);
              if (cut) {
                RecordSet ds = owner.find(RrType.DS);
                proofs.put(name, ds == null ? denial : ds);
              }
            });
    this.denials = new NameIndex<>(all);
    this.cuts = proofs.isEmpty() ? null : new NameIndex<>(proofs);
  }

  private static void requireSignable(DnsName name, RecordSet set) {
    if (MADE_BY_SIGNER.contains(set.type())) {
      throw new IllegalArgumentException(
          name
              + " has type "
              + set.type()
              + ", which is made while the zone is signed; remove the record");
    }
    if (set.ttl() > KeyRing.MAX_TTL) {
      throw new IllegalArgumentException(
          name
              + ": TTL "
              + set.ttl()
              + " is longer than a day, and keys are rolled by that; shorten it to 86400 or less");
    }
  }

  private RecordSet existing(DnsName name, Owner owner) {
    IntStream types = owner.sets().stream().mapToInt(RecordSet::type);
    if (name.equals(zone.apex())) {
      types = IntStream.concat(types, IntStream.of(OF_KEYS));
    }
    return Denial.existing(name, types.boxed().toList(), zone.negativeTtl(), zone.apex());
  }

  private RecordSet cut(DnsName name, Owner owner) {
    boolean signedChild = owner.find(RrType.DS) != null;
    return Denial.cut(name, signedChild, zone.negativeTtl(), zone.apex());
  }

  ZoneSigner signer() {
    return signer;
  }

  RecordSet soa() {
    return zone.soa();
  }

  long negativeTtl() {
    return zone.negativeTtl();
  }

  /** The NSEC record of a name that exists; null for one that does not. */
  @Nullable RecordSet denial(LookupName name) {
    return denials.find(name, 0);
  }

  /** What a referral says of the child's keys: its DS set, or that there is none. */
  @Nullable RecordSet proof(LookupName name) {
    if (cuts == null) {
      return null;
    }
    for (int suffix = 0; suffix < name.suffixes(); suffix++) {
      RecordSet found = cuts.find(name, suffix);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** A set at the apex that follows from the keys; null for other types. */
  @Nullable RecordSet ofKeys(int type) {
    return signer.keys(type);
  }

  /** Everything that can be asked for. */
  Stream<RecordSet> sets() {
    Stream<RecordSet> keys =
        IntStream.of(OF_KEYS).boxed().flatMap(type -> Stream.ofNullable(ofKeys(type)));
    Stream<RecordSet> records =
        zone.owners().values().stream().flatMap(owner -> owner.sets().stream());
    return Stream.of(keys, records, all.values().stream(), Stream.of(zone.soa())).flatMap(s -> s);
  }
}
