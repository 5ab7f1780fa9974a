package dev.mpp.core.plan;

import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Commits;
import dev.mpp.core.pool.PollResult;
import java.util.Locale;

/**
 * Judges what a server that answers says of itself: what is no failure by the rules and still needs
 * an operator.
 *
 * <p>Commits that wait for a replica's acknowledgement are the policy at work, whatever they take:
 * failing the server would not make them succeed, and would lose none of them either.
 */
final class NodeWarnings {
  private final boolean stallFails;

  NodeWarnings(boolean stallFails) {
    this.stallFails = stallFails;
  }

  /** Of a node that is, or is becoming, ACTIVE. */
  PollResult active(ServerFacts facts) {
    Commits c = facts.vitals().commits();
    Commits.Outcome outcome = outcome(facts);
    String problem =
        switch (outcome) {
          case UNKNOWN -> c.detail();
          case DONE -> "";
          case WAITS_FOR_REPLICA ->
              "commits have waited for %s for the acknowledgement of a replica (semi-sync)"
                  .formatted(seconds(c));
          case STALLED -> "commits have hung for %s: %s".formatted(seconds(c), c.detail());
          case FAILED -> "commits fail: " + c.detail();
        };
    boolean hangs = outcome == Commits.Outcome.STALLED || outcome == Commits.Outcome.FAILED;
    if (hangs && stallFails) {
      return new PollResult.ConnectFailure("it answers, but " + problem);
    }
    return healthy(problem.isEmpty() ? semiSync(facts) : problem, facts);
  }

  /** A commit may hang behind another one that waits for a replica. */
  private static Commits.Outcome outcome(ServerFacts facts) {
    Commits.Outcome outcome = facts.vitals().commits().outcome();
    ServerFacts.SemiSync s = facts.semiSync();
    return outcome == Commits.Outcome.STALLED && s.sourceEnabled() && s.waitingSessions() > 0
        ? Commits.Outcome.WAITS_FOR_REPLICA
        : outcome;
  }

  /** Of a node that stands by and follows. */
  static PollResult standby(ServerFacts facts) {
    Commits c = facts.vitals().commits();
    return healthy(c.outcome() == Commits.Outcome.UNKNOWN ? c.detail() : "", facts);
  }

  private static PollResult healthy(String first, ServerFacts facts) {
    ServerFacts.Vitals v = facts.vitals();
    String warning =
        first.isEmpty() && v.exhausted()
            ? "connections are exhausted: %d of %d (max_connections); new clients are turned away"
                .formatted(v.connections(), v.connectionLimit())
            : first;
    return warning.isEmpty() ? PollResult.HEALTHY : new PollResult.Healthy(warning);
  }

  /**
   * MPP sets the longest time-out there is: the server gives up waiting only by another's doing.
   */
  private static String semiSync(ServerFacts facts) {
    ServerFacts.SemiSync s = facts.semiSync();
    return s.sourceEnabled() && s.clients() > 0 && !s.operational()
        ? "semi-sync is degraded: the server has stopped waiting for acknowledgements;"
            + " look at rpl_semi_sync_"
            + (facts.executed() instanceof MariaDbGtidSet ? "master" : "source")
            + "_timeout (it stopped "
            + s.givenUp()
            + " times since it started)"
        : "";
  }

  private static String seconds(Commits c) {
    return String.format(Locale.ROOT, "%.1f s", c.millis() / 1000.0);
  }
}
