package dev.mpp.node.mysql;

import dev.mpp.node.mysql.Fencing.Look;
import dev.mpp.node.mysql.Fencing.Sessions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Who is connected, by {@code SHOW FULL PROCESSLIST}: the only list that MySQL still gives when its
 * temporary files have no room (information_schema and its groups and orders need some).
 */
final class MySqlSessionList {
  private static final Set<String> NOBODYS =
      Set.of("system user", "event_scheduler", "unauthenticated user", "mysql.session", "mppfence");
  private static final Set<String> INTERNAL = Set.of("Binlog Dump", "Binlog Dump GTID", "Daemon");
  private static final String CANARY = "mpp.canary";
  private static final int NAMED = 3;

  private final List<Map<String, String>> rows;
  private final Sessions sessions;
  private final long self;

  private MySqlSessionList(List<Map<String, String>> rows, Sessions sessions, long self) {
    this.rows = rows;
    this.sessions = sessions;
    this.self = self;
  }

  static MySqlSessionList read(Connection c, Sessions sessions) throws SQLException {
    long self = Rows.number(Rows.first(Rows.query(c, "SELECT CONNECTION_ID() AS id")), "id");
    return new MySqlSessionList(Rows.query(c, "SHOW FULL PROCESSLIST").getFirst(), sessions, self);
  }

  /** As {@link Sessions#clients}, the oldest first. */
  List<Long> clients() {
    return rows.stream()
        .filter(this::others)
        .filter(row -> !command(row).equals("Killed"))
        .map(MySqlSessionList::id)
        .sorted()
        .toList();
  }

  /**
   * As {@link Sessions#lookSql} with MySQL's further column.
   *
   * @param state the columns {@code position} and {@code read_only}
   */
  Look look(Map<String, String> state, String variable, long killed) {
    return new Look(
        Rows.on(state, "read_only"),
        clients().size(),
        any(
            row ->
                id(row) == sessions.setter()
                    && Rows.text(row, "Info").startsWith("SET GLOBAL " + variable)),
        any(row -> id(row) != 0 && id(row) == sessions.doubtful()),
        killed,
        rows.stream().filter(MySqlSessionList::stuck).count(),
        Rows.text(state, "position"),
        named());
  }

  private boolean any(Predicate<Map<String, String>> what) {
    return rows.stream().anyMatch(what);
  }

  private boolean others(Map<String, String> row) {
    long id = id(row);
    boolean doubtful = id == sessions.doubtful();
    boolean spared =
        id == self
            || id == 0
            || id == sessions.setter()
            || (!doubtful && sessions.own().contains(id));
    boolean ours =
        user(row).equals(sessions.manager())
            && !doubtful
            && !Rows.text(row, "Info").contains(CANARY);
    return !spared && !NOBODYS.contains(user(row)) && !INTERNAL.contains(command(row)) && !ours;
  }

  private static boolean stuck(Map<String, String> row) {
    return Rows.text(row, "State").startsWith("Waiting for semi-sync ACK")
        && (command(row).equals("Killed") || user(row).equals("system user"));
  }

  private String named() {
    Comparator<Map<String, String>> atWorkFirst =
        Comparator.<Map<String, String>, Boolean>comparing(row -> command(row).equals("Sleep"))
            .thenComparing(row -> -Rows.number(row, "Time"))
            .thenComparing(MySqlSessionList::id);
    return rows.stream()
        .filter(this::others)
        .sorted(atWorkFirst)
        .limit(NAMED)
        .map(
            row ->
                "%s@%s (session %d%s)"
                    .formatted(
                        user(row),
                        Rows.text(row, "Host"),
                        id(row),
                        command(row).equals("Killed") ? ", killed" : ""))
        .collect(Collectors.joining(", "));
  }

  private static long id(Map<String, String> row) {
    return Rows.number(row, "Id");
  }

  private static String user(Map<String, String> row) {
    return Rows.text(row, "User");
  }

  private static String command(Map<String, String> row) {
    return Rows.text(row, "Command");
  }
}
