package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.util.List;

/**
 * How a MariaDB server whose data diverged gets those of the ACTIVE one. Over SQL alone it cannot:
 * the files of the old data have to go, and a copy has to come, which is work for whoever has a
 * shell there. So these are commands for people, in order; the server stays read-only throughout.
 */
public final class MariaDbRebuild {
  private MariaDbRebuild() {}

  /**
   * The steps, each with its commands; the last one is {@code mpp rejoin} again.
   *
   * @param title of one step, without its number
   */
  public record Step(String title, List<String> commands) {
    public Step {
      commands = List.copyOf(commands);
    }
  }

  public static List<Step> steps(NodeAddress node, NodeAddress active, String replicationUser) {
    String user = replicationUser.isEmpty() ? "REPLICATION-USER" : replicationUser;
    return List.of(
        new Step(
            "Keep MPP from using it meanwhile",
            List.of("mpp node set %s --state FAILED_ONLINE --reason \"rebuild\"".formatted(node))),
        new Step(
            "On its host: put the old data aside, and begin with none. Its configuration keeps"
                + " read_only=1 and skip-slave-start",
            List.of(
                "systemctl stop mariadb",
                "mv /var/lib/mysql /var/lib/mysql.diverged",
                "mariadb-install-db --user=mysql",
                "systemctl start mariadb")),
        new Step(
            "Copy the data of ACTIVE " + active + ", without writing them to the binary log",
            List.of(
                dump(active) + " > /root/mpp-copy.sql", restore(node) + " < /root/mpp-copy.sql")),
        new Step("Make what MPP needs there", List.of("mpp mysql prepare " + node)),
        new Step(
            "Let it follow, and let MPP use it again",
            List.of(
                "mpp rejoin %s --replication-user %s --replication-password-file FILE"
                    .formatted(node, user),
                "mpp node unset %s --reason \"rebuilt\"".formatted(node))));
  }

  /** With the position of the copy in it, as {@code SET GLOBAL gtid_slave_pos}. */
  static String dump(NodeAddress active) {
    return "mariadb-dump --host=%s --port=%d --user=root -p --all-databases --flush-privileges --single-transaction --master-data=1 --gtid --routines --triggers --events"
        .formatted(active.host(), active.port());
  }

  static String restore(NodeAddress node) {
    return "mariadb --host=%s --port=%d --user=root -p --init-command=\"SET SESSION sql_log_bin=0\""
        .formatted(node.host(), node.port());
  }
}
