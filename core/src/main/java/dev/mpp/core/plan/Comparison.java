package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import org.jspecify.annotations.Nullable;

/**
 * Compares the transactions of one node with those of the ACTIVE one, of which this site knows what
 * it was a moment ago. What a node without a receiver has stays as it is, so the ACTIVE has it or
 * not. One that receives may have newer transactions than that picture: it is asked whether what it
 * had at one poll is on the ACTIVE after the ACTIVE was certainly polled later.
 */
final class Comparison {
  private final long settle;
  private @Nullable NodeAddress against;
  private @Nullable GtidSet had;
  private long since = LeaseClock.NEVER;
  private boolean clean;

  /**
   * @param settle after which a picture of the ACTIVE is younger than the poll it is compared with
   */
  Comparison(long settle) {
    this.settle = settle;
  }

  /** What the node has and the ACTIVE lacks; empty when nothing, or nothing for certain. */
  String lacking(ServerFacts facts, ActiveSeen active, long now) {
    GtidSet theirs = active.facts().executed();
    GtidSet mine = facts.executed();
    if (!active.node().equals(against)) {
      forget();
      against = active.node();
    }
    if (theirs.contains(mine)) {
      had = null;
      clean = true;
      return "";
    }
    boolean receives =
        facts.replication().map(ServerFacts.Replication::receiverStarted).orElse(false);
    if (!receives) {
      // Found already, whoever starts its receiver now: it need not be looked for again.
      had = mine;
      since = now - settle;
      clean = false;
      return mine.missingFrom(theirs);
    }
    GtidSet then = had;
    if (then == null || theirs.contains(then)) {
      clean |= then != null;
      had = mine;
      since = now;
      return "";
    }
    if (now - since < settle) {
      return "";
    }
    clean = false;
    return then.missingFrom(theirs);
  }

  /** Whether all that it had at one time was on the present ACTIVE, and nothing was found since. */
  boolean clean() {
    return clean;
  }

  /** It may come back with other data. */
  void forget() {
    against = null;
    had = null;
    clean = false;
  }
}
