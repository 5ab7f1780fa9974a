package dev.mpp.chaos.client;

/** What a client asks differently at MariaDB and at MySQL. */
public enum Family {
  MARIADB(
      "Rpl_semi_sync_master_",
      "@@global.gtid_binlog_pos",
      "@@global.gtid_binlog_state",
      "MASTER_GTID_WAIT",
      "[0-9,-]*"),
  MYSQL(
      "Rpl_semi_sync_source_",
      "@@global.gtid_executed",
      "@@global.gtid_executed",
      "WAIT_FOR_EXECUTED_GTID_SET",
      "[0-9a-zA-Z_:,\\s-]*");

  private final String semiSync;
  private final String position;
  private final String binlogState;
  private final String wait;
  private final String positionPattern;

  Family(
      String semiSync, String position, String binlogState, String wait, String positionPattern) {
    this.semiSync = semiSync;
    this.position = position;
    this.binlogState = binlogState;
    this.wait = wait;
    this.positionPattern = positionPattern;
  }

  /** Of a semi-synchronous source: {@code status} or {@code clients}. */
  String semiSync(String what) {
    return "SHOW GLOBAL STATUS LIKE '" + semiSync + what + "'";
  }

  String position() {
    return "SELECT " + position;
  }

  String binlogState() {
    return "SELECT " + binlogState;
  }

  /**
   * Answers 0 when everything up to the position is executed within 0.3 s.
   *
   * @param position of a server of this family
   * @throws IllegalArgumentException when it does not look like one
   */
  String reached(String position) {
    if (!position.matches(positionPattern)) {
      throw new IllegalArgumentException("not a position: " + position);
    }
    return "SELECT " + wait + "('" + position + "', 0.3)";
  }
}
