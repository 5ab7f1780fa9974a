package dev.mpp.dns;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * One thread's way from a packet to a response: reads table and clock, counts, and keeps any
 * failure to the packet that caused it.
 */
final class QueryHandler {
  private static final System.Logger LOG = System.getLogger(QueryHandler.class.getName());

  private final Supplier<AnswerTable> table;
  private final LongSupplier nanoClock;
  private final DnsCounters counters;
  private final AnswerEngine engine = new AnswerEngine();
  private final Response response = new Response();

  QueryHandler(Supplier<AnswerTable> table, LongSupplier nanoClock, DnsCounters counters) {
    this.table = table;
    this.nanoClock = nanoClock;
    this.counters = counters;
  }

  /**
   * Answers a packet into {@link #response}.
   *
   * @return false if there must be no response
   */
  boolean handle(byte[] packet, int length, Transport transport) {
    counters.query(transport);
    if (!answer(packet, length, transport)) {
      counters.event(DnsCounters.Event.UNANSWERED);
      return false;
    }
    counters.response(response.rcode());
    if (response.truncated()) {
      counters.event(DnsCounters.Event.TRUNCATED);
    }
    return true;
  }

  private boolean answer(byte[] packet, int length, Transport transport) {
    try {
      return engine.answer(packet, length, table.get(), nanoClock.getAsLong(), transport, response);
    } catch (RuntimeException | Error e) {
      // Error as well: a worker that dies silently is worse than one that says SERVFAIL.
      report(e);
      return engine.fail(packet, length, response);
    }
  }

  /** Logs the 1st, 2nd, 4th, 8th … failure: a flood of bad packets must not become one of logs. */
  private void report(Throwable e) {
    counters.event(DnsCounters.Event.INTERNAL_ERROR);
    long count = counters.events(DnsCounters.Event.INTERNAL_ERROR);
    if (Long.bitCount(count) == 1) {
      LOG.log(System.Logger.Level.ERROR, "answering failed, " + count + " times so far", e);
    }
  }

  Response response() {
    return response;
  }
}
