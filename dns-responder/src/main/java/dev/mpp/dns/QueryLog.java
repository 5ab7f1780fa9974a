package dev.mpp.dns;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * A sample of the queries and their responses, handed to a {@link QuerySink} by a thread of its
 * own. A thread that answers copies the two messages into a queue of fixed size and goes on; while
 * the queue is full, or the sink cannot be opened, queries are counted and forgotten.
 */
public final class QueryLog implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(QueryLog.class.getName());
  private static final int QUEUE = 4096;
  private static final int MOST_ONE_IN = 1_000_000_000;
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);
  private static final Duration TRY_AGAIN_AFTER = Duration.ofSeconds(1);
  private static final Duration TRY_AGAIN_MOST = Duration.ofSeconds(30);
  private static final Duration STOP_WITHIN = Duration.ofSeconds(5);

  private final int oneIn;
  private final InstantSource clock;
  private final QuerySink sink;
  private final QueryRing queue = new QueryRing(QUEUE);
  private final LongAdder written = new LongAdder();
  private final LongAdder dropped = new LongAdder();
  private final Thread writer;
  private volatile boolean closing;
  private boolean open;
  private boolean complained;

  /**
   * Starts to write.
   *
   * @param oneIn how many queries there are for each one that is logged, 1 to 1,000,000,000
   * @param clock the wall clock, for the log alone
   * @param sink used and closed by this log
   */
  public QueryLog(int oneIn, InstantSource clock, QuerySink sink) {
    if (oneIn < 1 || oneIn > MOST_ONE_IN) {
      throw new IllegalArgumentException("one in " + oneIn + " is not in 1.." + MOST_ONE_IN);
    }
    this.oneIn = oneIn;
    this.clock = clock;
    this.sink = sink;
    this.writer = Thread.ofPlatform().daemon().name("dns-query-log").start(this::run);
  }

  /** Queries that the sink took. */
  public long written() {
    return written.sum();
  }

  /** Queries that were chosen and are not in the log. */
  public long dropped() {
    return dropped.sum();
  }

  /** For one thread that answers. */
  Sampler sampler() {
    return new Sampler();
  }

  /**
   * Chooses one in so many at random intervals: a fixed interval could always hit the same client
   * of a regular pattern, and a connection of few queries would never be seen.
   */
  final class Sampler {
    private int left = interval();

    /** Counts a query; true if it is to be logged. */
    boolean chosen() {
      if (--left > 0) {
        return false;
      }
      left = interval();
      return true;
    }

    private int interval() {
      return oneIn == 1 ? 1 : 1 + ThreadLocalRandom.current().nextInt(2 * oneIn - 1);
    }

    /**
     * Logs a query.
     *
     * @param response null if there is none
     */
    void log(
        byte[] packet,
        int length,
        Client client,
        Transport transport,
        @Nullable Response response) {
      LoggedQuery query =
          new LoggedQuery(clock.instant(), client, transport, packet, length, response);
      if (!queue.offer(query)) {
        dropped.increment();
      }
    }
  }

  private void run() {
    Duration pause = TRY_AGAIN_AFTER;
    while (!closing) {
      try {
        openSink();
        pause = TRY_AGAIN_AFTER;
        writeAll();
        rest(LOOK_EVERY);
      } catch (IOException e) {
        failed(e);
        rest(pause);
        pause = pause.compareTo(TRY_AGAIN_MOST) < 0 ? pause.multipliedBy(2) : TRY_AGAIN_MOST;
      }
    }
    finish();
  }

  private void openSink() throws IOException {
    if (!open) {
      sink.open();
      open = true;
      if (complained) {
        complained = false;
        LOG.log(System.Logger.Level.INFO, "the query log is written again");
      }
    }
  }

  private void writeAll() throws IOException {
    LoggedQuery query = queue.poll();
    if (query == null) {
      return;
    }
    for (; query != null; query = queue.poll()) {
      try {
        sink.write(query);
      } catch (IOException e) {
        dropped.increment();
        throw e;
      }
      written.increment();
    }
    sink.flush();
  }

  /** One line for an outage, however long it lasts. */
  private void failed(IOException e) {
    sink.close();
    open = false;
    if (!complained) {
      complained = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "the query log cannot be written, queries are answered without it: " + e.getMessage());
    }
  }

  private void rest(Duration time) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      closing = true;
    }
  }

  private void finish() {
    try {
      if (open) {
        writeAll();
      }
    } catch (IOException e) {
      failed(e);
    }
    sink.close();
  }

  /** Writes what is in the queue, and ends. Closing twice is fine. */
  @Override
  public void close() {
    closing = true;
    writer.interrupt();
    try {
      writer.join(STOP_WITHIN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
