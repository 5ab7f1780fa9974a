package dev.mpp.chaos.lab;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * What is done to one switchover.
 *
 * @param phase the fault comes when it begins
 * @param delay and so much later
 * @param fault empty: nothing goes wrong
 */
record MovePlan(MovePhase phase, Duration delay, Optional<MoveFault> fault) {
  static final MovePlan UNDISTURBED =
      new MovePlan(MovePhase.CATCH_UP, Duration.ZERO, Optional.empty());

  /** The others last as long as one of these, or less. */
  private static final List<MovePhase> PHASES =
      List.of(
          MovePhase.CATCH_UP,
          MovePhase.FENCE,
          MovePhase.HANDOVER,
          MovePhase.TAKE_OVER,
          MovePhase.ACKNOWLEDGE);

  /** After so many runs every phase met every fault: the numbers have no common divisor. */
  static final int COMBINATIONS = PHASES.size() * MoveFault.values().length;

  private static final int LATEST_MILLIS = 400;

  /**
   * First each fault at the beginning of each phase, then each at any instant of the first 0.4 s.
   *
   * @param turn from 0
   */
  static MovePlan disturbed(int turn, Random random) {
    Optional<MoveFault> fault = Optional.of(MoveFault.values()[turn % MoveFault.values().length]);
    return turn < COMBINATIONS
        ? new MovePlan(PHASES.get(turn % PHASES.size()), Duration.ZERO, fault)
        : new MovePlan(MovePhase.CATCH_UP, Duration.ofMillis(random.nextInt(LATEST_MILLIS)), fault);
  }

  String describe() {
    return fault
        .map(
            what ->
                delay.isZero()
                    ? what.label() + " at " + phase
                    : "%s %d ms after the order".formatted(what.label(), delay.toMillis()))
        .orElse("undisturbed");
  }
}
