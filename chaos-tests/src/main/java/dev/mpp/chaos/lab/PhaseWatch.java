package dev.mpp.chaos.lab;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads the logs of both data sites every millisecond, and knows since when which phase is: most of
 * them last a few milliseconds only.
 */
final class PhaseWatch implements AutoCloseable {
  private static final long PERIOD_NANOS = 1_000_000L;

  private final Map<MovePhase, CompletableFuture<Long>> begun = new EnumMap<>(MovePhase.class);
  private final List<LogTail> tails;
  private final Thread thread;
  private volatile MovePhase newest = MovePhase.CATCH_UP;
  private volatile boolean stopped;

  PhaseWatch(List<Path> logs) {
    for (MovePhase phase : MovePhase.values()) {
      begun.put(phase, new CompletableFuture<>());
    }
    tails = logs.stream().map(LogTail::new).toList();
    thread = Thread.ofPlatform().daemon().name("phases").start(this::run);
  }

  private void run() {
    while (!stopped) {
      long now = System.nanoTime();
      for (LogTail tail : tails) {
        for (String line : tail.more()) {
          MovePhase.begins(line).ifPresent(phase -> saw(phase, now));
        }
      }
      LockSupport.parkNanos(PERIOD_NANOS);
    }
    tails.forEach(LogTail::close);
  }

  private void saw(MovePhase phase, long now) {
    newest = phase;
    at(phase).complete(now);
  }

  private CompletableFuture<Long> at(MovePhase phase) {
    return Optional.ofNullable(begun.get(phase)).orElseThrow();
  }

  /** The phase that began last. */
  MovePhase newest() {
    return newest;
  }

  /** When the phase began (monotonic); empty: not in time. */
  Optional<Long> await(MovePhase phase, Duration limit) {
    try {
      return Optional.of(at(phase).get(limit.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** The phases so far, with their instants, in the order of the enum. */
  List<Map.Entry<MovePhase, Long>> seen() {
    List<Map.Entry<MovePhase, Long>> seen = new ArrayList<>();
    begun.forEach(
        (phase, at) -> {
          if (at.isDone()) {
            seen.add(Map.entry(phase, at.join()));
          }
        });
    return seen;
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
