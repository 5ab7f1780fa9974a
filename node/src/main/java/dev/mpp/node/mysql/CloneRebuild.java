package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Gives a MySQL server the data of another one with the clone plugin (MySQL manual, "Cloning Remote
 * Data"): the server drops what it had, copies, and restarts, as its configuration has it. Binary
 * logs are not copied, accounts are: the server has those of the donor afterwards.
 *
 * <p>It drops its schemas only while {@code super_read_only} is off, for as long as that takes
 * ({@code read_only} stays on: applications cannot write). MPP and the dead-man close the server
 * again and end every session but the manager's: so it is the manager's account that copies, with a
 * privilege that goes with the old accounts; and what was refused is begun again.
 */
public final class CloneRebuild {
  /** ER_RESTART_SERVER_FAILED: nothing supervises mysqld, which ends instead of restarting. */
  private static final int NOT_SUPERVISED = 3707;

  /** ER_OPTION_PREVENTS_STATEMENT: the server was closed again while it dropped its schemas. */
  private static final int READ_ONLY = 1290;

  private static final int ATTEMPTS = 200;

  private static final Duration AGAIN = Duration.ofMillis(20);

  private static final Duration LOOK = Duration.ofMillis(500);
  private static final String LIST = "clone_valid_donor_list";

  private static final String PLUGIN =
      "SELECT PLUGIN_STATUS AS status FROM information_schema.PLUGINS WHERE PLUGIN_NAME = 'clone'";

  private final ServerSession server;
  private final Credentials manager;
  private final Duration timeout;
  private final NodeAddress donor;
  private final Credentials account;
  private final boolean tls;

  private CloneRebuild(
      ServerSession server,
      Credentials manager,
      Duration timeout,
      NodeAddress donor,
      Credentials account,
      boolean tls) {
    this.server = server;
    this.manager = manager;
    this.timeout = timeout;
    this.donor = donor;
    this.account = account;
    this.tls = tls;
  }

  /** How the copying ended; the server has the donor's data, or will once it runs again. */
  public enum End {
    /** It restarts by itself. */
    RESTARTS,
    /** It has ended: somebody has to start it. */
    ENDED
  }

  /**
   * Looks whether it can be done; changes nothing.
   *
   * @param server of an administrator, who may grant CLONE_ADMIN
   * @param manager MPP's account, on both servers
   * @param timeout of each step of connecting
   * @param donor of an account with BACKUP_ADMIN, which the server will log in with
   * @param account that one
   * @param tls demand an encrypted session between the two
   * @throws IOException if it cannot; the message says what is missing where
   */
  public static CloneRebuild plan(
      ServerSession server,
      Credentials manager,
      Duration timeout,
      ServerSession donor,
      Credentials account,
      boolean tls)
      throws IOException {
    for (ServerSession s : List.of(server, donor)) {
      if (!Rows.text(row(s, PLUGIN), "status").equals("ACTIVE")) {
        throw new IOException(
            s.address()
                + ": the clone plugin is not loaded: plugin-load-add=mysql_clone.so in its"
                + " configuration and a restart; or copy the data with a dump"
                + " (docs/operations.md)");
      }
    }
    privilege(server, "CLONE ADMIN");
    privilege(server, "SYSTEM VARIABLES ADMIN");
    privilege(donor, "BACKUP ADMIN");
    return new CloneRebuild(server, manager, timeout, donor.address(), account, tls);
  }

  private static void privilege(ServerSession session, String wanted) throws IOException {
    try {
      Set<String> has =
          Privileges.granted(session.connection(), "").on().getOrDefault("*.*", Set.of());
      if (!has.contains(wanted) && !has.contains("ALL PRIVILEGES")) {
        throw new IOException(
            session.address()
                + ": the account given lacks "
                + wanted.replace(' ', '_')
                + " ON *.*, which CLONE needs");
      }
    } catch (SQLException e) {
      throw new IOException(session.address() + ": " + e.getMessage(), e);
    }
  }

  private static Map<String, String> row(ServerSession session, String sql) throws IOException {
    try {
      return Rows.first(Rows.query(session.connection(), sql));
    } catch (SQLException e) {
      throw new IOException(session.address() + ": " + e.getMessage(), e);
    }
  }

  /**
   * Copies. From here on what the server had is lost.
   *
   * @param limit of the whole copy
   * @throws IOException if it failed; the server may have no data then: run it again
   */
  public End run(Duration limit) throws IOException {
    boolean granted = false;
    SQLException last = new SQLException("not begun");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        if (!granted) {
          grant();
          granted = true;
        }
        return copy(limit);
      } catch (SQLException e) {
        last = e;
        if (e.getErrorCode() != READ_ONLY && LinkException.of(e).kind() == LinkException.Kind.SQL) {
          break;
        }
      }
      LockSupport.parkNanos(AGAIN.toNanos());
    }
    close(last);
    throw new IOException(
        "%s: CLONE from %s failed: %s; it may have no data now: run this again"
            .formatted(server.address(), donor, last.getMessage()),
        last);
  }

  /** A fence ends the administrator's session: each attempt has its own. */
  private void grant() throws SQLException, IOException {
    try (ServerSession known = ServerSession.open(server.address(), manager, timeout);
        ServerSession administrator = ServerSession.open(server.address(), account, timeout)) {
      String grantee = grantee(known);
      Connection c = administrator.connection();
      Rows.query(c, "SET SESSION sql_log_bin = 0");
      Rows.query(c, "STOP REPLICA");
      Rows.query(c, "SET GLOBAL " + LIST + " = ?", List.of(donor.toString()));
      Rows.query(c, "SET GLOBAL super_read_only = 0;GRANT CLONE_ADMIN ON *.* TO " + grantee);
    }
  }

  private End copy(Duration limit) throws SQLException, IOException {
    try (ServerSession copying = ServerSession.open(server.address(), manager, timeout)) {
      Connection m = copying.connection();
      m.setNetworkTimeout(Runnable::run, (int) limit.toMillis());
      Rows.query(
          m,
          "SET GLOBAL super_read_only = 0;CLONE INSTANCE FROM ?@?:"
              + donor.port()
              + " IDENTIFIED BY ?"
              + (tls ? " REQUIRE SSL" : ""),
          List.of(account.user(), donor.host(), account.password().get()));
      return End.RESTARTS;
    } catch (SQLException e) {
      if (e.getErrorCode() == NOT_SUPERVISED) {
        return End.ENDED;
      }
      if (LinkException.of(e).kind() == LinkException.Kind.LOST) {
        return End.RESTARTS; // It breaks the session when it restarts.
      }
      throw e;
    }
  }

  /** The session's account, as in a GRANT: its host part may differ from where it came from. */
  private static String grantee(ServerSession session) throws SQLException {
    String account =
        Rows.text(
            Rows.first(Rows.query(session.connection(), "SELECT CURRENT_USER() AS account")),
            "account");
    int at = account.lastIndexOf('@');
    return "'"
        + account.substring(0, at).replace("'", "''")
        + "'@'"
        + account.substring(at + 1).replace("'", "''")
        + "'";
  }

  private void close(SQLException failed) {
    try (ServerSession known = ServerSession.open(server.address(), manager, timeout)) {
      close(known);
    } catch (IOException e) {
      failed.addSuppressed(e); // MPP and the dead-man close it.
    }
  }

  /**
   * Waits until the server answers again, and is read-only.
   *
   * @param account that the donor has, too
   * @throws IOException if it does not by then, or is writable and cannot be closed
   */
  public static ServerSession await(
      NodeAddress node, Credentials account, Duration timeout, Duration limit) throws IOException {
    long end = System.nanoTime() + limit.toNanos();
    IOException last = null;
    while (System.nanoTime() < end) {
      try {
        ServerSession session = ServerSession.open(node, account, timeout);
        close(session);
        return session;
      } catch (IOException e) {
        last = e;
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
    throw new IOException(
        "%s does not answer %d s after the copy: start it, then run mpp rejoin again%s"
            .formatted(node, limit.toSeconds(), last == null ? "" : " (" + last.getMessage() + ")"),
        last);
  }

  /** Its configuration may not have it boot read-only: MPP fences it as well. */
  private static void close(ServerSession session) throws IOException {
    if (Comparing.writable(session)) {
      var unused = row(session, "SET GLOBAL super_read_only = 1");
    }
  }
}
