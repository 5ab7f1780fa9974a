package dev.mpp.chaos.check;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * How long two servers accepted writes at the same time, counting only what is certain.
 *
 * <p>An accepted write was committed at some unknown instant of {@code [sent, done]}. Two accepted
 * writes <i>i</i> before <i>j</i> at one server, with nothing but accepted attempts between them,
 * show that it was writable from {@code done(i)} at the latest to {@code sent(j)} at the earliest:
 * its <b>definite span</b> is {@code [done(first), sent(last)]} of such an unbroken row. A refused
 * or unknown attempt ends the row. For two servers
 *
 * <pre>
 *   overlap = Σ over definite spans a of A, b of B: max(0, min(a.to, b.to) − max(a.from, b.from))
 * </pre>
 *
 * <p>A row of one write, or a client that writes without a regular rhythm, has no span of its own;
 * it still convicts when all of its {@code [sent, done]} lies in a definite span of the other
 * server: it was committed while that one was writable. Such a hit counts as 1 ms where the formula
 * gives less. Both measures can only be too small, never too large: a figure above 0 is a
 * violation, not noise. With probes every 10 ms an overlap of more than about 20 ms plus one round
 * trip cannot hide.
 */
public final class DualWritable {
  private DualWritable() {}

  /**
   * @param overlapNanos the definite overlap, at least 1 ms when {@code hits > 0}
   * @param hits accepted writes at one server that lie wholly in a definite span of the other
   * @param first start of the earliest piece of evidence, for the timeline
   */
  public record Result(long overlapNanos, int hits, Optional<Long> first) {

    /** Rounded up: a violation never shows as 0. */
    public long millis() {
      return Math.ceilDiv(overlapNanos, 1_000_000L);
    }
  }

  /**
   * @param probesA the regular probes at one server, in the order they were made
   * @param probesB the same at the other one
   * @param others accepted writes of other clients at either server; they may convict, and never
   *     lengthen a span
   */
  public static Result measure(List<Attempt> probesA, List<Attempt> probesB, List<Attempt> others) {
    List<Span> spansA = spans(probesA);
    List<Span> spansB = spans(probesB);
    long overlap = 0;
    long first = Long.MAX_VALUE;
    for (Span a : spansA) {
      for (Span b : spansB) {
        long shared = a.shared(b);
        overlap += shared;
        if (shared > 0) {
          first = Math.min(first, Math.max(a.from(), b.from()));
        }
      }
    }
    String serverA = server(probesA);
    String serverB = server(probesB);
    int hits = 0;
    List<Attempt> all = new ArrayList<>(probesA);
    all.addAll(probesB);
    all.addAll(others);
    for (Attempt write : all) {
      boolean hit =
          write.accepted()
              && ((!write.server().equals(serverA) && inside(write, spansA))
                  || (!write.server().equals(serverB) && inside(write, spansB)));
      if (hit) {
        hits++;
        first = Math.min(first, write.sent());
      }
    }
    if (hits > 0) {
      overlap = Math.max(overlap, 1_000_000L);
    }
    return new Result(
        overlap, hits, first == Long.MAX_VALUE ? Optional.empty() : Optional.of(first));
  }

  private static String server(List<Attempt> probes) {
    return probes.isEmpty() ? "" : probes.getFirst().server();
  }

  private static boolean inside(Attempt write, List<Span> spans) {
    return spans.stream().anyMatch(write::within);
  }

  /** The definite spans of one server; rows that leave none (single writes) are left out. */
  static List<Span> spans(List<Attempt> probes) {
    List<Span> spans = new ArrayList<>();
    long from = Long.MAX_VALUE;
    long to = Long.MIN_VALUE;
    for (Attempt probe : probes.stream().sorted(Comparator.comparingLong(Attempt::sent)).toList()) {
      if (probe.accepted()) {
        from = Math.min(from, probe.done());
        to = Math.max(to, probe.sent());
        continue;
      }
      if (from < to) {
        spans.add(new Span(from, to));
      }
      from = Long.MAX_VALUE;
      to = Long.MIN_VALUE;
    }
    if (from < to) {
      spans.add(new Span(from, to));
    }
    return spans;
  }
}
