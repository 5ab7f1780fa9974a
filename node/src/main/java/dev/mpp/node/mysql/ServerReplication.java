package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.node.mysql.MySqlServer.Change;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Starts and stops replication and semi-synchronous waiting. */
final class ServerReplication {
  private static final Change PROMOTED =
      new Change(false, "it is being promoted, or was, and follows nobody");

  private final Family family;
  private final Link admin;
  private final Optional<ReplicationAccount> account;
  private final BooleanSupplier promoted;
  private final LongSupplier clock;

  /**
   * @param account with which sources are followed; empty where an administrator configures that
   * @param promoted whether it is being made the source, or is it: it receives nothing then
   */
  ServerReplication(
      Family family,
      Link admin,
      Optional<ReplicationAccount> account,
      BooleanSupplier promoted,
      LongSupplier clock) {
    this.family = family;
    this.admin = admin;
    this.account = account;
    this.promoted = promoted;
    this.clock = clock;
  }

  Change start(Duration budget) {
    return change(budget, this::start);
  }

  /**
   * The password is sent only where it has to be: the server has the account already, or a source
   * has refused what it has.
   */
  Change follow(NodeAddress source, Duration budget) {
    return change(
        budget,
        (c, deadline) -> {
          if (account.isEmpty()) {
            return new Change(false, "no replication account is configured in mpp.yml");
          }
          if (promoted.getAsBoolean()) {
            return PROMOTED;
          }
          Credentials login = account.get().credentials();
          Replicating statements = statements();
          boolean known = statements.knows(c, login.user());
          statements.stop(c);
          statements.change(
              c, source, known ? Optional.empty() : Optional.of(login), account.get().tls());
          return start(c, deadline);
        });
  }

  private Change start(Connection c, long deadline) throws SQLException {
    if (promoted.getAsBoolean()) {
      return PROMOTED;
    }
    Replicating statements = statements();
    Optional<Change> refused = statements.start(c);
    if (refused.isPresent()) {
      return refused.get();
    }
    while (!promoted.getAsBoolean()) { // who promotes it waits for this session
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
    return PROMOTED;
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
