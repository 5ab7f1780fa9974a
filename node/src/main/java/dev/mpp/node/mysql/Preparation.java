package dev.mpp.node.mysql;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What has to be done to one server before MPP can use it, and the doing. The statements are those
 * of the packaged SQL; what is there already is left out, so that a server in use keeps its event
 * and its password. Nothing is written to the binary log.
 */
public final class Preparation {
  /** ER_OPTION_PREVENTS_STATEMENT: a node of MPP closed the server again. */
  private static final int READ_ONLY = 1290;

  private static final int ATTEMPTS = 10;

  private static final String LEFT_OPEN =
      "administrators may be able to write there until MPP polls it next: SET GLOBAL"
          + " super_read_only = 1, then run it again";

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
          "(?:CREATE (?:OR REPLACE )?DEFINER\\s*=\\s*\\S+|DROP) (?:EVENT|PROCEDURE) (?:IF EXISTS )?"
              + "(\\w+\\.\\w+).*",
          Pattern.DOTALL);
  private static final Pattern ON_PROCEDURE =
      Pattern.compile("GRANT EXECUTE ON PROCEDURE (\\S+) TO .*", Pattern.DOTALL);

  private final ServerSession server;
  private final Checking checking;
  private final List<String> session = new ArrayList<>();
  private final List<String> opening = new ArrayList<>();
  private final List<Step> made = new ArrayList<>();
  private final List<String> closing = new ArrayList<>();
  private final List<Step> set = new ArrayList<>();
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
    this.checking = server.dialect().checking();
  }

  /**
   * Looks what is missing; changes nothing.
   *
   * @param administrator may create accounts and set global variables
   * @param host the manager connects from, as in an account name
   * @param works names of the accounts that can log in with their passwords
   */
  public static Preparation plan(
      ServerSession administrator,
      Credentials manager,
      String host,
      ServerCheck.Wanted wanted,
      Set<String> works)
      throws IOException {
    Preparation p = new Preparation(administrator);
    Checking checking = p.checking;
    List<String> real = wanted.sql(checking, manager, host).statements();
    List<String> shown =
        wanted
            .masked()
            .sql(checking, new Credentials(manager.user(), () -> "***"), host)
            .statements();
    PrepareSql current = wanted.sql(checking);
    try {
      Connection c = administrator.connection();
      boolean begun = false;
      List<Step> all = new ArrayList<>();
      for (int i = 0; i < real.size(); i++) {
        String sql = real.get(i);
        if (sql.startsWith("SET SESSION ") || sql.startsWith("SET NAMES ")) {
          p.session.add(sql);
        } else if (sql.startsWith("SET ") || sql.startsWith("DO ")) {
          (begun ? p.closing : p.opening).add(sql);
        } else {
          begun = true;
          Step step = new Step(shown.get(i), sql);
          all.add(step);
          if (p.needed(c, shown.get(i), current, works)) {
            p.made.add(step);
          }
        }
      }
      if (!p.made.isEmpty() && !p.opening.isEmpty() && p.closed(c)) {
        p.withoutDeadMan(all);
      }
      for (Setting s : SettingCheck.wrong(c, checking, wanted.settings(checking, c))) {
        if (s.live()) {
          p.set.add(new Step(s.set(), s.set()));
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
    List<Step> steps = new ArrayList<>(made);
    steps.addAll(set);
    return List.copyOf(steps);
  }

  /** All that {@link #apply} runs, in order, as it may be seen. */
  public List<String> script() {
    List<String> script = new ArrayList<>(session);
    if (!made.isEmpty()) {
      script.addAll(opening);
      made.forEach(s -> script.add(s.shown()));
      script.addAll(closing);
    }
    set.forEach(s -> script.add(s.shown()));
    return List.copyOf(script);
  }

  /** What the configuration has to say and does not, as far as the server shows it. */
  public List<Line> lines() {
    return restart.stream().map(s -> new Line(s.line(), s.why())).toList();
  }

  private boolean needed(Connection c, String sql, PrepareSql current, Set<String> works)
      throws SQLException {
    Matcher on = ON_PROCEDURE.matcher(sql);
    if (on.matches() && drops(on.group(1))) {
      return true; // Privileges on a procedure go with it.
    }
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
          ? !works.contains(m.group(2))
          : none(
              c,
              "SELECT 1 FROM " + checking.accounts().table() + " WHERE User = ? AND Host = ?",
              m.group(2),
              m.group(3));
    }
    m = ROUTINE.matcher(sql);
    if (m.matches()) {
      return none(c, "SELECT 1 FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'mpp'")
          || !checking.current(c, current, m.group(1));
    }
    return !sql.startsWith("GRANT ") || !granted(c, sql);
  }

  private boolean closed(Connection c) throws SQLException {
    return Rows.on(
        Rows.first(Rows.query(c, "SELECT @@global." + checking.readOnly() + " AS closed")),
        "closed");
  }

  /**
   * The flag is off for the moment, so that the dead-man would wake up, find the lock with an
   * administrator and end this session: it is dropped first and made anew.
   */
  private void withoutDeadMan(List<Step> all) {
    List<Step> needed = List.copyOf(made);
    made.clear();
    all.stream().filter(s -> needed.contains(s) || ofDeadMan(s.sql())).forEach(made::add);
  }

  private static boolean ofDeadMan(String sql) {
    Matcher m = ROUTINE.matcher(sql);
    return m.matches() && m.group(1).equals("mpp.dead_man");
  }

  private boolean drops(String procedure) {
    return made.stream().anyMatch(s -> s.sql().startsWith("DROP PROCEDURE IF EXISTS " + procedure));
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
    Running running = new Running();
    try {
      List<List<Map<String, String>>> before = Rows.query(c, checking.position());
      for (String sql : session) {
        running.run(c, sql, sql);
      }
      if (!made.isEmpty()) {
        make(c, running);
      }
      for (Step step : set) {
        running.run(c, step.shown(), step.sql());
        running.done++;
      }
      return new Outcome(running.done, binaryLog(before, Rows.query(c, checking.position())));
    } catch (SQLException e) {
      throw new IOException(
          "%s: %s (after %d of %d steps; at: %s)%s"
              .formatted(
                  server.address(),
                  e.getMessage(),
                  running.done,
                  steps().size(),
                  running.at.lines().findFirst().orElse(""),
                  e.getErrorCode() == READ_ONLY
                      ? "; MPP closes or opens this server just now: run it again"
                      : ""),
          e);
    }
  }

  /** Where it is, for the message. */
  private static final class Running {
    private int done;
    private String at = "";

    void run(Connection c, String shown, String sql) throws SQLException {
      at = shown;
      Preparation.run(c, sql);
    }
  }

  /** Whatever happens, the server is as closed afterwards as it was before. */
  private void make(Connection c, Running running) throws SQLException {
    try {
      open(c, running);
      int attempts = 0;
      int i = 0;
      while (i < made.size()) {
        try {
          running.run(c, made.get(i).shown(), made.get(i).sql());
          i++;
          running.done++;
        } catch (SQLException e) {
          // A node of MPP that polls while the flag is down closes the server again.
          if (e.getErrorCode() != READ_ONLY || opening.isEmpty() || ++attempts >= ATTEMPTS) {
            throw e;
          }
          open(c, running);
        }
      }
    } catch (SQLException e) {
      try {
        close(c);
      } catch (SQLException unclosed) {
        SQLException left =
            new SQLException(
                e.getMessage() + "; " + LEFT_OPEN, e.getSQLState(), e.getErrorCode(), e);
        left.addSuppressed(unclosed);
        throw left;
      }
      throw e;
    }
    close(c);
  }

  private void open(Connection c, Running running) throws SQLException {
    for (String sql : opening) {
      running.run(c, sql, sql);
    }
  }

  /** MariaDB lets administrators write at any time: there is nothing to close. */
  private void close(Connection c) throws SQLException {
    for (String sql : closing) {
      run(c, sql);
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
    boolean replicates = after.get(1).stream().anyMatch(r -> Rows.on(r, checking.applies()));
    if (Rows.on(now, "read_only") && !replicates) {
      throw new IOException(
          "%s: the binary log moved from %s to %s though the server is read-only and nothing"
                  .formatted(server.address(), was, is)
              + " replicates");
    }
    return "GTID " + was + " to " + is + " by others; this session wrote none";
  }
}
