package dev.mpp.node.mysql;

import dev.mpp.node.mysql.FenceOptions.Account;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Keeps applications from logging in at a fenced server, where the configuration asks for it. It is
 * no part of the proof of a fence: what fails here is said in the fence's detail. The server
 * remembers what was locked, in {@code mpp.blocked}, which is in no binary log.
 *
 * <p>MySQL refuses ALTER USER while {@code super_read_only} is on, so there accounts are locked
 * before the flag is set, within a bound: nothing is ever made writable for it.
 */
final class LoginBlock {
  /** What a fence may lose to locking accounts before its flag is set. */
  private static final long BEFORE = Duration.ofMillis(100).toNanos();

  private static final long AFTER = Duration.ofMillis(300).toNanos();

  /** ER_SP_DOES_NOT_EXIST, ER_PROCACCESS_DENIED_ERROR. */
  private static final List<Integer> NOT_PREPARED = List.of(1305, 1370);

  /** ER_OPTION_PREVENTS_STATEMENT. */
  private static final int READ_ONLY = 1290;

  private static final String PREPARED =
      "SELECT 1 FROM information_schema.ROUTINES"
          + " WHERE ROUTINE_SCHEMA = 'mpp' AND ROUTINE_NAME = 'unblock_accounts'";

  private static final String NOTED =
      "SELECT GROUP_CONCAT(user, '@', host ORDER BY user, host SEPARATOR ', ') AS accounts"
          + " FROM mpp.blocked";

  private final FenceOptions options;
  private final Family family;
  private final Link admin;
  private final Link prover;
  private final LongSupplier clock;

  /** Held while the server is opened for logins, so that nothing closes it again behind that. */
  private final ReentrantLock opening = new ReentrantLock();

  private volatile boolean unfinished;
  private volatile String closed = "";

  LoginBlock(FenceOptions options, Family family, Link admin, Link prover, LongSupplier clock) {
    this.options = options;
    this.family = family;
    this.admin = admin;
    this.prover = prover;
    this.clock = clock;
  }

  /**
   * Before the flag is set. Takes at most 100 ms.
   *
   * @return what was done, for the operator; empty where nothing was to be done
   */
  String beforeFlag(long deadline) {
    return family.orElse(d -> d.fencing().accountsFirst(), false) ? lock(deadline, BEFORE) : "";
  }

  /** After the flag was read back. Takes at most 600 ms; otherwise as above. */
  String afterFlag(long deadline) {
    List<String> done = new ArrayList<>();
    if (!family.get().fencing().accountsFirst()) {
      done.add(lock(deadline, AFTER));
    }
    if (options.offlineMode()) {
      done.add(offline());
    }
    return done.stream().filter(s -> !s.isEmpty()).collect(Collectors.joining("; "));
  }

  /** As the server said last, for the operator; empty when applications may log in. */
  String closed() {
    return closed;
  }

  /**
   * Asks the server what keeps applications out, where the configuration asks for anything of it.
   * Takes at most 300 ms.
   */
  void look() {
    if (options.equals(FenceOptions.NONE) || prover.busy()) {
      return;
    }
    try {
      closed = prover.call(clock.getAsLong() + AFTER, this::look);
    } catch (LinkException e) {
      // It stays as it was said last; the poll says that the server does not answer.
    }
  }

  private String look(Connection c) throws SQLException {
    List<String> found = new ArrayList<>();
    if (!options.blockAccounts().isEmpty() && !Rows.query(c, PREPARED).getFirst().isEmpty()) {
      String accounts = Rows.text(Rows.first(Rows.query(c, NOTED)), "accounts");
      found.add(accounts.isEmpty() ? "" : "accounts locked: " + accounts);
    }
    found.add(options.offlineMode() && family.get().fencing().offline(c) ? "offline_mode=1" : "");
    return found.stream().filter(s -> !s.isEmpty()).collect(Collectors.joining("; "));
  }

  /** Whether {@link #offline} is to be called again: a replica still read here. */
  boolean unfinished() {
    return unfinished;
  }

  /**
   * {@code offline_mode}, unless a replica still reads here: its session would be ended, and it may
   * lack what nobody else has. Takes at most 300 ms; not while the server is being opened.
   */
  String offline() {
    if (!opening.tryLock()) {
      return "offline_mode not set: the server is being opened";
    }
    try {
      Optional<String> set =
          prover.call(clock.getAsLong() + AFTER, c -> family.get().fencing().goOffline(c));
      unfinished = set.isEmpty();
      return set.orElse("offline_mode not set yet: a replica reads here");
    } catch (LinkException e) {
      unfinished = true;
      return "offline_mode not set: " + e.getMessage();
    } finally {
      opening.unlock();
    }
  }

  private String lock(long deadline, long bound) {
    if (options.blockAccounts().isEmpty()) {
      return "";
    }
    AtomicLong session = new AtomicLong();
    try {
      return admin.call(
          soon(deadline, bound),
          c -> {
            session.set(admin.id());
            return lock(c);
          });
    } catch (LinkException e) {
      if (e.kind() == LinkException.Kind.TIMEOUT && session.get() != 0) {
        // Waiting behind a lock it would hold up the flag.
        kill(session.get());
      }
      return "accounts not locked: " + e.getMessage();
    }
  }

  /** One line for each verdict; the first account that fails ends it. */
  private String lock(Connection c) throws SQLException {
    TreeMap<String, List<String>> verdicts = new TreeMap<>();
    for (Account account : options.blockAccounts()) {
      String verdict;
      try {
        verdict =
            Rows.text(
                Rows.first(
                    Rows.query(
                        c,
                        "CALL mpp.block_account(?, ?)",
                        List.of(account.user(), account.host()))),
                "verdict");
      } catch (SQLException e) {
        verdict = refused(e);
      }
      verdicts.computeIfAbsent(verdict, v -> new ArrayList<>()).add(account.toString());
    }
    return verdicts.entrySet().stream()
        .map(e -> e.getKey() + ": " + String.join(", ", e.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static String refused(SQLException e) throws SQLException {
    if (NOT_PREPARED.contains(e.getErrorCode())) {
      return "accounts not locked (run mpp mysql prepare: " + e.getMessage() + ")";
    }
    if (e.getErrorCode() == READ_ONLY) {
      return "accounts not locked (the server was read-only already)";
    }
    throw e;
  }

  private void kill(long id) {
    try {
      prover.call(clock.getAsLong() + BEFORE, c -> Rows.query(c, "KILL " + id));
    } catch (LinkException e) {
      // It ended by itself, or the server does not answer.
    }
  }

  /**
   * Lets applications in again, on a server that was just made writable.
   *
   * @throws LinkException if something stays locked; all of it may be repeated
   */
  void open(long deadline) throws LinkException {
    opening.lock();
    try {
      unfinished = false;
      boolean unused = admin.call(deadline, this::open);
      closed = "";
    } finally {
      opening.unlock();
    }
  }

  private boolean open(Connection c) throws SQLException {
    if (options.offlineMode()) {
      family.get().fencing().goOnline(c);
    }
    // Also when the option was taken out of the configuration meanwhile.
    if (!Rows.query(c, PREPARED).getFirst().isEmpty()) {
      Rows.query(c, "CALL mpp.unblock_accounts()");
    }
    return true;
  }

  private long soon(long deadline, long bound) {
    return Math.min(deadline, clock.getAsLong() + bound);
  }
}
