package dev.mpp.dns;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the responder has done since it was created. Counts only grow; any thread may read. */
public final class DnsCounters {

  /** Things counted beside queries and response codes. */
  public enum Event {
    /** A packet that gets no response: a response itself, or too short for a header. */
    UNANSWERED,
    /** A response with TC set. */
    TRUNCATED,
    /** A response over the rate limit that was not sent. */
    LIMITED,
    /** A response over the rate limit that was replaced by a short one with TC or a cookie. */
    SLIPPED,
    /** A query with a valid server cookie. */
    COOKIE_VALID,
    /** A query for a name that does not exist, SERVFAIL as too many had to be signed lately. */
    DENIAL_LIMITED,
    /** A query for signatures, SERVFAIL as the clock of this host cannot be right. */
    CLOCK_WRONG,
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
    TCP_PROTOCOL_ERROR,
    /** A signed query whose TSIG is malformed, of an unknown key, wrong or out of time. */
    TSIG_REFUSED,
    /**
     * A transfer of a whole zone begun: AXFR, or IXFR where differences are not known or longer.
     */
    TRANSFER_WHOLE,
    /** A transfer of differences begun. */
    TRANSFER_INCREMENTAL,
    /** A transfer by somebody who may not, or of a zone that cannot be had now. */
    TRANSFER_REFUSED,
    /** A transfer turned away because too many were going on. */
    TRANSFER_BUSY
  }

  /** What is asked for, the types that tell something and the rest. */
  public enum Asked {
    A(RrType.A),
    AAAA(RrType.AAAA),
    TXT(RrType.TXT),
    SRV(RrType.SRV),
    SOA(RrType.SOA),
    NS(RrType.NS),
    CNAME(RrType.CNAME),
    PTR(RrType.PTR),
    MX(RrType.MX),
    DS(RrType.DS),
    DNSKEY(RrType.DNSKEY),
    HTTPS(RrType.HTTPS),
    ANY(RrType.ANY),
    /** Any other type, and packets whose question could not be read. */
    OTHER(-1);

    private static final Asked[] BY_TYPE = new Asked[256];

    static {
      Arrays.fill(BY_TYPE, OTHER);
      for (Asked asked : values()) {
        if (asked.type >= 0) {
          BY_TYPE[asked.type] = asked;
        }
      }
    }

    private final int type;

    Asked(int type) {
      this.type = type;
    }

    static Asked of(int type) {
      return type < BY_TYPE.length ? BY_TYPE[type] : OTHER;
    }
  }

  /** Upper bounds of the latency counts: 1 µs, 2 µs, 4 µs … 0.5 s, and no bound. */
  static final int LATENCIES = 21;

  /**
   * The counts at about one instant: each is exact, together they are not atomic.
   *
   * @param queries packets received, by transport, {@link Event#UNANSWERED} included
   * @param asked packets received, by type
   * @param responses responses made, by code
   * @param latency UDP packets by the time from when the kernel handed them over until it had taken
   *     their responses: element {@code i} counts those of at least {@code 2^(i-1)} and less than
   *     {@code 2^i} µs, the last all longer ones
   * @param latencyNanos the sum of those times
   */
  public record Snapshot(
      Map<Transport, Long> queries,
      Map<Asked, Long> asked,
      Map<Rcode, Long> responses,
      Map<Event, Long> events,
      List<Long> latency,
      long latencyNanos) {
    public Snapshot {
      queries = Map.copyOf(queries);
      asked = Map.copyOf(asked);
      responses = Map.copyOf(responses);
      events = Map.copyOf(events);
      latency = List.copyOf(latency);
    }
  }

  private final LongAdder[] queries = adders(Transport.values().length);
  private final LongAdder[] asked = adders(Asked.values().length);
  private final LongAdder[] responses = adders(Rcode.values().length);
  private final LongAdder[] events = adders(Event.values().length);
  private final LongAdder[] latency = adders(LATENCIES);
  private final LongAdder latencyNanos = new LongAdder();

  DnsCounters() {}

  private static LongAdder[] adders(int count) {
    return Stream.generate(LongAdder::new).limit(count).toArray(LongAdder[]::new);
  }

  /** Packets received by that transport. */
  public long queries(Transport transport) {
    return queries[transport.ordinal()].sum();
  }

  /** Responses made with that code. */
  public long responses(Rcode rcode) {
    return responses[rcode.ordinal()].sum();
  }

  public long events(Event event) {
    return events[event.ordinal()].sum();
  }

  /** All counts, every key present. */
  public Snapshot snapshot() {
    return new Snapshot(
        sums(Transport.class, queries),
        sums(Asked.class, asked),
        sums(Rcode.class, responses),
        sums(Event.class, events),
        IntStream.range(0, LATENCIES).mapToObj(i -> latency[i].sum()).toList(),
        latencyNanos.sum());
  }

  void query(Transport transport, int type) {
    queries[transport.ordinal()].increment();
    asked[Asked.of(type).ordinal()].increment();
  }

  void response(Rcode rcode) {
    responses[rcode.ordinal()].increment();
  }

  void event(Event event) {
    events[event.ordinal()].increment();
  }

  /** Counts packets that took as long together. */
  void latency(long nanos, int packets) {
    long micros = Math.max(0, nanos / 1000);
    int bucket = Math.min(LATENCIES - 1, Long.SIZE - Long.numberOfLeadingZeros(micros));
    latency[bucket].add(packets);
    latencyNanos.add(Math.max(0, nanos) * packets);
  }

  private static <E extends Enum<E>> Map<E, Long> sums(Class<E> keys, LongAdder[] adders) {
    Map<E, Long> sums = new EnumMap<>(keys);
    for (E key : keys.getEnumConstants()) {
      sums.put(key, adders[key.ordinal()].sum());
    }
    return sums;
  }
}
