package dev.mpp.chaos.client;

import dev.mpp.chaos.check.Sighting;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Asks one responder every 20 ms and records every answer. */
public final class DnsWatch implements AutoCloseable {
  private static final long PERIOD_NANOS = 20_000_000L;

  private final Responder responder;
  private final String name;
  private final ConcurrentLinkedQueue<Sighting> sightings = new ConcurrentLinkedQueue<>();
  private volatile @Nullable Sighting last;
  private volatile boolean stopped;
  private final Thread thread;

  public DnsWatch(Responder responder, String name) {
    this.responder = responder;
    this.name = name;
    this.thread = Thread.ofPlatform().daemon().name("dns-" + responder.address()).start(this::run);
  }

  /** What the responder said last. */
  public Optional<Sighting> last() {
    return Optional.ofNullable(last);
  }

  /** Every answer so far, in order. */
  public List<Sighting> sightings() {
    return List.copyOf(sightings);
  }

  private void run() {
    while (!stopped) {
      long asked = System.nanoTime();
      Responder.Answer answer = responder.ask(name);
      Sighting sighting = new Sighting(responder.address(), answer.said(), System.nanoTime());
      sightings.add(sighting);
      last = sighting;
      LockSupport.parkNanos(asked + PERIOD_NANOS - System.nanoTime());
    }
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(3_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
