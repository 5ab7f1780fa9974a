package dev.mpp.node.mysql;

import java.util.Locale;

/**
 * What the states of a session that commits mean, by the servers' lists of thread states, and the
 * errors of one that was refused.
 */
final class CommitStates {
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
          case "Waiting for someone to free space", "Waiting for disk space" -> "the disk is full";
          case "Updating" -> "another transaction holds the row, or the disk does not write";
          default -> "";
        };
    if (state.isEmpty() || meaning.isEmpty()) {
      return state + meaning;
    }
    return state + " (" + meaning + ")";
  }

  /** ER_DISK_FULL, ER_RECORD_FILE_FULL, or an error number of the system, ENOSPC, in the text. */
  static String refused(LinkException e) {
    String text = e.getMessage();
    boolean full =
        e.errorCode() == 1021
            || e.errorCode() == 1114
            || text.contains("No space left")
            || text.contains("rrcode: 28")
            || text.contains("error 28");
    return full ? "the disk is full (" + text + ")" : text;
  }
}
