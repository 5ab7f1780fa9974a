package dev.mpp.node.mysql;

import dev.mpp.node.mysql.MySqlServer.Prepared;
import dev.mpp.node.mysql.MySqlServer.Promoted;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Applies what was received; makes the server writable under the dead-man lock. */
final class ServerPromotion {
  private final Family family;
  private final Link admin;
  private final Link prover;
  private final ReceiverStop receiver;
  private final DeadManLock lock;
  private final BooleanSupplier fencing;
  private final LongSupplier clock;

  /**
   * @param fencing whether a fence runs or is pending; nothing is made writable then
   */
  ServerPromotion(
      Family family,
      Link admin,
      Link prover,
      DeadManLock lock,
      BooleanSupplier fencing,
      LongSupplier clock) {
    this.family = family;
    this.admin = admin;
    this.prover = prover;
    this.receiver = new ReceiverStop(family, admin, clock);
    this.lock = lock;
    this.fencing = fencing;
    this.clock = clock;
  }

  Prepared prepare(Duration budget) {
    long deadline = clock.getAsLong() + budget.toNanos();
    try {
      if (admin.call(deadline, c -> statements().beforeStopping(c))) {
        receiver.stop(Promoting::stopReceiver, deadline);
      }
      long end = deadline - Duration.ofMillis(20).toNanos();
      return admin.call(deadline, c -> statements().apply(c, end, clock));
    } catch (LinkException e) {
      return new Prepared(false, Optional.empty(), "", e.getMessage());
    }
  }

  /** For use over a session: its login has told the family. */
  private Promoting statements() {
    return family.get().promoting();
  }

  Promoted makeWritable(String service, long epoch, String site, Duration budget) {
    long start = clock.getAsLong();
    long deadline = start + budget.toNanos();
    String problem;
    try {
      // A statement that comes late finds the lock gone and leaves the replication alone.
      lock.await(deadline);
      // Whoever was started meanwhile acknowledges nothing to another source from here on.
      receiver.stop(Promoting::stopAll, deadline);
      Map<String, String> verdict = unfence(service, epoch, site, deadline);
      problem = Rows.text(verdict, "verdict");
      if (problem.isEmpty()) {
        problem = canary(service, epoch, site, Rows.number(verdict, "id"), deadline);
      }
    } catch (LinkException e) {
      problem = e.getMessage();
    }
    long micros = (clock.getAsLong() - start) / 1000;
    return problem.isEmpty()
        ? new Promoted(true, micros, "writable in epoch " + epoch)
        : new Promoted(false, micros, problem);
  }

  /** One row: an empty verdict and the session's id when done. */
  private Map<String, String> unfence(String service, long epoch, String site, long deadline)
      throws LinkException {
    AtomicLong opener = new AtomicLong();
    try {
      return lock.whileHeld(
          deadline,
          (c, left) -> {
            opener.set(lock.unfencing());
            return unfence(c, service, epoch, site, deadline, left);
          });
    } catch (LinkException e) {
      if (e.kind() == LinkException.Kind.TIMEOUT && opener.get() != 0) {
        // It would keep the lock for as long as its commit waits for an acknowledgement.
        killQuietly(opener.get());
        throw new LinkException(
            e.kind(), "the statement that opens the server has not ended: " + e.getMessage());
      }
      throw e;
    }
  }

  private Map<String, String> unfence(
      Connection c, String service, long epoch, String site, long deadline, LongSupplier left)
      throws SQLException {
    if (fencing.getAsBoolean()) {
      return Map.of("verdict", "a fence of this server has not ended");
    }
    String now = Rows.text(Rows.first(Rows.query(c, "SELECT SYSDATE(6) AS now")), "now");
    long micros = Math.min(deadline - clock.getAsLong(), left.getAsLong()) / 1000;
    return statements().open(c, service, epoch, site, now, micros);
  }

  private String canary(String service, long epoch, String site, long holder, long deadline)
      throws LinkException {
    Map<String, String> row;
    long writer = admin.id();
    try {
      row = admin.call(deadline, c -> statements().canary(c, holder, service, epoch, site));
    } catch (LinkException e) {
      if (e.kind() == LinkException.Kind.TIMEOUT && writer != 0) {
        killQuietly(writer);
      }
      throw new LinkException(
          e.kind(), "read_only=0, but the canary was not committed: " + e.getMessage());
    }
    if (Rows.on(row, "read_only")) {
      return "the server is read-only again";
    }
    return Rows.number(row, "epoch") == epoch
        ? ""
        : "read_only=0, but the canary is of epoch " + Rows.text(row, "epoch");
  }

  /** A canary that waits for an acknowledgement would be in the way of the next fence. */
  private void killQuietly(long id) {
    try {
      prover.call(
          clock.getAsLong() + Duration.ofMillis(200).toNanos(), c -> Rows.query(c, "KILL " + id));
    } catch (LinkException e) {
      // Gone already, or the server does not answer: the fence kills it.
    }
  }
}
