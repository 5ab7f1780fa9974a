package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings of a server, and as far as the server knows it where they come from: a value that
 * was set while the server ran hides what its configuration says.
 */
final class SettingCheck {
  private final Checking checking;
  private final Map<String, Variable> variables = new TreeMap<>();
  private final List<Finding> findings = new ArrayList<>();

  private record Variable(String value, String origin) {
    boolean setWhileRunning() {
      return origin.equals("SQL");
    }
  }

  private SettingCheck(Connection c, Checking checking) throws SQLException {
    this.checking = checking;
    for (Map<String, String> row : Rows.query(c, checking.variables()).getFirst()) {
      variables.put(
          Rows.text(row, "name").toLowerCase(Locale.ROOT),
          new Variable(Rows.text(row, "value"), Rows.text(row, "origin")));
    }
  }

  static List<Finding> of(Connection c, Checking checking, List<Setting> settings)
      throws SQLException {
    SettingCheck check = new SettingCheck(c, checking);
    settings.forEach(check::setting);
    check.bootsReadOnly();
    check.filters(c);
    return List.copyOf(check.findings);
  }

  /** The settings that SET GLOBAL would put right, and those that only the configuration does. */
  static List<Setting> wrong(Connection c, Checking checking, List<Setting> settings)
      throws SQLException {
    SettingCheck check = new SettingCheck(c, checking);
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
    String name = checking.readOnly();
    Variable v = variables.getOrDefault(name, new Variable("OFF", ""));
    if (v.setWhileRunning()) {
      findings.add(
          Finding.unseen(
              "READ_ONLY_AT_BOOT",
              name
                  + " was set while the server ran, as MPP does; whether it boots read-only cannot"
                  + " be seen",
              "make sure that the configuration has " + name + "=1"));
    } else if (v.value().equals("ON")) {
      findings.add(Finding.ok("READ_ONLY_AT_BOOT", name + " is ON since the server booted"));
    } else {
      findings.add(
          Finding.error(
              "READ_ONLY_AT_BOOT",
              "the server booted writable: after a crash two sites could be",
              name + "=1 in the configuration"));
    }
  }

  private void filters(Connection c) throws SQLException {
    Map<String, String> log = Rows.first(Rows.query(c, checking.binlogFilters(c)));
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
    List<String> replicate = checking.replicationFilters(c);
    findings.add(
        replicate.isEmpty()
            ? Finding.ok("REPLICATION_FILTER", "none")
            : Finding.warning(
                "REPLICATION_FILTER",
                "it leaves out what it receives: " + String.join(", ", replicate),
                "remove the filters: a site that takes over must have everything"));
  }

  private static List<String> names(String list) {
    return list.isEmpty() ? List.of() : List.of(list.split(",", -1));
  }
}
