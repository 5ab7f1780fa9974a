package dev.mpp.node.mysql;

import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServer.Fence.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Set first, then kill. {@code SET GLOBAL read_only=1} goes out on one session; while it waits for
 * a blocker no new write starts, and the second session kills whoever is in the way. The proof is
 * the flag read back over the second session. Semi-synchronous waiting is never switched off here:
 * that would acknowledge commits no other site has.
 *
 * <p>A SET that is still pending when the budget ends stays pending, because closing its session
 * would cancel it; the next call joins it.
 */
final class MariaDbFence {
  private static final long BEFORE_KILLING = Duration.ofMillis(150).toNanos();
  private static final long ROUND = Duration.ofMillis(50).toNanos();

  /** Below this a round trip is not begun any more. */
  private static final long LAST_LOOK = Duration.ofMillis(10).toNanos();

  private static final long BETWEEN_REFUSALS = Duration.ofMillis(100).toNanos();

  /** How long a SET may stay pending. */
  static final Duration PENDING = Duration.ofMinutes(10);

  private final Link setter;
  private final Link prover;
  private final DeadManLock lock;
  private final Supplier<List<Long>> own;
  private final String manager;
  private final LongSupplier clock;
  private @Nullable CompletableFuture<Void> pending;

  /**
   * @param own ids of all sessions of this process
   * @param manager account whose sessions are spared unless they write
   */
  MariaDbFence(
      Link setter,
      Link prover,
      DeadManLock lock,
      Supplier<List<Long>> own,
      String manager,
      LongSupplier clock) {
    this.setter = setter;
    this.prover = prover;
    this.lock = lock;
    this.own = own;
    this.manager = manager;
    this.clock = clock;
  }

  /** Whether a SET of an earlier call has not ended yet. */
  synchronized boolean isPending() {
    CompletableFuture<Void> p = pending;
    return p != null && !p.isDone();
  }

  synchronized Fence fence(Duration budget) {
    long start = clock.getAsLong();
    return new Attempt(start, start + budget.toNanos()).run();
  }

  private CompletableFuture<Void> set(long reconnectUntil) {
    CompletableFuture<Void> p = pending;
    if (p != null && !p.isDone()) {
      return p;
    }
    CompletableFuture<Void> fresh = new CompletableFuture<>();
    pending = fresh;
    Thread.startVirtualThread(
        () -> {
          try {
            setter.call(
                clock.getAsLong() + PENDING.toNanos(),
                reconnectUntil,
                c -> Rows.query(c, "SET GLOBAL read_only = 1"));
            fresh.complete(null);
          } catch (LinkException e) {
            fresh.completeExceptionally(e);
          }
        });
    return fresh;
  }

  /** One call of {@link #fence}. */
  private final class Attempt {
    private final long start;
    private final long deadline;
    private final long doubtful = lock.unfencing();
    private long refusedAt;
    private long killed;
    private int lostSets;
    private String problem = "";

    Attempt(long start, long deadline) {
      this.start = start;
      this.deadline = deadline;
    }

    Fence run() {
      CompletableFuture<Void> set = set(deadline);
      long killFrom = start + BEFORE_KILLING;
      Look last = null;
      while (true) {
        await(set, Math.min(killFrom, deadline - LAST_LOOK));
        boolean kill = !set.isDone() && clock.getAsLong() >= killFrom;
        long roundFrom = clock.getAsLong();
        Look look = look(kill || doubtful != 0);
        if (look != null) {
          last = look;
          killed += look.killed;
          if (look.readOnly && !look.doubtful) {
            return fenced(look);
          }
        }
        if (set.isCompletedExceptionally()) {
          Fence down = failed(set);
          if (down != null) {
            return down;
          }
          set = set(deadline);
        } else if (set.isDone()) {
          pause(ROUND / 5);
          set = set(deadline);
        } else if (look != null && !look.pending && kill && ++lostSets % 4 == 0) {
          // The server knows nothing of our SET: its session is a corpse.
          setter.drop();
        } else if (look == null) {
          pause(ROUND / 5);
        }
        if (clock.getAsLong() >= deadline - LAST_LOOK) {
          return ended(look == null ? null : last);
        }
        killFrom = Math.max(killFrom, roundFrom + ROUND);
      }
    }

    private Fence ended(@Nullable Look last) {
      if (last != null && last.pending && last.alive == 0) {
        return result(Outcome.QUIESCED, "read_only is pending, every client was killed");
      }
      if (last == null || !last.pending) {
        // Nobody has seen it at the server: it must not arrive there at some later time.
        setter.drop();
      }
      return result(
          Outcome.FAILED,
          last == null
              ? (problem.isEmpty() ? "the server did not answer" : problem)
              : "read_only is off, " + last.alive + " client sessions alive");
    }

    /** DOWN needs two refusals, so that a port that just closed has let its last commit go. */
    private @Nullable Fence failed(CompletableFuture<Void> set) {
      Throwable cause = set.exceptionNow();
      LinkException e = LinkException.of(cause);
      problem = e.getMessage();
      if (e.kind() != LinkException.Kind.REFUSED) {
        refusedAt = 0;
        pause(ROUND / 5);
        return null;
      }
      long now = clock.getAsLong();
      if (refusedAt != 0 && now - refusedAt >= BETWEEN_REFUSALS) {
        return result(Outcome.DOWN, "nothing listens at the address");
      }
      refusedAt = refusedAt == 0 ? now : refusedAt;
      pause(BETWEEN_REFUSALS);
      return null;
    }

    private Fence fenced(Look first) {
      long micros = (clock.getAsLong() - start) / 1000;
      long left = first.alive;
      for (int round = 0; round < 3 && clock.getAsLong() < deadline; round++) {
        Look look = look(true);
        if (look == null) {
          break;
        }
        killed += look.killed;
        left = look.alive;
        if (left == 0) {
          break;
        }
      }
      return new Fence(
          Outcome.FENCED,
          micros,
          "read_only=1 read back; "
              + killed
              + " sessions killed"
              + (left == 0 ? "" : ", " + left + " still there"));
    }

    private Fence result(Outcome outcome, String detail) {
      return new Fence(
          outcome, (clock.getAsLong() - start) / 1000, detail + "; " + killed + " sessions killed");
    }

    private void await(CompletableFuture<Void> set, long until) {
      try {
        set.get(Math.max(0, until - clock.getAsLong()), TimeUnit.NANOSECONDS);
      } catch (ExecutionException | TimeoutException e) {
        // The caller looks at the future.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void pause(long nanos) {
      LockSupport.parkNanos(this, Math.max(0, Math.min(nanos, deadline - clock.getAsLong())));
    }

    /** One round trip on the second session; null when it did not answer. */
    private @Nullable Look look(boolean kill) {
      try {
        String sql = kill ? killSql() : lookSql();
        Map<String, String> row =
            prover.call(deadline, c -> Rows.query(c, sql)).getLast().getFirst();
        return new Look(
            Rows.on(row, "read_only"),
            Rows.number(row, "alive"),
            Rows.on(row, "pending"),
            Rows.on(row, "doubtful"),
            Rows.number(row, "killed"));
      } catch (LinkException e) {
        problem = e.getMessage();
        return null;
      }
    }

    private String lookSql() {
      return "SELECT @@global.read_only AS read_only, (SELECT COUNT(*)"
          + clients()
          + ") AS alive, EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = "
          + setter.id()
          + " AND INFO LIKE 'SET GLOBAL read_only%') AS pending,"
          + " EXISTS (SELECT 1 FROM information_schema.PROCESSLIST WHERE ID <> 0 AND ID = "
          + doubtful
          + ") AS doubtful, 0 AS killed";
    }

    private String killSql() {
      return "BEGIN NOT ATOMIC"
          + " DECLARE victim BIGINT; DECLARE more INT DEFAULT 1; DECLARE n INT DEFAULT 0;"
          + " DECLARE clients CURSOR FOR SELECT ID"
          + clients()
          + "; DECLARE CONTINUE HANDLER FOR NOT FOUND SET more = 0;"
          + " DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;"
          + " OPEN clients; FETCH clients INTO victim;"
          + " WHILE more = 1 DO KILL victim; SET n = n + 1; FETCH clients INTO victim; END WHILE;"
          + " CLOSE clients; "
          + lookSql().replace("0 AS killed", "n AS killed")
          + "; END";
    }

    /** Sessions that could write, without those that are being killed already. */
    private String clients() {
      String spared =
          own.get().stream()
              .filter(id -> id != 0 && id != doubtful)
              .map(String::valueOf)
              .collect(Collectors.joining(","));
      return " FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND ID NOT IN (0,"
          + setter.id()
          + (spared.isEmpty() ? "" : "," + spared)
          + ") AND USER NOT IN ('system user','event_scheduler','unauthenticated user','mppfence')"
          + " AND COMMAND NOT IN ('Binlog Dump','Daemon','Killed')"
          + " AND (USER <> '"
          + manager
          + "' OR ID = "
          + doubtful
          + " OR COALESCE(INFO,'') LIKE '%mpp.canary%')";
    }
  }

  /** What one look at the server said. */
  private record Look(
      boolean readOnly, long alive, boolean pending, boolean doubtful, long killed) {}
}
