package dev.mpp.node.agreement;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.SiteId;
import java.util.concurrent.CompletableFuture;

/** The replicated ledger as one member sees it. */
public interface Agreement extends AutoCloseable {

  /** Told of everything this member's replica applies, in order, on the replica's own thread. */
  interface Listener {
    /** One command was applied. Must return quickly and must not throw. */
    void applied(LedgerCommand command, LedgerOutcome outcome, LedgerState after);

    /** The replica was loaded or replaced (start, snapshot): every grant counts as fresh. */
    void restored(LedgerState state);
  }

  /** Starts the replica. Throws with a remedy when its storage is damaged or foreign. */
  void start();

  /**
   * Proposes a command; returns at once. The future completes when some replica has applied it, or
   * exceptionally after a bounded time; a command whose future failed may still be applied later.
   * Authority comes only from {@link Listener#applied}.
   */
  CompletableFuture<LedgerOutcome> propose(LedgerCommand command);

  /** Asks that this member lead the replication; a hint, done in the background. */
  void preferLeadership();

  /** Asks that the other member lead the replication; a hint, done in the background. */
  void yieldLeadership(SiteId to);

  /** What this member knows of the replication, for display only. */
  Health health();

  /**
   * @param leader site that leads as this member sees it, empty when unknown
   * @param role LEADER, FOLLOWER, CANDIDATE or the like
   * @param appliedIndex of the last applied entry
   */
  record Health(String leader, String role, long term, long appliedIndex) {}

  @Override
  void close();
}
