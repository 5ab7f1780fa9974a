package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of a MariaDB server, and as far as the server knows it where they come from
 * (information_schema.SYSTEM_VARIABLES, {@code GLOBAL_VALUE_ORIGIN}): a value that was set while
 * the server ran hides what its configuration says.
 */
final class SettingCheck {
  private static final String VARIABLES =
      "SELECT VARIABLE_NAME AS name, GLOBAL_VALUE AS value, GLOBAL_VALUE_ORIGIN AS origin"
          + " FROM information_schema.SYSTEM_VARIABLES WHERE GLOBAL_VALUE IS NOT NULL";

  private final Map<String, Variable> variables = new TreeMap<>();
  private final List<Finding> findings = new ArrayList<>();

  private record Variable(String value, String origin) {
    boolean setWhileRunning() {
      return origin.equals("SQL");
    }
  }

  private SettingCheck(Connection c) throws SQLException {
    for (Map<String, String> row : Rows.query(c, VARIABLES).getFirst()) {
      variables.put(
          Rows.text(row, "name").toLowerCase(Locale.ROOT),
          new Variable(Rows.text(row, "value"), Rows.text(row, "origin")));
    }
  }

  static List<Finding> of(Connection c, List<Setting> settings) throws SQLException {
    SettingCheck check = new SettingCheck(c);
    settings.forEach(check::setting);
    check.bootsReadOnly();
    check.filters(c);
    return List.copyOf(check.findings);
  }

  /** The settings that SET GLOBAL would put right, and those that only the configuration does. */
  static List<Setting> wrong(Connection c, List<Setting> settings) throws SQLException {
    SettingCheck check = new SettingCheck(c);
    return settings.stream()
        .filter(s -> s.wrong() != Finding.Level.OK && !s.right(check.value(s.name())))
        .toList();
  }

  private String value(String name) {
    Variable v = variables.get(name);
    return v == null ? "" : v.value();
  }

  private void setting(Setting s) {
    Variable v = variables.getOrDefault(s.name(), new Variable("", ""));
    String check = s.name().toUpperCase(Locale.ROOT);
    if (s.wrong() == Finding.Level.OK) {
      findings.add(Finding.ok(check, "is " + v.value() + "; this service does not need it"));
    } else if (!s.right(v.value())) {
      findings.add(
          new Finding(
              s.wrong(),
              check,
              "is " + (v.value().isEmpty() ? "not set" : v.value()) + ": " + s.why(),
              (s.live() ? s.set() + ", and " : "") + s.line() + " in the configuration"));
    } else if (v.setWhileRunning() && !s.setByMpp()) {
      findings.add(
          Finding.unseen(
              check,
              "is "
                  + v.value()
                  + " since it was set while the server ran; what the configuration"
                  + " has cannot be seen",
              "make sure that the configuration has " + s.line()));
    } else {
      findings.add(Finding.ok(check, "is " + v.value()));
    }
  }

  private void bootsReadOnly() {
    Variable v = variables.getOrDefault("read_only", new Variable("OFF", ""));
    if (v.setWhileRunning()) {
      findings.add(
          Finding.unseen(
              "READ_ONLY_AT_BOOT",
              "read_only was set while the server ran, as MPP does; whether it boots read-only"
                  + " cannot be seen",
              "make sure that the configuration has read_only=1"));
    } else if (v.value().equals("ON")) {
      findings.add(Finding.ok("READ_ONLY_AT_BOOT", "read_only is ON since the server booted"));
    } else {
      findings.add(
          Finding.error(
              "READ_ONLY_AT_BOOT",
              "the server booted writable: after a crash two sites could be",
              "read_only=1 in the configuration"));
    }
  }

  private void filters(Connection c) throws SQLException {
    Map<String, String> log = Rows.first(Rows.query(c, "SHOW BINLOG STATUS"));
    List<String> only = names(Rows.text(log, "Binlog_Do_DB"));
    List<String> without = names(Rows.text(log, "Binlog_Ignore_DB"));
    boolean ours = (!only.isEmpty() && !only.contains("mpp")) || without.contains("mpp");
    if (ours) {
      findings.add(
          Finding.error(
              "BINLOG_FILTER",
              "binlog_do_db or binlog_ignore_db leaves the schema mpp out: nothing can be opened",
              "remove the filters from the configuration"));
    } else if (!only.isEmpty() || !without.isEmpty()) {
      findings.add(
          Finding.warning(
              "BINLOG_FILTER",
              "the binary log leaves schemas out (binlog_do_db "
                  + only
                  + ", binlog_ignore_db "
                  + without
                  + "): no other server has them",
              "remove the filters from the configuration"));
    } else {
      findings.add(Finding.ok("BINLOG_FILTER", "none"));
    }
    List<String> replicate =
        variables.entrySet().stream()
            .filter(e -> e.getKey().startsWith("replicate_") && filters(e.getKey()))
            .filter(e -> !e.getValue().value().isEmpty())
            .map(e -> e.getKey() + "=" + e.getValue().value())
            .toList();
    findings.add(
        replicate.isEmpty()
            ? Finding.ok("REPLICATION_FILTER", "none")
            : Finding.warning(
                "REPLICATION_FILTER",
                "it leaves out what it receives: " + String.join(", ", replicate),
                "remove the filters: a site that takes over must have everything"));
  }

  private static boolean filters(String variable) {
    return variable.contains("_do_")
        || variable.contains("_ignore_")
        || variable.contains("_wild_");
  }

  private static List<String> names(String list) {
    return list.isEmpty() ? List.of() : List.of(list.split(",", -1));
  }
}
