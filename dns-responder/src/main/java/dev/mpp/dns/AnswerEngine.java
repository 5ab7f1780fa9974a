package dev.mpp.dns;

import org.jspecify.annotations.Nullable;

/**
 * Turns a query into a response. The same packet, table, time and transport give the same octets:
 * no I/O, no clock, no randomness. Holds scratch space, so each thread has its own.
 *
 * <pre>
 * packet                                        response
 * shorter than a header, or QR = 1              none
 * opcode other than QUERY                       NOTIMP, header only
 * QDCOUNT other than 1, question unreadable     FORMERR, header only (RFC 9619)
 * answers, second or broken OPT, octets left    FORMERR
 * EDNS version other than 0                     BADVERS
 * class other than IN; AXFR, IXFR; other zones  REFUSED
 * type OPT or TSIG asked for                    FORMERR
 * live name past its deadline, no static data   SERVFAIL
 * name exists                                   its records, or SOA in authority (RFC 2308)
 * name does not exist                           NXDOMAIN, SOA in authority
 * does not fit                                  TC, no records
 * </pre>
 */
public final class AnswerEngine {
  private final WireQuery query = new WireQuery();
  private final LookupName aliasTarget = new LookupName();

  /**
   * Answers one packet.
   *
   * @param packet begins with the query; not kept, not changed
   * @param length octets of the query, 0 to {@code packet.length}
   * @param nowNanos the instant to judge {@link Liveness} by, on the clock its deadlines are on
   * @param out receives the response
   * @return false if there must be no response; {@code out} then means nothing
   */
  public boolean answer(
      byte[] packet,
      int length,
      AnswerTable table,
      long nowNanos,
      Transport transport,
      Response out) {
    switch (query.read(packet, length)) {
      case SILENT -> {
        return false;
      }
      case NOT_IMPLEMENTED -> out.headerOnly(packet, Rcode.NOTIMP);
      case UNREADABLE -> out.headerOnly(packet, Rcode.FORMERR);
      case MALFORMED -> {
        out.open(query, transport);
        out.close(Rcode.FORMERR, false);
      }
      case READABLE -> {
        out.open(query, transport);
        answerQuestion(table, nowNanos, out);
      }
    }
    return true;
  }

  /** SERVFAIL for a packet that {@link #answer} threw on; false if there must be no response. */
  boolean fail(byte[] packet, int length, Response out) {
    if (query.read(packet, length) == WireQuery.Verdict.SILENT) {
      return false;
    }
    out.headerOnly(packet, Rcode.SERVFAIL);
    return true;
  }

  private void answerQuestion(AnswerTable table, long now, Response out) {
    Rcode refusal = refusal();
    if (refusal != null) {
      out.close(refusal, false);
      return;
    }
    Zone zone = table.zone(query.name());
    if (zone == null) {
      out.close(Rcode.REFUSED, false);
      return;
    }
    resolve(table, zone, now, out);
  }

  private @Nullable Rcode refusal() {
    if (query.edns() && query.ednsVersion() != 0) {
      return Rcode.BADVERS;
    }
    if (query.klass() != Wire.CLASS_IN) {
      return Rcode.REFUSED;
    }
    return switch (query.type()) {
      case RrType.AXFR, RrType.IXFR -> Rcode.REFUSED;
      case RrType.OPT, RrType.TSIG -> Rcode.FORMERR;
      default -> null;
    };
  }

  /**
   * RFC 1034 section 4.3.2, without delegation: follows CNAMEs while they lead to zones of ours.
   */
  private void resolve(AnswerTable table, Zone first, long now, Response out) {
    Zone zone = first;
    LookupName name = query.name();
    int nameAt = Wire.HEADER;
    int apexAt = nameAt + name.length() - zone.apex().length();
    for (int aliases = 0; ; aliases++) {
      Owner owner = zone.owner(name);
      if (owner == null) {
        negative(Rcode.NXDOMAIN, zone, zone.negativeTtl(), apexAt, out);
        return;
      }
      DnsName target = aliasToFollow(owner);
      if (target == null) {
        answerFrom(owner, zone, nameAt, apexAt, now, out);
        return;
      }
      int targetAt = out.length() + 2 + EncodedRecord.RDATA;
      if (!writeSet(owner, RrType.CNAME, nameAt, apexAt, out)) {
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

  private @Nullable DnsName aliasToFollow(Owner owner) {
    return query.type() == RrType.CNAME || query.type() == RrType.ANY ? null : owner.aliasTarget();
  }

  private boolean writeSet(Owner owner, int type, int nameAt, int apexAt, Response out) {
    RecordSet set = owner.find(type);
    return set == null || writeSet(set, set.ttl(), nameAt, apexAt, out);
  }

  private void answerFrom(Owner owner, Zone zone, int nameAt, int apexAt, long now, Response out) {
    RecordSet set = query.type() == RrType.ANY ? owner.any(now) : owner.find(query.type());
    boolean isStatic = set != null && !set.live();
    if (!isStatic && owner.unknown(now)) {
      out.clearRecords();
      out.close(Rcode.SERVFAIL, false);
    } else if (set == null) {
      negative(Rcode.NOERROR, zone, owner.negativeTtl(zone.negativeTtl(), now), apexAt, out);
    } else {
      if (writeSet(set, owner.ttl(set, now), nameAt, apexAt, out)) {
        out.close(Rcode.NOERROR, true);
      } else {
        out.closeTruncated(Rcode.NOERROR, true);
      }
    }
  }

  /** Address sets start at a record chosen by the query's id, which resolvers draw at random. */
  private boolean writeSet(RecordSet set, long ttl, int nameAt, int apexAt, Response out) {
    int size = set.size();
    int first = set.rotates() ? query.id() % size : 0;
    for (int i = 0; i < size; i++) {
      if (!out.answer(set.record((first + i) % size), nameAt, ttl, apexAt)) {
        return false;
      }
    }
    return true;
  }

  private void negative(Rcode code, Zone zone, long ttl, int apexAt, Response out) {
    if (out.authority(zone.soa(), apexAt, ttl, apexAt)) {
      out.close(code, true);
    } else {
      out.closeTruncated(code, true);
    }
  }
}
