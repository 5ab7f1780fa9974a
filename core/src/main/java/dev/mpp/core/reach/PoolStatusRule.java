package dev.mpp.core.reach;

import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.Status;
import java.util.Collection;
import java.util.Locale;

/**
 * When the STATUS of a pool becomes FAIL (BEHAVIOUR section 6). Pure.
 *
 * <pre>
 *   policy   cut off   reach sufficient   a node unreachable   every checkpoint FAIL   STATUS
 *   -------  --------  -----------------  -------------------  ----------------------  ------
 *   PEERS    no        any                any                  any                     OK
 *   PEERS    yes       yes                any                  any                     OK
 *   PEERS    yes       no                 any                  any                     FAIL
 *   CLASSIC  any       any                yes                  yes, and there are some FAIL
 *   CLASSIC  otherwise                                                                 OK
 * </pre>
 *
 * @param votes whether a majority decides who is ACTIVE (quorum mode, or a single site); false in
 *     pair mode. See {@link ReachRule}
 * @param requireReach as configured, GLOBAL by default
 */
public record PoolStatusRule(Policy policy, boolean votes, Reach requireReach) {

  /** Which evidence condemns the pool. */
  public enum Policy {
    /** Cut off from the peers and reach below what is required. */
    PEERS,
    /** The rule of 2007: a node is unreachable and every checkpoint of every class fails. */
    CLASSIC
  }

  /**
   * What the rule says, and why.
   *
   * @param status OK or FAIL
   * @param reason one sentence
   */
  public record Judgement(Status status, Reach reach, String reason) {}

  /**
   * Judges the pool.
   *
   * @param cutOff quorum mode: no majority; pair mode: the peer is silent on every path; false for
   *     a single site
   * @param nodeUnreachable whether a node of the pool is FAILED_OFFLINE
   */
  public Judgement judge(boolean cutOff, boolean nodeUnreachable, Collection<Judged> checkpoints) {
    Reach reach = ReachRule.reach(checkpoints, votes);
    return switch (policy) {
      case PEERS -> peers(cutOff, reach, checkpoints);
      case CLASSIC -> classic(nodeUnreachable, reach, checkpoints);
    };
  }

  private Judgement peers(boolean cutOff, Reach reach, Collection<Judged> checkpoints) {
    Collection<CheckpointClass> present = checkpoints.stream().map(Judged::kind).toList();
    Reach required = ReachRule.required(requireReach, present, votes);
    String sees = "reach is " + word(reach) + ", required is " + word(required);
    if (!cutOff) {
      return new Judgement(Status.OK, reach, "In contact with the peers.");
    }
    return reach.sufficientFor(required)
        ? new Judgement(Status.OK, reach, "Cut off from the peers, but " + sees + ".")
        : new Judgement(Status.FAIL, reach, "Cut off from the peers and " + sees + ".");
  }

  private static Judgement classic(
      boolean nodeUnreachable, Reach reach, Collection<Judged> checkpoints) {
    boolean blind =
        !checkpoints.isEmpty() && checkpoints.stream().allMatch(c -> c.state().failed());
    if (nodeUnreachable && blind) {
      return new Judgement(
          Status.FAIL, reach, "A node is unreachable and every checkpoint fails (classic policy).");
    }
    return new Judgement(
        Status.OK,
        reach,
        blind ? "Every checkpoint fails, but the nodes answer." : "Not every checkpoint fails.");
  }

  private static String word(Reach reach) {
    return reach.name().toLowerCase(Locale.ROOT);
  }
}
