package dev.mpp.chaos.lab;

import dev.mpp.chaos.check.Findings;
import java.util.OptionalLong;

/**
 * One failure of one real server. Times in milliseconds from the failure; empty: it never happened.
 *
 * @param noticedMs the first word about the server to an operator
 * @param namedMs the message that says what it is
 * @param named that message, without the time and the address; without one the first word
 * @param fencedMs the old ACTIVE was seen read-only, or when it did not answer, MPP said how it
 *     counts as fenced
 * @param fenced how: read-only, or MPP's word
 * @param promotedMs a write was accepted at the other site
 * @param end what came of the role
 * @param rebuilt the server's data was made anew afterwards
 */
record FailureRun(
    Failure failure,
    long seed,
    OptionalLong noticedMs,
    OptionalLong namedMs,
    String named,
    OptionalLong fencedMs,
    String fenced,
    OptionalLong promotedMs,
    String end,
    Findings findings,
    boolean rebuilt) {

  FailureRun rebuilt(boolean was) {
    return new FailureRun(
        failure, seed, noticedMs, namedMs, named, fencedMs, fenced, promotedMs, end, findings, was);
  }

  static FailureRun notRun(Failure failure, long seed, String why) {
    OptionalLong never = OptionalLong.empty();
    return new FailureRun(
        failure, seed, never, never, "", never, "", never, "not run", Findings.notRun(why), false);
  }
}
