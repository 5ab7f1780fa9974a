package dev.mpp.dns;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Turns a query into a response. The same packet, table, time, client and transport give the same
 * octets: no I/O, no clock, no randomness. Holds scratch space, so each thread has its own.
 *
 * <pre>
 * packet                                        response
 * shorter than a header, or QR = 1              none
 * opcode other than QUERY                       NOTIMP, header only
 * no question, a cookie                         NOERROR with a cookie (RFC 7873 section 5.4)
 * QDCOUNT other than 1, question unreadable     FORMERR, header only (RFC 9619)
 * answers, second or broken OPT, octets left    FORMERR
 * cookie or client subnet of a wrong shape      FORMERR (RFC 7873, RFC 7871)
 * EDNS version other than 0                     BADVERS
 * CH TXT of a name that tells servers apart     the text if configured, else REFUSED (RFC 4892)
 * class other than IN; AXFR, IXFR; other zones  REFUSED
 * type OPT, TSIG or NXNAME asked for            FORMERR
 * live name past its deadline, no static data   SERVFAIL
 * records that only some clients may see        REFUSED to the others
 * at or below a zone cut                        referral: NS and glue, without AA
 * name exists                                   its records, or SOA in authority (RFC 2308)
 * type ANY                                      one record set (RFC 8482)
 * name does not exist                           NXDOMAIN, SOA in authority
 * does not fit                                  TC, no records
 * </pre>
 *
 * DO asked of a signed zone: as above, with signatures, and {@link SignedAnswers} says the rest.
 *
 * <p>What clients sign, and the transfers that some may have, {@link SpecialQueries} sees to.
 */
public final class AnswerEngine {
  private static final byte[] NO_ID = {};

  private final WireQuery query = new WireQuery();
  private final LookupName aliasTarget = new LookupName();
  private final Chaos chaos;
  private final byte[] nsid;
  private final @Nullable ServerCookies cookies;
  private final byte[] cookieScratch = new byte[32];
  private final SignedAnswers signed = new SignedAnswers(query);
  private WireQuery.Verdict verdict = WireQuery.Verdict.SILENT;
  private int subject;

  /** Tells nothing of the server, and gives no cookies. */
  public AnswerEngine() {
    this(ServerIdentity.NONE, Optional.empty());
  }

  public AnswerEngine(ServerIdentity identity, Optional<ServerCookies> cookies) {
    this.chaos = new Chaos(identity);
    this.nsid = identity.nsid();
    this.cookies = cookies.orElse(null);
  }

  /** As the other, for a client at the unspecified address. */
  public boolean answer(
      byte[] packet,
      int length,
      AnswerTable table,
      long nowNanos,
      Transport transport,
      Response out) {
    return answer(packet, length, new Client(), table, nowNanos, transport, out);
  }

  /**
   * Answers one packet.
   *
   * @param packet begins with the query; not kept, not changed
   * @param length octets of the query, 0 to {@code packet.length}
   * @param client who asks; not kept
   * @param nowNanos the instant to judge {@link Liveness} by, on the clock its deadlines are on
   * @param out receives the response
   * @return false if there must be no response; {@code out} then means nothing
   */
  public boolean answer(
      byte[] packet,
      int length,
      Client client,
      AnswerTable table,
      long nowNanos,
      Transport transport,
      Response out) {
    subject = 0;
    signed.begin();
    verdict = query.read(packet, length);
    switch (verdict) {
      case SILENT -> {
        return false;
      }
      case NOT_IMPLEMENTED -> out.headerOnly(packet, Rcode.NOTIMP);
      case UNREADABLE -> out.headerOnly(packet, Rcode.FORMERR);
      case MALFORMED -> {
        open(client, transport, out);
        out.close(Rcode.FORMERR, false);
      }
      case COOKIE_ONLY -> {
        if (cookies == null) {
          out.headerOnly(packet, Rcode.FORMERR);
        } else {
          open(client, transport, out);
          out.close(Rcode.NOERROR, false);
        }
      }
      case READABLE -> {
        open(client, transport, out);
        answerQuestion(client, table, nowNanos, out);
      }
    }
    return true;
  }

  /** The last query; valid until the next one. */
  WireQuery query() {
    return query;
  }

  /** Whether the last query was well-formed. */
  boolean readable() {
    return verdict == WireQuery.Verdict.READABLE;
  }

  /** Replaces the last response by a mere code. */
  void respond(Client client, Transport transport, Rcode code, Response out) {
    open(client, transport, out);
    out.close(code, false);
  }

  /** Replaces the last response by one that sends the client to TCP. */
  void truncate(Client client, Transport transport, Response out) {
    open(client, transport, out);
    out.closeTruncated(Rcode.NOERROR, false);
  }

  /** Starts a response to the last query. */
  void open(Client client, Transport transport, Response out) {
    boolean cookie = cookies != null && query.cookieLength() > 0;
    out.open(query, transport, query.ednsVersion() == 0 ? nsid : NO_ID, cookie);
    if (cookie && cookies != null) {
      cookies.write(query.packet(), query.cookieAt(), client, cookieScratch, out.cookie(), 0);
    }
  }

  /** SERVFAIL for a packet that {@link #answer} threw on; false if there must be no response. */
  boolean fail(byte[] packet, int length, Response out) {
    if (query.read(packet, length) == WireQuery.Verdict.SILENT) {
      return false;
    }
    out.headerOnly(packet, Rcode.SERVFAIL);
    return true;
  }

  /**
   * Replaces the last response, which was one too many for its client, by one that is no longer
   * than the query and that a client of its own address gets past: over TCP, or with the cookie.
   *
   * @return false if the query gives nothing to come back with
   */
  boolean turnAway(Client client, Transport transport, Response out) {
    if (verdict != WireQuery.Verdict.READABLE) {
      return false;
    }
    open(client, transport, out);
    if (cookies != null && query.cookieLength() > 0) {
      out.close(Rcode.BADCOOKIE, false);
    } else {
      out.closeTruncated(Rcode.NOERROR, false);
    }
    return true;
  }

  /** Whether the last query had a cookie that proves its sender's address. */
  boolean provenAddress(Client client) {
    return cookies != null
        && query.cookieLength() > 0
        && cookies.valid(
            query.packet(), query.cookieAt(), query.cookieLength(), client, cookieScratch);
  }

  /**
   * What the last response was about, as a number to count by: name and type where there was an
   * answer, the zone where there was none, 0 for errors. A flood of random names is one subject.
   */
  int subject() {
    return subject;
  }

  /** The type last asked for; 0 if none was read. */
  int type() {
    return query.type();
  }

  /** What kept the last response from being signed, or null. */
  DnsCounters.@Nullable Event trouble() {
    return signed.trouble();
  }

  private void answerQuestion(Client client, AnswerTable table, long now, Response out) {
    if (query.ednsVersion() != 0) {
      out.close(Rcode.BADVERS, false);
      return;
    }
    if (query.klass() == Wire.CLASS_CH) {
      answerChaos(out);
      return;
    }
    Rcode refusal = refusal();
    if (refusal != null) {
      out.close(refusal, false);
      return;
    }
    Zone zone = zone(table);
    if (zone == null) {
      out.close(Rcode.REFUSED, false);
      return;
    }
    subject = zone.apex().hashCode();
    resolve(client, table, zone, now, out);
  }

  /** DS at the apex of a zone is its parent's (RFC 4035 section 3.1.4.1). */
  private @Nullable Zone zone(AnswerTable table) {
    Zone zone = table.zone(query.name());
    if (zone != null
        && query.type() == RrType.DS
        && query.name().length() == zone.apex().length()) {
      Zone parent = table.parent(query.name());
      return parent == null ? zone : parent;
    }
    return zone;
  }

  private @Nullable Rcode refusal() {
    if (query.klass() != Wire.CLASS_IN) {
      return Rcode.REFUSED;
    }
    return switch (query.type()) {
      case RrType.AXFR, RrType.IXFR -> Rcode.REFUSED;
      case RrType.OPT, RrType.TSIG, RrType.NXNAME -> Rcode.FORMERR;
      default -> null;
    };
  }

  private void answerChaos(Response out) {
    EncodedRecord text =
        query.type() == RrType.TXT || query.type() == RrType.ANY ? chaos.text(query.name()) : null;
    if (text == null || !out.answer(text, Wire.HEADER, 0, Wire.HEADER)) {
      out.close(Rcode.REFUSED, false);
    } else {
      out.close(Rcode.NOERROR, true);
    }
  }

  /** RFC 1034 section 4.3.2: follows CNAMEs while they lead to zones of ours. */
  private void resolve(Client client, AnswerTable table, Zone first, long now, Response out) {
    Zone zone = first;
    LookupName name = query.name();
    int nameAt = Wire.HEADER;
    int apexAt = nameAt + name.length() - zone.apex().length();
    for (int aliases = 0; ; aliases++) {
      if (!signed.enter(zone, now, out)) {
        out.clearRecords();
        out.close(Rcode.SERVFAIL, false);
        return;
      }
      Delegation delegation = zone.delegation(name);
      if (delegation != null && !asksTheParent(delegation, name)) {
        int cutAt = nameAt + name.length() - delegation.cut().length();
        refer(delegation, name, cutAt, apexAt, aliases > 0, out);
        return;
      }
      Owner owner = zone.owner(name);
      if (owner == null) {
        RecordSet own = signed.absent(name);
        if (own != null) {
          closeAnswer(writeSigned(client, own, own.ttl(), nameAt, apexAt, out), out);
          return;
        }
        negative(Rcode.NXDOMAIN, zone, zone.negativeTtl(), name, nameAt, apexAt, out);
        return;
      }
      DnsName target = aliasToFollow(owner);
      if (target == null) {
        answerFrom(client, owner, zone, name, nameAt, apexAt, now, out);
        return;
      }
      subject = subjectOfAnswer();
      int targetAt = out.length() + 2 + EncodedRecord.RDATA;
      if (!writeSet(client, owner, RrType.CNAME, nameAt, apexAt, out)) {
        out.closeTruncated(Rcode.NOERROR, true);
        return;
      }
      target.into(aliasTarget);
      Zone next = aliases < AnswerTable.MAX_ALIASES ? table.zone(aliasTarget) : null;
      if (next == null) {
        out.close(Rcode.NOERROR, true);
        return;
      }
      // Within a zone its apex stays where it is. A zone further down has its apex in the part of
      // the target that was written out, as only the upper zone's apex is compressed away.
      if (next != zone) {
        apexAt = targetAt + aliasTarget.length() - next.apex().length();
      }
      zone = next;
      name = aliasTarget;
      nameAt = targetAt;
    }
  }

  /** DS at a cut is the parent's to answer (RFC 4035 section 3.1.4.1). */
  private boolean asksTheParent(Delegation delegation, LookupName name) {
    return query.type() == RrType.DS && name.length() == delegation.cut().length();
  }

  /** Without all of its glue a referral would lead nowhere: TC then (RFC 9471 section 3). */
  private void refer(
      Delegation delegation,
      LookupName name,
      int cutAt,
      int apexAt,
      boolean authoritative,
      Response out) {
    RecordSet servers = delegation.nameServers();
    for (int i = 0; i < servers.size(); i++) {
      if (!out.authority(servers.record(i), cutAt, servers.ttl(), apexAt)) {
        out.closeTruncated(Rcode.NOERROR, authoritative);
        return;
      }
    }
    if (!signed.referral(name, cutAt, apexAt, out)) {
      out.closeTruncated(Rcode.NOERROR, authoritative);
      return;
    }
    for (Delegation.Glue glue : delegation.glue()) {
      RecordSet set = glue.addresses();
      for (int i = 0; i < set.size(); i++) {
        if (!out.additional(glue.owner(), set.record(i), set.ttl(), apexAt)) {
          out.closeTruncated(Rcode.NOERROR, authoritative);
          return;
        }
      }
    }
    out.close(Rcode.NOERROR, authoritative);
  }

  private int subjectOfAnswer() {
    return query.name().hash(0) * 31 + query.type();
  }

  private @Nullable DnsName aliasToFollow(Owner owner) {
    return query.type() == RrType.CNAME || query.type() == RrType.ANY ? null : owner.aliasTarget();
  }

  private boolean writeSet(
      Client client, Owner owner, int type, int nameAt, int apexAt, Response out) {
    RecordSet set = owner.find(type);
    return set == null || writeSigned(client, set, set.ttl(), nameAt, apexAt, out);
  }

  private void answerFrom(
      Client client,
      Owner owner,
      Zone zone,
      LookupName name,
      int nameAt,
      int apexAt,
      long now,
      Response out) {
    RecordSet set = query.type() == RrType.ANY ? owner.any(now, client) : owner.find(query.type());
    if (set == null && zone.signing() != null) {
      set = signed.made(zone, name);
    }
    if (set == null
        && signed.onlySignatures(zone, owner.any(now, client), name, nameAt, apexAt, out)) {
      out.close(Rcode.NOERROR, true);
      return;
    }
    boolean isStatic = set != null && !set.live();
    if (set != null && !set.readable(client)) {
      out.clearRecords();
      out.close(Rcode.REFUSED, false);
    } else if (!isStatic && owner.unknown(now)) {
      out.clearRecords();
      out.close(Rcode.SERVFAIL, false);
    } else if (set == null) {
      long ttl = owner.negativeTtl(zone.negativeTtl(), now);
      negative(Rcode.NOERROR, zone, ttl, name, nameAt, apexAt, out);
    } else {
      subject = subjectOfAnswer();
      long ttl = owner.ttl(set, now);
      closeAnswer(writeSigned(client, set, ttl, nameAt, apexAt, out), out);
    }
  }

  private static void closeAnswer(boolean fits, Response out) {
    if (fits) {
      out.close(Rcode.NOERROR, true);
    } else {
      out.closeTruncated(Rcode.NOERROR, true);
    }
  }

  private boolean writeSigned(
      Client client, RecordSet set, long ttl, int nameAt, int apexAt, Response out) {
    return writeSet(client, set, ttl, nameAt, apexAt, out)
        && signed.answer(set, ttl, nameAt, apexAt, out);
  }

  /** Address sets start at a record chosen by the query's id, which resolvers draw at random. */
  private boolean writeSet(
      Client client, RecordSet set, long ttl, int nameAt, int apexAt, Response out) {
    int size = set.size();
    int first = set.rotates() ? query.id() % size : 0;
    Nearness nearness = set.nearness();
    if (nearness != null) {
      return writeNearestFirst(client, nearness, set, first, ttl, nameAt, apexAt, out);
    }
    for (int i = 0; i < size; i++) {
      if (!out.answer(set.record((first + i) % size), nameAt, ttl, apexAt)) {
        return false;
      }
    }
    return true;
  }

  private boolean writeNearestFirst(
      Client client,
      Nearness nearness,
      RecordSet set,
      int first,
      long ttl,
      int nameAt,
      int apexAt,
      Response out) {
    int rule;
    if (query.subnetLength() > 0) {
      rule = nearness.rule(query.subnetHigh(), query.subnetLow(), query.subnetBits());
      out.subnetScope(nearness.scope(rule, query.subnetIpv4()));
    } else {
      rule = nearness.rule(client.high(), client.low(), 128);
    }
    int size = set.size();
    for (int pass = 0; pass < 2; pass++) {
      for (int i = 0; i < size; i++) {
        int record = (first + i) % size;
        boolean near = rule >= 0 && nearness.first(rule, record);
        if (near == (pass == 0) && !out.answer(set.record(record), nameAt, ttl, apexAt)) {
          return false;
        }
      }
    }
    return true;
  }

  private void negative(
      Rcode code, Zone zone, long ttl, LookupName name, int nameAt, int apexAt, Response out) {
    if (!out.authority(zone.soa().record(0), apexAt, ttl, apexAt)) {
      out.closeTruncated(code, true);
      return;
    }
    switch (signed.denial(name, ttl, nameAt, apexAt, out)) {
      case NOT_WANTED -> out.close(code, true);
      case WRITTEN -> out.close(query.compactOk() ? code : Rcode.NOERROR, true);
      case TOO_LONG -> out.closeTruncated(Rcode.NOERROR, true);
      case TOO_MANY -> {
        out.clearRecords();
        out.close(Rcode.SERVFAIL, false);
      }
    }
  }
}
