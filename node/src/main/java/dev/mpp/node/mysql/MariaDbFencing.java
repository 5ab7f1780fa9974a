package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.SQLException;

/** MariaDB: {@code read_only}; a KILL ends a wait for an acknowledgement, too. */
final class MariaDbFencing implements Fencing {

  @Override
  public String variable() {
    return "read_only";
  }

  @Override
  public Look look(Connection c, Sessions sessions) throws SQLException {
    return Look.of(Rows.first(Rows.query(c, lookSql(sessions))), 0);
  }

  @Override
  public Look kill(Connection c, Sessions sessions) throws SQLException {
    var row = Rows.query(c, killSql(sessions)).getLast().getFirst();
    return Look.of(row, Rows.number(row, "killed"));
  }

  @Override
  public void freeWaiting(Connection c) {
    // Nothing is ever stuck: see the class.
  }

  @Override
  public void waitAgain(Connection c) {
    // Nor was waiting switched off.
  }

  @Override
  public String remains(Connection c) {
    return "";
  }

  private static String lookSql(Sessions sessions) {
    return sessions.lookSql("@@global.read_only", "read_only");
  }

  private static String killSql(Sessions sessions) {
    return "BEGIN NOT ATOMIC"
        + " DECLARE victim BIGINT; DECLARE more INT DEFAULT 1; DECLARE n INT DEFAULT 0;"
        + " DECLARE clients CURSOR FOR SELECT ID"
        + sessions.clients()
        + "; DECLARE CONTINUE HANDLER FOR NOT FOUND SET more = 0;"
        + " DECLARE CONTINUE HANDLER FOR SQLEXCEPTION BEGIN END;"
        + " OPEN clients; FETCH clients INTO victim;"
        + " WHILE more = 1 DO KILL victim; SET n = n + 1; FETCH clients INTO victim; END WHILE;"
        + " CLOSE clients; "
        + lookSql(sessions)
        + ", n AS killed; END";
  }
}
