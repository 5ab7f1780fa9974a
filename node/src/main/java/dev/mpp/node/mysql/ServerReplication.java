package dev.mpp.node.mysql;

import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.node.mysql.MySqlServer.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Starts and stops replication and semi-synchronous waiting. */
final class ServerReplication {
  private final Family family;
  private final Link admin;
  private final LongSupplier clock;

  ServerReplication(Family family, Link admin, LongSupplier clock) {
    this.family = family;
    this.admin = admin;
    this.clock = clock;
  }

  Change start(Duration budget) {
    return change(budget, this::start);
  }

  private Change start(Connection c, long deadline) throws SQLException {
    Replicating statements = statements();
    Optional<Change> refused = statements.start(c);
    if (refused.isPresent()) {
      return refused.get();
    }
    while (true) {
      Replication now = statements.status(c).orElse(null);
      if (now == null) {
        return new Change(false, "the replication source was taken away");
      }
      if (now.receiverRunning() && now.applierRunning()) {
        return new Change(true, "replicating from " + now.source());
      }
      if (!now.applierRunning() && !now.error().isEmpty()) {
        return new Change(false, now.error());
      }
      if (deadline - clock.getAsLong() < 30_000_000) {
        return new Change(
            false, now.error().isEmpty() ? "still connecting to " + now.source() : now.error());
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  Change stop(Duration budget) {
    return change(
        budget,
        (c, deadline) -> {
          statements().stop(c);
          return new Change(true, "stopped");
        });
  }

  Change semiSyncSource(boolean on, Duration budget) {
    return change(
        budget,
        (c, deadline) -> {
          boolean is = statements().waitForAcknowledgements(c, on);
          return new Change(is == on, "semi-synchronous source is " + (is ? "on" : "off"));
        });
  }

  /** For use over a session: its login has told the family. */
  private Replicating statements() {
    return family.get().replicating();
  }

  private interface Step {
    Change run(Connection c, long deadline) throws SQLException;
  }

  private Change change(Duration budget, Step step) {
    long deadline = clock.getAsLong() + budget.toNanos();
    try {
      return admin.call(deadline, c -> step.run(c, deadline));
    } catch (LinkException e) {
      return new Change(false, e.getMessage());
    }
  }
}
