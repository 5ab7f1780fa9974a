package dev.mpp.dns;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Collects the records of a zone and refuses what could not be answered correctly.
 *
 * <p>Owner names are absolute ({@link DnsName#of}) and must lie at or below the apex. Every method
 * throws {@link IllegalArgumentException} with the name and the reason. Not thread-safe.
 */
public final class ZoneBuilder {
  private final DnsName apex;
  private final long soaTtl;
  private Rdata.Soa soa;
  private final Map<DnsName, Draft> drafts = new LinkedHashMap<>();

  ZoneBuilder(DnsName apex, long soaTtl, Rdata.Soa soa) {
    Wire.requireTtl("SOA TTL", soaTtl);
    this.apex = apex;
    this.soaTtl = soaTtl;
    this.soa = soa;
    draft(apex).sets.put(RrType.SOA, new SetDraft(soaTtl, false, List.of(soa)));
  }

  /**
   * Replaces the serial that the zone was started with.
   *
   * @param serial 0 to 2^32-1
   */
  public ZoneBuilder serial(long serial) {
    soa =
        new Rdata.Soa(
            soa.mname(),
            soa.rname(),
            serial,
            soa.refresh(),
            soa.retry(),
            soa.expire(),
            soa.minimum());
    draft(apex).sets.put(RrType.SOA, new SetDraft(soaTtl, false, List.of(soa)));
    return this;
  }

  /** Adds the zone's name servers; at least one is needed (RFC 1035 section 5.2). */
  public ZoneBuilder ns(long ttlSeconds, String... hosts) {
    for (String host : hosts) {
      add(apex, ttlSeconds, false, new Rdata.Ns(DnsName.of(host)));
    }
    return this;
  }

  /**
   * Adds records that stay true until the next table.
   *
   * @param ttlSeconds 0 to 2^31-1; the same for all records of a type at a name (RFC 2181 section
   *     5.2)
   */
  public ZoneBuilder records(String owner, long ttlSeconds, Rdata... data) {
    for (Rdata one : data) {
      add(DnsName.of(owner), ttlSeconds, false, one);
    }
    return this;
  }

  /** As {@link #live(String, long, Liveness, List)}. */
  public ZoneBuilder live(String owner, long maxTtlSeconds, Liveness liveness, Rdata... data) {
    return live(owner, maxTtlSeconds, liveness, List.of(data));
  }

  /**
   * Makes {@code owner} a live name and adds records to it. Everything said about a live name is
   * bounded by its liveness, "no such type" included; only static records at the same name and its
   * SOA and NS are not. No data at all is allowed: the name is then known to have none.
   *
   * @param maxTtlSeconds the TTL while the lease has at least as long to run, 0 to 2^31-1; bounds
   *     negative answers about the name as well
   * @param liveness the same for every call with this owner
   * @param data anything but NS, CNAME and SOA
   */
  public ZoneBuilder live(
      String owner, long maxTtlSeconds, Liveness liveness, List<? extends Rdata> data) {
    DnsName name = DnsName.of(owner);
    Wire.requireTtl(name + " TTL", maxTtlSeconds);
    Draft draft = draft(name);
    if (draft.liveness != null && !draft.liveness.equals(liveness)) {
      throw new IllegalArgumentException(name + ": two different livenesses for one name");
    }
    draft.liveness = liveness;
    draft.liveTtl = Math.min(draft.liveTtl, maxTtlSeconds);
    for (Rdata one : data) {
      if (one instanceof Rdata.Cname || one instanceof Rdata.Ns) {
        throw new IllegalArgumentException(name + ": NS and CNAME cannot be live");
      }
      add(name, maxTtlSeconds, true, one);
    }
    return this;
  }

  /**
   * Shows the records of a type at a name to some clients only; others are REFUSED. Resolvers hand
   * on what they were told: an access list is about who asks, not about who reads it in the end.
   */
  public ZoneBuilder readers(String owner, int type, AccessList who) {
    draft(DnsName.of(owner)).readers.put(type, who);
    return this;
  }

  /**
   * Puts the records of a site first for clients that are near it, by the network of the client
   * where its resolver tells it (RFC 7871), else by the resolver's. The others follow in turns.
   */
  public ZoneBuilder near(String owner, List<Near> rules) {
    draft(DnsName.of(owner)).near = List.copyOf(rules);
    return this;
  }

  /** Makes {@code owner} a live name of which nothing is known: SERVFAIL. */
  public ZoneBuilder unknown(String owner) {
    return live(owner, 0, Liveness.unknown(), List.of());
  }

  /** The zone; the builder may be used further. */
  public Zone build() {
    requireNameServers();
    Map<DnsName, Delegation> delegations = new ZoneCuts(apex, drafts).delegations();
    Map<DnsName, Owner> owners = new LinkedHashMap<>();
    drafts.forEach(
        (name, draft) -> {
          if (delegations.containsKey(name)) {
            owners.put(name, draft.parentSide(name, apex));
          } else if (delegations.keySet().stream().noneMatch(name::isAtOrBelow)) {
            owners.put(name, draft.toOwner(name, apex));
          }
        });
    return new Zone(
        apex,
        RecordSet.of(apex, RrType.SOA, soaTtl, List.of(soa), apex),
        Math.min(soaTtl, soa.minimum()),
        owners,
        delegations);
  }

  private void add(DnsName name, long ttl, boolean live, Rdata data) {
    Wire.requireTtl(name + " TTL", ttl);
    if (data instanceof Rdata.Soa) {
      throw new IllegalArgumentException(name + ": the SOA is given when the zone is started");
    }
    SetDraft set =
        draft(name)
            .sets
            .computeIfAbsent(data.type(), t -> new SetDraft(ttl, live, new ArrayList<>()));
    if (set.ttl != ttl || set.live != live) {
      throw new IllegalArgumentException(
          name + ": type " + data.type() + " given with two TTLs, or both live and static");
    }
    if (!set.data.contains(data)) {
      set.data.add(data);
    }
  }

  private Draft draft(DnsName name) {
    if (!name.isAtOrBelow(apex)) {
      throw new IllegalArgumentException(name + " is not in zone " + apex);
    }
    if (name.isWildcard()) {
      throw new IllegalArgumentException(name + ": wildcards are not offered");
    }
    return drafts.computeIfAbsent(name, n -> new Draft());
  }

  private void requireNameServers() {
    SetDraft ns = draft(apex).sets.get(RrType.NS);
    if (ns == null) {
      throw new IllegalArgumentException("zone " + apex + " has no NS");
    }
    for (Rdata one : ns.data) {
      DnsName host = ((Rdata.Ns) one).host();
      if (host.isAtOrBelow(apex) && !hasAddress(drafts, host)) {
        throw new IllegalArgumentException(
            "name server " + host + " lies in zone " + apex + " but has no A or AAAA there");
      }
    }
  }

  static boolean hasAddress(Map<DnsName, Draft> drafts, DnsName host) {
    Draft draft = drafts.get(host);
    return draft != null
        && (draft.sets.containsKey(RrType.A) || draft.sets.containsKey(RrType.AAAA));
  }

  /** Records of one type, not encoded yet. */
  record SetDraft(long ttl, boolean live, List<Rdata> data) {
    RecordSet encode(
        DnsName owner, int type, DnsName apex, @Nullable AccessList readers, List<Near> near) {
      return new RecordSet(
          owner,
          type,
          ttl,
          live,
          data,
          apex,
          readers,
          near.isEmpty() || (type != RrType.A && type != RrType.AAAA)
              ? null
              : new Nearness(near, data));
    }
  }

  /** What was said about one name so far. */
  static final class Draft {
    final Map<Integer, SetDraft> sets = new TreeMap<>();
    final Map<Integer, AccessList> readers = new TreeMap<>();
    List<Near> near = List.of();
    @Nullable Liveness liveness;
    long liveTtl = Integer.MAX_VALUE;

    Owner toOwner(DnsName name, DnsName apex) {
      SetDraft alias = sets.get(RrType.CNAME);
      if (alias != null && (sets.size() > 1 || alias.data.size() > 1 || liveness != null)) {
        throw new IllegalArgumentException(
            name + ": a CNAME must be alone at its name (RFC 2181 section 10.1)");
      }
      List<RecordSet> encoded = new ArrayList<>();
      sets.forEach(
          (type, set) -> encoded.add(set.encode(name, type, apex, readers.get(type), near)));
      return new Owner(
          encoded,
          liveness,
          liveTtl,
          alias == null ? null : ((Rdata.Cname) alias.data.get(0)).target());
    }

    /** At a cut the parent answers for DS alone (RFC 4035 section 3.1.4.1). */
    Owner parentSide(DnsName name, DnsName apex) {
      SetDraft ds = sets.get(RrType.DS);
      return new Owner(
          ds == null ? List.of() : List.of(ds.encode(name, RrType.DS, apex, null, List.of())),
          null,
          0,
          null);
    }
  }
}
