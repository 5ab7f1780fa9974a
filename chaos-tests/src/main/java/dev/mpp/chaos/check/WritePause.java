package dev.mpp.chaos.check;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How long no server took a write. An accepted write was committed at some unknown instant of
 * {@code [sent, done]}: every pause counts from {@code sent} of the write before it to {@code done}
 * of the one after it, so that a figure can only be too large, by the probes' period and round
 * trips.
 */
public final class WritePause {
  private WritePause() {}

  /**
   * The longest pause at both servers together, in nanoseconds, as far as it lies in {@code [from,
   * to]}; {@code to - from} when nothing was accepted there.
   *
   * @param probesA the regular probes at one server
   * @param probesB the same at the other one
   */
  public static long longest(List<Attempt> probesA, List<Attempt> probesB, long from, long to) {
    List<Attempt> accepted =
        Stream.concat(probesA.stream(), probesB.stream())
            .filter(Attempt::accepted)
            .filter(probe -> probe.done() > from && probe.sent() < to)
            .sorted(Comparator.comparingLong(Attempt::done))
            .toList();
    long longest = 0;
    long since = from;
    for (Attempt probe : accepted) {
      longest = Math.max(longest, Math.min(probe.done(), to) - since);
      since = Math.max(since, probe.sent());
    }
    return Math.max(longest, to - since);
  }

  /**
   * The longest time that one writer waited for its next acknowledgement, in nanoseconds: with the
   * TTL of DNS and its reconnecting. Gaps that ended before {@code from} do not count.
   */
  public static long ofOneWriter(List<Ack> acks, long from) {
    Map<Integer, Long> last = new HashMap<>();
    long longest = 0;
    for (Ack ack : acks.stream().sorted(Comparator.comparingLong(Ack::done)).toList()) {
      Long before = last.put(ack.row().writer(), ack.done());
      if (before != null && ack.done() > from) {
        longest = Math.max(longest, ack.done() - before);
      }
    }
    return longest;
  }
}
