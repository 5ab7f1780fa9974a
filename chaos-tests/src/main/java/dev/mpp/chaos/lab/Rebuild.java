package dev.mpp.chaos.lab;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

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
    List<String> lines =
        lab.administer(
                active,
                """
                TRUNCATE TABLE demo.ledger;
                DELETE FROM demo.probe;
                SELECT CONCAT('REPLACE INTO mpp.canary (service, epoch, site, at, gaps) VALUES (',
                  CONCAT_WS(',', QUOTE(service), epoch, QUOTE(site), QUOTE(at), QUOTE(gaps)),
                  ');') AS canary FROM mpp.canary;
                SELECT @@global.gtid_binlog_pos AS position;
                """)
            .lines()
            .toList();
    String canaries =
        String.join("\n", lines.stream().filter(line -> line.startsWith("REPLACE")).toList());
    lab.administer(
        lost,
        """
        SET SESSION sql_log_bin = 0;
        STOP ALL SLAVES;
        TRUNCATE TABLE demo.ledger;
        DELETE FROM demo.probe;
        DELETE FROM mpp.canary;
        %s
        RESET SLAVE;
        RESET MASTER;
        SET GLOBAL gtid_slave_pos = '%s';
        """
            .formatted(canaries, lines.getLast()));
  }
}
