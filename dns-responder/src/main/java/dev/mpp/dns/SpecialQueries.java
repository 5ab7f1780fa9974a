package dev.mpp.dns;

import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What few clients ask: signed queries (RFC 8945) and transfers (RFC 5936, RFC 1995). Works on the
 * response that the engine has made already, so that other queries pay nothing for it. Of one
 * thread, or one connection; a transfer stays open here until its last message.
 *
 * <pre>
 * TSIG that cannot be read, or not last        FORMERR
 * key unknown, code or time wrong              NOTAUTH and why (sections 5.2.1 to 5.2.4)
 * AXFR, IXFR by whom no rule allows            REFUSED
 * of a name that is no such zone               NOTAUTH
 * zone stale; too many transfers               SERVFAIL
 * IXFR without SOA                             FORMERR
 * IXFR over UDP, or up to date                 the SOA alone
 * AXFR over UDP                                REFUSED
 * IXFR from a serial that is remembered        the differences; else the whole zone
 * SOA of a stale zone, by who may transfer it  SERVFAIL: a secondary must not take it for fresh
 * </pre>
 */
final class SpecialQueries {
  /** Pointers reach no further, and a connection holds one message. */
  private static final int MESSAGE_OCTETS = 16_000;

  private final AnswerEngine engine;
  private final @Nullable TransferZones zones;
  private final DnsCounters counters;
  private @Nullable TsigExchange tsig;
  private @Nullable Iterator<ZoneContents.Line> transfer;
  private ZoneContents.@Nullable Line next;
  private DnsName apex = DnsName.ROOT;
  private boolean placed;

  SpecialQueries(AnswerEngine engine, @Nullable TransferZones zones, DnsCounters counters) {
    this.engine = engine;
    this.zones = zones;
    this.counters = counters;
  }

  /** Whether the query that the engine has just answered needs more. */
  boolean concerned() {
    WireQuery query = engine.query();
    return query.tsigAt() > 0
        || zones != null
            && (query.type() == RrType.SOA
                || query.type() == RrType.AXFR
                || query.type() == RrType.IXFR);
  }

  /** Whether the last query was signed by who knows a key. */
  boolean proven() {
    return tsig != null && tsig.proven() != null;
  }

  /**
   * Replaces or completes the engine's response.
   *
   * @param now as for the engine
   * @param unixSeconds the wall clock
   */
  void answer(Client client, Transport transport, long now, long unixSeconds, Response out) {
    tsig = null;
    WireQuery query = engine.query();
    if (!engine.readable()) {
      return;
    }
    if (query.tsigAt() > 0 && !verify(query, client, transport, unixSeconds, out)) {
      return;
    }
    if (zones != null && query.klass() == Wire.CLASS_IN && query.ednsVersion() == 0) {
      TsigKey key = tsig == null ? null : tsig.proven();
      switch (query.type()) {
        case RrType.AXFR, RrType.IXFR -> transfer(zones, key, client, transport, now, out);
        case RrType.SOA -> vouch(zones, key, client, transport, now, out);
        default -> {
          // The engine's answer is right; it only needs a signature.
        }
      }
    }
    sign(client, transport, unixSeconds, out);
  }

  private boolean verify(
      WireQuery query, Client client, Transport transport, long unixSeconds, Response out) {
    TsigRecord record = TsigRecord.read(query.packet(), query.tsigAt(), query.length());
    TsigExchange exchange =
        record == null
            ? null
            : TsigExchange.of(
                query.packet(),
                query.tsigAt(),
                record,
                zones == null ? List.of() : zones.keys(),
                unixSeconds);
    if (exchange == null || exchange.verdict() == TsigExchange.Verdict.MALFORMED) {
      engine.respond(client, transport, Rcode.FORMERR, out);
      counters.event(DnsCounters.Event.TSIG_REFUSED);
      return false;
    }
    tsig = exchange;
    if (exchange.verdict() != TsigExchange.Verdict.GOOD) {
      counters.event(DnsCounters.Event.TSIG_REFUSED);
      engine.respond(client, transport, Rcode.NOTAUTH, out);
      sign(client, transport, unixSeconds, out);
      return false;
    }
    return true;
  }

  private void sign(Client client, Transport transport, long unixSeconds, Response out) {
    if (tsig != null) {
      if (!out.fits(tsig.room())) {
        engine.truncate(client, transport, out);
      }
      tsig.sign(out, unixSeconds);
    }
  }

  /** A secondary that is told a serial takes its copy for fresh for another expire time. */
  private void vouch(
      TransferZones from,
      @Nullable TsigKey key,
      Client client,
      Transport transport,
      long now,
      Response out) {
    LookupName name = engine.query().name();
    if (from.has(name) && from.current(name, now) == null && from.permits(client, key)) {
      engine.respond(client, transport, Rcode.SERVFAIL, out);
    }
  }

  private void transfer(
      TransferZones from,
      @Nullable TsigKey key,
      Client client,
      Transport transport,
      long now,
      Response out) {
    WireQuery query = engine.query();
    boolean incremental = query.type() == RrType.IXFR;
    if (!from.permits(client, key) || (!incremental && transport == Transport.UDP)) {
      counters.event(DnsCounters.Event.TRANSFER_REFUSED);
      engine.respond(client, transport, Rcode.REFUSED, out);
      return;
    }
    ZoneContents current = from.current(query.name(), now);
    if (current == null) {
      Rcode code = from.has(query.name()) ? Rcode.SERVFAIL : Rcode.NOTAUTH;
      counters.event(DnsCounters.Event.TRANSFER_REFUSED);
      engine.respond(client, transport, code, out);
    } else if (incremental && query.soaSerial() < 0) {
      engine.respond(client, transport, Rcode.FORMERR, out);
    } else if (incremental
        && (transport == Transport.UDP
            || !TransferZones.older(query.soaSerial(), current.serial()))) {
      apex = current.apex();
      begin(List.of(current.soa()));
      fill(client, transport, out);
    } else if (!from.begin()) {
      counters.event(DnsCounters.Event.TRANSFER_BUSY);
      engine.respond(client, transport, Rcode.SERVFAIL, out);
    } else {
      start(from, current, incremental, client, transport, out);
    }
  }

  private void start(
      TransferZones from,
      ZoneContents current,
      boolean incremental,
      Client client,
      Transport transport,
      Response out) {
    WireQuery query = engine.query();
    placed = true;
    apex = current.apex();
    ZoneContents old = incremental ? from.before(query.name(), query.soaSerial()) : null;
    List<ZoneContents.Line> differences = old == null ? null : current.since(old);
    counters.event(
        differences == null
            ? DnsCounters.Event.TRANSFER_WHOLE
            : DnsCounters.Event.TRANSFER_INCREMENTAL);
    begin(differences == null ? current.whole() : differences);
    fill(client, transport, out);
  }

  private void begin(List<ZoneContents.Line> lines) {
    transfer = lines.iterator();
    next = transfer.next();
  }

  /** One message with as many records as it takes; the last one gives the place back. */
  private void fill(Client client, Transport transport, Response out) {
    engine.open(client, transport, out);
    int apexAt = 0;
    boolean room = true;
    while (next != null && room) {
      ZoneContents.Line line = next;
      int end = out.transfer(line.owner(), apex, line.data(), line.ttl(), apexAt, MESSAGE_OCTETS);
      room = end > 0;
      if (room) {
        apexAt = end;
        next = transfer != null && transfer.hasNext() ? transfer.next() : null;
      }
    }
    if (next != null && transport == Transport.UDP) {
      end();
      engine.truncate(client, transport, out);
      return;
    }
    out.close(Rcode.NOERROR, true);
    if (next == null) {
      end();
    }
  }

  /** Makes the next message of the transfer that goes on; false if there is none. */
  boolean more(Client client, long unixSeconds, Response out) {
    if (next == null) {
      return false;
    }
    fill(client, Transport.TCP, out);
    sign(client, Transport.TCP, unixSeconds, out);
    return true;
  }

  /** Gives up what goes on, as when the connection ends. */
  void end() {
    next = null;
    transfer = null;
    if (placed && zones != null) {
      placed = false;
      zones.end();
    }
  }
}
