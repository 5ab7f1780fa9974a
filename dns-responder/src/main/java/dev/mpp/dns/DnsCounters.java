package dev.mpp.dns;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** What the responder has done since it was created. Counts only grow; any thread may read. */
public final class DnsCounters {

  /** Things counted beside queries and response codes. */
  public enum Event {
    /** A packet that gets no response: a response itself, or too short for a header. */
    UNANSWERED,
    /** A response with TC set. */
    TRUNCATED,
    /** An exception while answering; the query got SERVFAIL and the next one is not affected. */
    INTERNAL_ERROR,
    /** The socket failed to receive or accept. */
    RECEIVE_ERROR,
    /** The socket failed to send. */
    SEND_ERROR,
    /** A TCP connection taken. */
    TCP_ACCEPTED,
    /** A TCP connection closed at once: the cap was reached and no connection was idle. */
    TCP_REFUSED,
    /** The longest idle TCP connection closed to make room for another. */
    TCP_EVICTED,
    /** A TCP connection closed because it was idle, or too slow with a message. */
    TCP_TIMED_OUT,
    /** A TCP connection closed because of what it sent. */
    TCP_PROTOCOL_ERROR
  }

  /**
   * The counts at about one instant: each is exact, together they are not atomic.
   *
   * @param queries packets received, by transport, {@link Event#UNANSWERED} included
   * @param responses responses made, by code
   */
  public record Snapshot(
      Map<Transport, Long> queries, Map<Rcode, Long> responses, Map<Event, Long> events) {
    public Snapshot {
      queries = Map.copyOf(queries);
      responses = Map.copyOf(responses);
      events = Map.copyOf(events);
    }
  }

  private final Map<Transport, LongAdder> queries = adders(Transport.class);
  private final Map<Rcode, LongAdder> responses = adders(Rcode.class);
  private final Map<Event, LongAdder> events = adders(Event.class);

  DnsCounters() {}

  private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> keys) {
    Map<E, LongAdder> adders = new EnumMap<>(keys);
    for (E key : keys.getEnumConstants()) {
      adders.put(key, new LongAdder());
    }
    return adders;
  }

  /** Packets received by that transport. */
  public long queries(Transport transport) {
    return sum(queries, transport);
  }

  /** Responses made with that code. */
  public long responses(Rcode rcode) {
    return sum(responses, rcode);
  }

  public long events(Event event) {
    return sum(events, event);
  }

  /** All counts, every key present. */
  public Snapshot snapshot() {
    return new Snapshot(sums(queries), sums(responses), sums(events));
  }

  void query(Transport transport) {
    add(queries, transport);
  }

  void response(Rcode rcode) {
    add(responses, rcode);
  }

  void event(Event event) {
    add(events, event);
  }

  private static <E extends Enum<E>> void add(Map<E, LongAdder> adders, E key) {
    LongAdder adder = adders.get(key);
    if (adder != null) {
      adder.increment();
    }
  }

  private static <E extends Enum<E>> long sum(Map<E, LongAdder> adders, E key) {
    LongAdder adder = adders.get(key);
    return adder == null ? 0 : adder.sum();
  }

  private static <E extends Enum<E>> Map<E, Long> sums(Map<E, LongAdder> adders) {
    Map<E, Long> sums = new HashMap<>();
    adders.forEach((key, adder) -> sums.put(key, adder.sum()));
    return sums;
  }
}
