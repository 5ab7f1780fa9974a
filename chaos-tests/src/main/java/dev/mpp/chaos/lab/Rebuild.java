package dev.mpp.chaos.lab;

import dev.mpp.chaos.lab.Lab.Part;
import dev.mpp.chaos.process.Child;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What an operator does with a former ACTIVE that kept transactions nobody acknowledged and the new
 * ACTIVE never had: its data is made anew from that one's. Nobody may write meanwhile.
 */
final class Rebuild {
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);

  private Rebuild() {}

  /** The node of this site found its server diverged, and leaves it to the operator. */
  static boolean needed(Lab lab, LabSite site) {
    return lab.gauges(site).filter(Rebuild::diverged).isPresent();
  }

  private static boolean diverged(Gauges gauges) {
    return gauges.samples().entrySet().stream()
        .anyMatch(
            sample ->
                sample.getKey().startsWith("mpp_node_state{")
                    && sample.getKey().contains("state=\"FAILED_ONLINE\"")
                    && sample.getValue() == 1);
  }

  /** The site of which this is true; waits for nodes that are too busy to answer at once. */
  static Optional<LabSite> wanted(Lab lab) {
    for (LabSite site : lab.data()) {
      long end = System.nanoTime() + ANSWER_LIMIT.toNanos();
      Optional<Gauges> said = lab.gauges(site);
      while (said.isEmpty() && System.nanoTime() - end < 0) {
        said = lab.gauges(site);
      }
      if (said.filter(Rebuild::diverged).isPresent()) {
        return Optional.of(site);
      }
    }
    return Optional.empty();
  }

  static void run(Lab lab, LabSite lost, LabSite active) {
    lab.console()
        .say("rebuilding the server of " + lost.label() + ", which has errant transactions");
    switch (lab.family()) {
      case MARIADB -> mariaDb(lab, lost, active);
      case MYSQL -> mySql(lab, lost, active);
    }
  }

  private static void mariaDb(Lab lab, LabSite lost, LabSite active) {
    List<String> lines =
        contentOf(lab, active, "service, epoch, site, at, gaps", "@@global.gtid_binlog_pos");
    lab.administer(
        lost,
        """
        SET SESSION sql_log_bin = 0;
        STOP ALL SLAVES;
        %s
        RESET SLAVE;
        RESET MASTER;
        SET GLOBAL gtid_slave_pos = '%s';
        """
            .formatted(content(lines), lines.getLast()));
  }

  /**
   * On a MySQL server that is read-only nobody can change anything: {@code super_read_only} is
   * taken down, and neither MPP nor the dead-man may put it up meanwhile.
   */
  private static void mySql(Lab lab, LabSite lost, LabSite active) {
    List<String> lines =
        contentOf(
            lab,
            active,
            "service, epoch, site, at",
            "REPLACE(@@global.gtid_executed, CHAR(10), '')");
    Child node = lab.child(Part.NODE, lost).orElseThrow();
    node.freeze();
    try {
      lab.administer(
          lost,
          """
          SET SESSION sql_log_bin = 0;
          SET GLOBAL event_scheduler = OFF;
          STOP REPLICA;
          SET GLOBAL super_read_only = 0;
          %s
          RESET REPLICA;
          %s;
          SET GLOBAL gtid_purged = '%s';
          SET GLOBAL super_read_only = 1;
          SET GLOBAL event_scheduler = ON;
          """
              .formatted(content(lines), resetLogs(lab.version()), lines.getLast()));
    } finally {
      node.thaw();
    }
  }

  /** RESET MASTER until 8.1. */
  static String resetLogs(String version) {
    return version.matches("8\\.[01]\\..*") ? "RESET MASTER" : "RESET BINARY LOGS AND GTIDS";
  }

  /** Empties the tables at the ACTIVE; then one line for each canary, and the position. */
  private static List<String> contentOf(Lab lab, LabSite active, String canary, String position) {
    String columns =
        Stream.of(canary.split(", "))
            .map(column -> column.equals("epoch") ? column : "QUOTE(" + column + ")")
            .collect(Collectors.joining(", "));
    return lab.administer(
            active,
            """
            TRUNCATE TABLE demo.ledger;
            DELETE FROM demo.probe;
            SELECT CONCAT('REPLACE INTO mpp.canary (%s) VALUES (', CONCAT_WS(',', %s), ');')
              FROM mpp.canary;
            SELECT %s AS position;
            """
                .formatted(canary, columns, position))
        .lines()
        .toList();
  }

  private static String content(List<String> lines) {
    String canaries =
        String.join("\n", lines.stream().filter(line -> line.startsWith("REPLACE")).toList());
    return """
    TRUNCATE TABLE demo.ledger;
    DELETE FROM demo.probe;
    DELETE FROM mpp.canary;
    """
        + canaries;
  }
}
