package dev.mpp.core.reach;

import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.Reach;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;

/**
 * How far a site sees, and how far it has to (BEHAVIOUR section 6). Pure.
 *
 * <p>Classes without checkpoints are skipped, on both sides of the comparison. That is safe only
 * where votes decide ({@code votes}: quorum mode, or a single site): there a site that lost the
 * majority loses its lease whatever its checkpoints say, and a site without checkpoints must not be
 * shut out of the role for the lack of them. In pair mode checkpoints are the only evidence, and no
 * evidence is no reason to stay ACTIVE: nothing is skipped there, and a site without checkpoints
 * reaches nothing.
 */
public final class ReachRule {
  private ReachRule() {}

  /**
   * The farthest class with a checkpoint that is not FAIL; NONE when every checkpoint is. Without
   * any checkpoint: GLOBAL where votes decide, NONE otherwise.
   */
  public static Reach reach(Collection<Judged> checkpoints, boolean votes) {
    if (checkpoints.isEmpty()) {
      return votes ? Reach.GLOBAL : Reach.NONE;
    }
    return checkpoints.stream()
        .filter(c -> !c.state().failed())
        .map(c -> of(c.kind()))
        .min(Comparator.naturalOrder())
        .orElse(Reach.NONE);
  }

  /**
   * The reach to demand. Where votes decide, {@code configured} is lowered to the farthest class
   * that has a checkpoint at all; otherwise it stands as configured.
   */
  public static Reach required(
      Reach configured, Collection<CheckpointClass> present, boolean votes) {
    if (!votes) {
      return configured;
    }
    Reach possible =
        present.stream().map(ReachRule::of).min(Comparator.naturalOrder()).orElse(configured);
    return configured.sufficientFor(possible) ? possible : configured;
  }

  /** The reach that an answering checkpoint of this class proves. */
  public static Reach of(CheckpointClass kind) {
    return switch (kind) {
      case EXTERNAL -> Reach.GLOBAL;
      case EDGE -> Reach.WAN;
      case INTERNAL -> Reach.LAN;
    };
  }

  /**
   * Parses {@code global}, {@code wan}, {@code lan} or {@code none}.
   *
   * @throws IllegalArgumentException naming the allowed words
   */
  public static Reach parse(String text) {
    return Arrays.stream(Reach.values())
        .filter(r -> r.name().equalsIgnoreCase(text.strip()))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "\"" + text + "\" is not a reach (global, wan, lan, none)"));
  }
}
