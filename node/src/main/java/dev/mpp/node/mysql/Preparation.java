package dev.mpp.node.mysql;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What has to be done to one server before MPP can use it, and the doing. The statements are those
 * of the packaged SQL; what is there already is left out, so that a server in use keeps its event
 * and its password. Nothing is written to the binary log.
 */
public final class Preparation {
  private static final String POSITION =
      "SELECT @@global.gtid_binlog_state AS state, @@session.last_gtid AS own,"
          + " @@global.read_only AS read_only;SHOW SLAVE STATUS";

  private static final Pattern TABLE =
      Pattern.compile("CREATE TABLE IF NOT EXISTS (\\w+)\\.(\\w+).*", Pattern.DOTALL);
  private static final Pattern COLUMN =
      Pattern.compile(
          "ALTER TABLE (\\w+)\\.(\\w+) ADD COLUMN IF NOT EXISTS (\\w+).*", Pattern.DOTALL);
  private static final Pattern SCHEMA =
      Pattern.compile("CREATE DATABASE IF NOT EXISTS (\\w+).*", Pattern.DOTALL);
  private static final Pattern ACCOUNT =
      Pattern.compile(
          "(CREATE|ALTER) USER (?:IF NOT EXISTS )?'([^']+)'@'([^']+)'.*", Pattern.DOTALL);
  private static final Pattern ROUTINE =
      Pattern.compile(
          "CREATE OR REPLACE DEFINER\\s*=\\s*\\S+ (?:EVENT|PROCEDURE) (\\w+\\.\\w+).*",
          Pattern.DOTALL);

  private final ServerSession server;
  private final List<String> session = new ArrayList<>();
  private final List<Step> steps = new ArrayList<>();
  private final List<Setting> restart = new ArrayList<>();

  /**
   * One statement.
   *
   * @param shown as it may be seen: passwords are left out
   */
  public record Step(String shown, String sql) {
    @Override
    public String toString() {
      return shown;
    }
  }

  /** What only the configuration and a restart put right. */
  public record Line(String text, String why) {}

  /** What the binary log says of it. */
  public record Outcome(int done, String binaryLog) {}

  private Preparation(ServerSession server) {
    this.server = server;
  }

  /**
   * Looks what is missing; changes nothing.
   *
   * @param administrator may create accounts and set global variables
   * @param host the manager connects from, as in an account name
   * @param works whether the manager's account can log in with its password
   */
  public static Preparation plan(
      ServerSession administrator,
      Credentials manager,
      String host,
      ServerCheck.Wanted wanted,
      boolean works)
      throws IOException {
    Preparation p = new Preparation(administrator);
    List<String> real = PrepareSql.mariaDb(manager, host).statements();
    List<String> shown =
        PrepareSql.mariaDb(new Credentials(manager.user(), () -> "***"), host).statements();
    try {
      Connection c = administrator.connection();
      for (int i = 0; i < real.size(); i++) {
        if (real.get(i).startsWith("SET ")) {
          p.session.add(real.get(i));
        } else if (p.needed(c, shown.get(i), wanted.sql(), works)) {
          p.steps.add(new Step(shown.get(i), real.get(i)));
        }
      }
      for (Setting s : SettingCheck.wrong(c, wanted.settings())) {
        if (s.live()) {
          p.steps.add(new Step(s.set(), s.set()));
        } else {
          p.restart.add(s);
        }
      }
    } catch (SQLException e) {
      throw new IOException(administrator.address() + ": " + e.getMessage(), e);
    }
    return p;
  }

  /** What is to be run, in order; empty when everything is there. */
  public List<Step> steps() {
    return List.copyOf(steps);
  }

  /** What the session is set to before: nothing of it is logged or replicated. */
  public List<String> session() {
    return List.copyOf(session);
  }

  /** What the configuration has to say and does not, as far as the server shows it. */
  public List<Line> lines() {
    return restart.stream().map(s -> new Line(s.line(), s.why())).toList();
  }

  private boolean needed(Connection c, String sql, PrepareSql current, boolean works)
      throws SQLException {
    Matcher m = SCHEMA.matcher(sql);
    if (m.matches()) {
      return none(c, "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?", m.group(1));
    }
    m = TABLE.matcher(sql);
    if (m.matches()) {
      return none(
          c,
          "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?",
          m.group(1),
          m.group(2));
    }
    m = COLUMN.matcher(sql);
    if (m.matches()) {
      return none(
          c,
          "SELECT 1 FROM information_schema.COLUMNS"
              + " WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND COLUMN_NAME = ?",
          m.group(1),
          m.group(2),
          m.group(3));
    }
    m = ACCOUNT.matcher(sql);
    if (m.matches()) {
      return m.group(1).equals("ALTER")
          ? !works
          : none(
              c,
              "SELECT 1 FROM mysql.global_priv WHERE User = ? AND Host = ?",
              m.group(2),
              m.group(3));
    }
    m = ROUTINE.matcher(sql);
    if (m.matches()) {
      return none(c, "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'mpp'")
          || !ObjectCheck.current(c, current, m.group(1));
    }
    return !sql.startsWith("GRANT ") || !granted(c, sql);
  }

  private static boolean none(Connection c, String sql, Object... parameters) throws SQLException {
    return Rows.query(c, sql, List.of(parameters)).getFirst().isEmpty();
  }

  private static boolean granted(Connection c, String grant) throws SQLException {
    try {
      return Privileges.granted(c, Privileges.grantee(grant))
          .missing(Privileges.of(List.of(grant)))
          .isEmpty();
    } catch (SQLException e) {
      if (e.getErrorCode() == 1141 || e.getErrorCode() == 1396) {
        return false; // There is no such account yet.
      }
      throw e;
    }
  }

  /**
   * Runs the steps. Whatever is interrupted may be run again.
   *
   * @throws IOException at the first one that fails, with its text and how many were done; or if
   *     the binary log shows that something of it was logged
   */
  public Outcome apply() throws IOException {
    Connection c = server.connection();
    int done = 0;
    String running = "";
    try {
      List<List<Map<String, String>>> before = Rows.query(c, POSITION);
      for (String sql : session) {
        running = sql;
        Rows.query(c, sql);
      }
      for (Step step : steps) {
        running = step.shown();
        run(c, step.sql());
        done++;
      }
      running = POSITION;
      return new Outcome(done, binaryLog(before, Rows.query(c, POSITION)));
    } catch (SQLException e) {
      throw new IOException(
          "%s: %s (after %d of %d steps; at: %s)"
              .formatted(
                  server.address(),
                  e.getMessage(),
                  done,
                  steps.size(),
                  running.lines().findFirst().orElse("")),
          e);
    }
  }

  private static void run(Connection c, String sql) throws SQLException {
    try (var s = c.createStatement()) {
      s.setEscapeProcessing(false);
      s.execute(sql);
    }
  }

  private String binaryLog(
      List<List<Map<String, String>>> before, List<List<Map<String, String>>> after)
      throws IOException {
    Map<String, String> then = before.getFirst().getFirst();
    Map<String, String> now = after.getFirst().getFirst();
    String was = Rows.text(then, "state");
    String is = Rows.text(now, "state");
    if (!Rows.text(now, "own").equals(Rows.text(then, "own"))) {
      throw new IOException(
          "%s: this session wrote %s to the binary log; look at what it is (mpp errant)"
              .formatted(server.address(), Rows.text(now, "own")));
    }
    if (was.equals(is)) {
      return "GTID " + (is.isEmpty() ? "(empty)" : is) + " before and after";
    }
    boolean replicates = after.get(1).stream().anyMatch(r -> Rows.on(r, "Slave_SQL_Running"));
    if (Rows.on(now, "read_only") && !replicates) {
      throw new IOException(
          "%s: the binary log moved from %s to %s though the server is read-only and nothing"
                  .formatted(server.address(), was, is)
              + " replicates");
    }
    return "GTID " + was + " to " + is + " by others; this session wrote none";
  }
}
