package dev.mpp.node.mysql;

import dev.mpp.node.mysql.Fencing.Look;
import dev.mpp.node.mysql.Fencing.Sessions;
import dev.mpp.node.mysql.MySqlServer.Fence;
import dev.mpp.node.mysql.MySqlServer.Fence.Outcome;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Set first, then kill. The flag that keeps clients from writing is set on one session; while that
 * waits for a blocker no new write starts, and the second session kills whoever is in the way. The
 * proof is the flag read back over the second session.
 *
 * <p>Waiting for acknowledgements is switched off only where the flag cannot come otherwise, for
 * commits whose clients have been cut off: they are never told that they succeeded.
 *
 * <p>A SET that is still pending when the budget ends stays pending, because closing its session
 * would cancel it (MariaDB) or let it act at some later time (MySQL); the next call joins it.
 */
final class ServerFence {
  private static final long BEFORE_KILLING = Duration.ofMillis(100).toNanos();
  private static final long ROUND = Duration.ofMillis(50).toNanos();

  /** Below this a round trip is not begun any more. */
  private static final long LAST_LOOK = Duration.ofMillis(10).toNanos();

  /** Between two looks for somebody who writes past the flag; enough for a client to come back. */
  private static final long WATCH = Duration.ofMillis(10).toNanos();

  /** Looks without a write that make a fence. */
  private static final int QUIET_ROUNDS = 3;

  private static final long BETWEEN_REFUSALS = Duration.ofMillis(100).toNanos();

  /** How long a SET may stay pending. */
  static final Duration PENDING = Duration.ofMinutes(10);

  private final Family family;
  private final Link setter;
  private final Link prover;
  private final DeadManLock lock;
  private final LoginBlock logins;
  private final Supplier<List<Long>> own;
  private final String manager;
  private final Refusals refusals;
  private final LongSupplier clock;
  private @Nullable CompletableFuture<Void> pending;

  /**
   * @param own ids of all sessions of this process
   * @param manager account whose sessions are spared unless they write
   * @param refusals what the polls have met
   */
  ServerFence(
      Family family,
      Link setter,
      Link prover,
      DeadManLock lock,
      LoginBlock logins,
      Supplier<List<Long>> own,
      String manager,
      Refusals refusals,
      LongSupplier clock) {
    this.family = family;
    this.setter = setter;
    this.prover = prover;
    this.lock = lock;
    this.logins = logins;
    this.own = own;
    this.manager = manager;
    this.refusals = refusals;
    this.clock = clock;
  }

  /** Whether a SET of an earlier call has not ended yet. */
  synchronized boolean isPending() {
    CompletableFuture<Void> p = pending;
    return p != null && !p.isDone();
  }

  /**
   * @param released its site has given the role up: one refusal is enough
   */
  synchronized Fence fence(Duration budget, boolean released) {
    long start = clock.getAsLong();
    return new Attempt(start, start + budget.toNanos(), released).run();
  }

  /** For use over a session: its login has told the family. */
  private Fencing fencing() {
    return family.get().fencing();
  }

  /** The flag's name for messages. */
  private String flag() {
    return family.orElse(d -> d.fencing().variable(), "read_only");
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
                c -> Rows.query(c, "SET GLOBAL " + fencing().variable() + " = 1"));
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
    private final boolean released;
    private final long doubtful = lock.unfencing();
    private long refusedAt;
    private long killed;
    private int lostSets;
    private boolean freed;
    private String problem = "";
    private String blocked = "";

    Attempt(long start, long deadline, boolean released) {
      this.start = start;
      this.deadline = deadline;
      this.released = released;
    }

    Fence run() {
      blocked = logins.beforeFlag(deadline);
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
          killed += look.killed();
          if (look.readOnly() && !look.doubtful()) {
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
        } else if (look != null && !look.pending() && kill && ++lostSets % 4 == 0) {
          // The server knows nothing of our SET: its session is a corpse.
          setter.drop();
        } else if (look == null) {
          pause(ROUND / 5);
        } else if (look.stuck() > 0 && look.pending() && look.alive() == 0 && !freed) {
          freeWaiting();
        }
        if (clock.getAsLong() >= deadline - LAST_LOOK) {
          return ended(look == null ? null : last);
        }
        killFrom = Math.max(killFrom, roundFrom + ROUND);
      }
    }

    private Fence ended(@Nullable Look last) {
      if (freed) {
        over(c -> fencing().waitAgain(c), Duration.ofMillis(300).toNanos());
      }
      String inTheWay = last == null || last.names().isEmpty() ? "" : ": " + last.names();
      if (last != null && last.pending() && last.alive() == 0) {
        return result(Outcome.QUIESCED, flag() + " is pending, every client was killed" + inTheWay);
      }
      if (last == null || !last.pending()) {
        // Nobody has seen it at the server: it must not arrive there at some later time.
        setter.drop();
      }
      return result(
          Outcome.FAILED,
          last == null
              ? (problem.isEmpty() ? "the server did not answer" : problem)
              : flag() + " is off, " + last.alive() + " client sessions alive" + inTheWay);
    }

    /**
     * DOWN needs two refusals, so that a port that just closed has let its last commit go. The
     * first may be that of a poll, if nothing but refusals has come since.
     */
    private @Nullable Fence failed(CompletableFuture<Void> set) {
      Throwable cause = set.exceptionNow();
      LinkException e = LinkException.of(cause);
      problem = e.getMessage();
      if (e.kind() != LinkException.Kind.REFUSED) {
        refusals.other();
        refusedAt = 0;
        pause(ROUND / 5);
        return null;
      }
      long now = clock.getAsLong();
      if (refusedAt == 0) {
        refusedAt = refusals.since().orElse(now);
      }
      if (released || now - refusedAt >= BETWEEN_REFUSALS) {
        return result(Outcome.DOWN, "nothing listens at the address");
      }
      pause(BETWEEN_REFUSALS);
      return null;
    }

    /**
     * The flag is on. Ends the clients that are left; where an account may pass the flag they are
     * given the time to come back, and what the server writes meanwhile is no fence's.
     */
    private Fence fenced(Look first) {
      long micros = micros();
      String after = logins.afterFlag(deadline);
      boolean watch = fencing().mayBePassed();
      Look last = first;
      String passing = "";
      int quiet = 0;
      while (quiet < QUIET_ROUNDS && clock.getAsLong() < deadline - LAST_LOOK) {
        Look look = look(true);
        if (look == null) {
          break;
        }
        killed += look.killed();
        quiet++;
        if (!look.position().equals(last.position())) {
          quiet = 0;
          micros = micros();
        }
        last = look;
        if (watch ? killed == 0 : look.alive() == 0) {
          break;
        }
        if (watch) {
          pause(WATCH);
          Look back = look(false);
          passing = back == null || back.names().isEmpty() ? passing : back.names();
        }
      }
      if (quiet == 0 && !last.position().equals(first.position())) {
        return result(
            Outcome.FAILED,
            flag()
                + "=1 does not stop "
                + (passing.isEmpty() ? "somebody" : passing)
                + ": take READ ONLY ADMIN from the account");
      }
      return new Fence(
          Outcome.FENCED,
          micros,
          flag()
              + "=1 read back; "
              + killed
              + " sessions killed"
              + (last.alive() == 0 ? "" : ", " + last.alive() + " still there")
              + (freed ? "; unacknowledged commits of killed sessions are in the binary log" : "")
              + said(blocked)
              + said(after)
              + said(remains()));
    }

    private static String said(String what) {
      return what.isEmpty() ? "" : "; " + what;
    }

    private long micros() {
      return (clock.getAsLong() - start) / 1000;
    }

    private Sessions sessions() {
      return new Sessions(setter.id(), doubtful, own.get(), manager);
    }

    private String remains() {
      try {
        return prover.call(deadline, c -> fencing().remains(c));
      } catch (LinkException e) {
        return "";
      }
    }

    private void freeWaiting() {
      freed = true;
      over(c -> fencing().freeWaiting(c), deadline - LAST_LOOK - clock.getAsLong());
    }

    private interface Step {
      void run(Connection c) throws SQLException;
    }

    private void over(Step step, long nanos) {
      try {
        boolean unused =
            prover.call(
                clock.getAsLong() + nanos,
                c -> {
                  step.run(c);
                  return true;
                });
      } catch (LinkException e) {
        problem = e.getMessage();
      }
    }

    private Fence result(Outcome outcome, String detail) {
      return new Fence(outcome, micros(), detail + "; " + killed + " sessions killed");
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

    /** On the second session; null when it did not answer. */
    private @Nullable Look look(boolean kill) {
      try {
        return prover.call(
            deadline, c -> kill ? fencing().kill(c, sessions()) : fencing().look(c, sessions()));
      } catch (LinkException e) {
        problem = e.getMessage();
        return null;
      }
    }
  }
}
