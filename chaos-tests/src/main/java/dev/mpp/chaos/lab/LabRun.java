package dev.mpp.chaos.lab;

import dev.mpp.chaos.check.Findings;
import dev.mpp.chaos.check.Takeover;

/**
 * One run of a script.
 *
 * @param fault what was done
 * @param catchUp of the sites that were cut off
 * @param takeover how the role went to the other site
 * @param rebuilt the former ACTIVE had unacknowledged transactions of its own: never a loss, and an
 *     operator had to make its data anew
 */
record LabRun(
    long seed,
    String fault,
    Findings findings,
    CatchUp.Times catchUp,
    Takeover takeover,
    boolean rebuilt) {

  LabRun rebuilt(boolean was) {
    return new LabRun(seed, fault, findings, catchUp, takeover, was);
  }

  static LabRun notRun(long seed, String why) {
    return new LabRun(
        seed, "not run", Findings.notRun(why), CatchUp.Times.NONE, Takeover.NONE, false);
  }
}
