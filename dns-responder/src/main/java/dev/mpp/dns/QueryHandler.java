package dev.mpp.dns;

import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One thread's way from a packet to a response: reads table and clocks, limits, counts, and keeps
 * any failure to the packet that caused it.
 */
final class QueryHandler {
  private static final System.Logger LOG = System.getLogger(QueryHandler.class.getName());

  /**
   * What all handlers of a responder share.
   *
   * @param nanoClock of the table's deadlines
   * @param unixSeconds the wall clock, for the age of cookies and of signatures
   * @param limiter null without limits
   * @param transfers null without secondaries
   * @param log null without a log
   */
  record Shared(
      Supplier<AnswerTable> table,
      LongSupplier nanoClock,
      LongSupplier unixSeconds,
      DnsResponderConfig config,
      @Nullable ResponseLimiter limiter,
      @Nullable TransferZones transfers,
      @Nullable QueryLog log,
      DnsCounters counters) {}

  private final Shared shared;
  private final DnsCounters counters;
  private final @Nullable ResponseLimiter limiter;
  private final boolean cookies;
  private final QueryLog.@Nullable Sampler sampler;
  private final AnswerEngine engine;
  private final SpecialQueries special;
  private final Response response = new Response();
  private long overLimit;
  private boolean isSpecial;
  private boolean intact = true;

  QueryHandler(Shared shared) {
    this.shared = shared;
    this.counters = shared.counters();
    this.limiter = shared.limiter();
    this.cookies = shared.config().cookies().isPresent();
    QueryLog log = shared.log();
    this.sampler = log == null ? null : log.sampler();
    this.engine = new AnswerEngine(shared.config().identity(), shared.config().cookies());
    this.special = new SpecialQueries(engine, shared.transfers(), counters);
  }

  /**
   * Answers a packet into {@link #response}.
   *
   * @param client its address; the time is filled in here
   * @return false if there must be no response
   */
  boolean handle(byte[] packet, int length, Client client, Transport transport) {
    boolean responded = respond(packet, length, client, transport);
    if (sampler != null && sampler.chosen()) {
      sampler.log(packet, length, client, transport, responded ? response : null);
    }
    return responded;
  }

  private boolean respond(byte[] packet, int length, Client client, Transport transport) {
    if (cookies) {
      client.at(shared.unixSeconds().getAsLong());
    }
    long now = shared.nanoClock().getAsLong();
    boolean answered = answer(packet, length, client, now, transport);
    counters.query(transport, engine.type());
    if (!answered) {
      counters.event(DnsCounters.Event.UNANSWERED);
      return false;
    }
    DnsCounters.Event trouble = engine.trouble();
    if (trouble != null) {
      counters.event(trouble);
    }
    if (!allowed(client, now, transport)) {
      return false;
    }
    counters.response(response.rcode());
    if (response.truncated()) {
      counters.event(DnsCounters.Event.TRUNCATED);
    }
    return true;
  }

  private boolean answer(byte[] packet, int length, Client client, long now, Transport transport) {
    isSpecial = false;
    try {
      boolean answered =
          engine.answer(packet, length, client, shared.table().get(), now, transport, response);
      isSpecial = answered && special.concerned();
      if (isSpecial) {
        special.answer(client, transport, now, shared.unixSeconds().getAsLong(), response);
      }
      return answered;
    } catch (RuntimeException | Error e) {
      // Error as well: a worker that dies silently is worse than one that says SERVFAIL.
      report(e);
      special.end();
      return engine.fail(packet, length, response);
    }
  }

  private boolean allowed(Client client, long now, Transport transport) {
    boolean proven = cookies && engine.provenAddress(client);
    if (proven) {
      counters.event(DnsCounters.Event.COOKIE_VALID);
    }
    if (limiter == null
        || proven
        || (isSpecial && special.proven())
        || transport == Transport.TCP) {
      return true;
    }
    return switch (limiter.judge(client, response.rcode(), engine.subject(), now, overLimit)) {
      case SEND -> true;
      case DROP -> {
        overLimit++;
        counters.event(DnsCounters.Event.LIMITED);
        yield false;
      }
      case SLIP -> {
        overLimit++;
        boolean slipped = engine.turnAway(client, transport, response);
        counters.event(slipped ? DnsCounters.Event.SLIPPED : DnsCounters.Event.LIMITED);
        yield slipped;
      }
    };
  }

  /** Logs the 1st, 2nd, 4th, 8th … failure: a flood of bad packets must not become one of logs. */
  private void report(Throwable e) {
    counters.event(DnsCounters.Event.INTERNAL_ERROR);
    long count = counters.events(DnsCounters.Event.INTERNAL_ERROR);
    if (Long.bitCount(count) == 1) {
      LOG.log(System.Logger.Level.ERROR, "answering failed, " + count + " times so far", e);
    }
  }

  /**
   * Makes the next message of a response that has several.
   *
   * @return false if the last one was the last
   */
  boolean more(Client client) {
    try {
      boolean more = special.more(client, shared.unixSeconds().getAsLong(), response);
      if (more) {
        counters.response(response.rcode());
      }
      return more;
    } catch (RuntimeException | Error e) {
      report(e);
      special.end();
      intact = false;
      return false;
    }
  }

  /** False after a response that could not be completed: its connection must end. */
  boolean intact() {
    return intact;
  }

  /** Gives up a response that goes on. */
  void end() {
    special.end();
  }

  Response response() {
    return response;
  }
}
