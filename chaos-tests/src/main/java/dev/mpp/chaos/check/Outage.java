package dev.mpp.chaos.check;

import java.util.List;
import java.util.Optional;

/** What the writers saw of a fault. */
public final class Outage {
  private Outage() {}

  /** Nobody's write was acknowledged after {@code lastAck} and before {@code firstAck}. */
  public record Gap(long lastAck, long firstAck) {
    public long nanos() {
      return firstAck - lastAck;
    }
  }

  /**
   * The longest gap between consecutive acknowledgements, over all writers together, that ended
   * after the fault. Empty when nothing was acknowledged before or nothing after it.
   */
  public static Optional<Gap> longest(List<Ack> acks, long faultAt) {
    long[] done = acks.stream().mapToLong(Ack::done).sorted().toArray();
    Gap longest = null;
    for (int i = 1; i < done.length; i++) {
      Gap gap = new Gap(done[i - 1], done[i]);
      if (gap.firstAck() > faultAt && (longest == null || gap.nanos() > longest.nanos())) {
        longest = gap;
      }
    }
    // Without an acknowledgement from before the fault the gap's start is unknown.
    return done.length == 0 || done[0] > faultAt ? Optional.empty() : Optional.ofNullable(longest);
  }
}
