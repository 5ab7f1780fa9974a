package dev.mpp.node.mysql;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How many logins may run at once in this process. A login costs milliseconds of processor time on
 * both ends (TLS); thousands at once after a network blip would leave none for anything else.
 *
 * <p>A poll's login takes its place once the server has greeted, so that hosts that swallow packets
 * occupy none. Sessions that are merely kept in reserve wait before they dial, until no poll waits,
 * and leave as much time to others as they took. Fences, promotions and the dead-man's lock take no
 * place and never wait.
 */
public final class Handshakes {
  private static final long YIELD = 5_000_000L;
  private static final long MOST_PAUSE = 50_000_000L;

  private final Semaphore polls;
  private final Semaphore reserve;

  Handshakes(int polls, int reserve) {
    this.polls = new Semaphore(polls, true);
    this.reserve = new Semaphore(reserve, true);
  }

  /** Two for polls and one for reserve sessions for each processor, at least four and two. */
  public static Handshakes perCore() {
    int cores = Runtime.getRuntime().availableProcessors();
    return new Handshakes(Math.max(4, 2 * cores), Math.max(2, cores));
  }

  Place forPoll(LongSupplier clock) {
    return new Place(polls, clock);
  }

  /** Makes a session for the reserve, or finds that none is wanted any more. */
  interface Login {
    void run() throws LinkException;
  }

  /**
   * Blocks for as long as others need the processor.
   *
   * @throws InterruptedException before the login was tried
   */
  void inReserve(Login login) throws InterruptedException, LinkException {
    reserve.acquire();
    try {
      while (polls.hasQueuedThreads()) {
        TimeUnit.NANOSECONDS.sleep(YIELD);
      }
      long begin = System.nanoTime();
      try {
        login.run();
      } finally {
        TimeUnit.NANOSECONDS.sleep(Math.min(System.nanoTime() - begin, MOST_PAUSE));
      }
    } finally {
      reserve.release();
    }
  }

  /** One login's place in the queue. */
  static final class Place {
    private final Semaphore places;
    private final LongSupplier clock;
    private long waited;
    private long since;
    private boolean waiting;

    private Place(Semaphore places, LongSupplier clock) {
      this.places = places;
      this.clock = clock;
    }

    /** A login that waits for nobody. */
    static Place unlimited() {
      return new Place(new Semaphore(1), System::nanoTime);
    }

    void enter() throws InterruptedException {
      waiting(true);
      try {
        places.acquire();
      } finally {
        waiting(false);
      }
    }

    void leave() {
      places.release();
    }

    private synchronized void waiting(boolean now) {
      long at = clock.getAsLong();
      if (waiting) {
        waited += at - since;
      }
      waiting = now;
      since = at;
    }

    synchronized boolean waiting() {
      return waiting;
    }

    /** Nanoseconds spent in the queue so far: no fault of the server. */
    synchronized long waited() {
      return waiting ? waited + clock.getAsLong() - since : waited;
    }
  }
}
