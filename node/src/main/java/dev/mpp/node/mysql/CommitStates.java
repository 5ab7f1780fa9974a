package dev.mpp.node.mysql;

import java.util.List;
import java.util.Locale;

/**
 * What the states of a session that commits mean, by the servers' lists of thread states, and the
 * errors of one that was refused.
 */
final class CommitStates {
  /** What the server would say of a commit that was not tried. */
  static final String UNACKNOWLEDGED =
      "not tried: it would wait for a semi-sync ACK, and no replica is there to give one";

  /** A session that waits for space, as MariaDB and MySQL call it. */
  static final List<String> FULL =
      List.of("Waiting for someone to free space", "Waiting for disk space");

  private CommitStates() {}

  /** {@code Waiting for semi-sync ACK from slave} (MariaDB) or {@code from replica} (MySQL). */
  static boolean waitsForReplica(String state) {
    return state.toLowerCase(Locale.ROOT).contains("semi-sync ack");
  }

  static String explained(String state) {
    String meaning =
        switch (state) {
          case "" -> "the server does not say why";
          case "Waiting for backup lock" -> "FLUSH TABLES WITH READ LOCK or a backup is in the way";
          case "Waiting for global read lock", "Waiting for commit lock" ->
              "FLUSH TABLES WITH READ LOCK is in the way";
          case "Waiting for table metadata lock", "Waiting for table level lock" ->
              "LOCK TABLES or a change of mpp.canary is in the way";
          case String waits when FULL.contains(waits) -> "the disk is full";
          case "waiting for handler commit" ->
              "the server does not write its binary log or its data; the error log says why, a full"
                  + " disk for example";
          case "Updating", "updating" ->
              "another transaction holds the row, or the disk does not write";
          default -> "";
        };
    if (state.isEmpty() || meaning.isEmpty()) {
      return state + meaning;
    }
    return state + " (" + meaning + ")";
  }

  /**
   * What the server lacks for heartbeats, as a sentence; empty when that is not why it refused.
   *
   * @param sql that makes it
   */
  static String lacking(int errorCode, String said, String sql) {
    return switch (errorCode) {
      // No such database, table or column; no right to the database, the table or a column.
      case 1044, 1049, 1054, 1142, 1143, 1146 ->
          "no heartbeats, and lag only by the server's own word: run "
              + sql
              + " on this server ("
              + said
              + ")";
      default -> "";
    };
  }

  /** Of a commit, or of a look at it. */
  static String refused(LinkException e) {
    return full(e) ? "the disk is full (" + e.getMessage() + ")" : e.getMessage();
  }

  /** ER_DISK_FULL, ER_RECORD_FILE_FULL, or an error number of the system, ENOSPC, in the text. */
  static boolean full(LinkException e) {
    String text = e.getMessage();
    return e.errorCode() == 1021
        || e.errorCode() == 1114
        || text.contains("No space left")
        || text.contains("rrcode: 28")
        || text.contains("error 28")
        || text.contains("could not allocate temporary tablespace");
  }
}
