package dev.mpp.chaos.lab;

import dev.mpp.chaos.check.Findings;
import java.util.OptionalLong;

/**
 * One switchover.
 *
 * @param plan what was to be done
 * @param met the phase it was in when the fault was done
 * @param end what the command said at its end; empty: it was lost with its node
 * @param pauseMs the longest time without an accepted probe at either server, from the order (or
 *     from the fault) on
 * @param writerMs the longest wait of one writer, with DNS and reconnecting
 * @param rebuilt a server had unacknowledged transactions of its own and was made anew
 */
record MoveRun(
    long seed,
    String plan,
    String met,
    String end,
    OptionalLong pauseMs,
    OptionalLong writerMs,
    Findings findings,
    boolean rebuilt) {

  MoveRun rebuilt(boolean was) {
    return new MoveRun(seed, plan, met, end, pauseMs, writerMs, findings, was);
  }

  static MoveRun notRun(long seed, String plan, String why) {
    return new MoveRun(
        seed,
        plan,
        "not run",
        "",
        OptionalLong.empty(),
        OptionalLong.empty(),
        Findings.notRun(why),
        false);
  }
}
