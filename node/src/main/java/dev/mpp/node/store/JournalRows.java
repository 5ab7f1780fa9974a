package dev.mpp.node.store;

import dev.mpp.core.journal.JournalQuery;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The columns of the table {@code journal}, in the order in which they are hashed. */
final class JournalRows {
  static final String COLUMNS =
      "sequence, wall_millis, service, kind, subject, from_state, to_state, epoch, reason,"
          + " operator, hash";

  private JournalRows() {}

  /** What is asked for, oldest first. */
  static List<JournalEntry> read(Connection connection, JournalQuery q) throws SQLException {
    String sql =
        "SELECT "
            + COLUMNS
            + " FROM journal WHERE sequence > ?1 AND (?2 = 0 OR wall_millis >= ?2)"
            + " AND (?3 = '' OR service = ?3) AND (?4 = '' OR kind = ?4) ORDER BY sequence "
            + (q.newest() ? "DESC" : "ASC")
            + " LIMIT ?5";
    List<JournalEntry> found = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, q.after());
      statement.setLong(2, q.sinceWallMillis());
      statement.setString(3, q.service());
      statement.setString(4, q.kind());
      statement.setInt(5, q.max());
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          found.add(entry(row));
        }
      }
    }
    return q.newest() ? found.reversed() : found;
  }

  static JournalEntry entry(ResultSet row) throws SQLException {
    return new JournalEntry(
        row.getLong(1),
        new JournalEvent(
            row.getLong(2),
            row.getString(3),
            row.getString(4),
            row.getString(5),
            row.getString(6),
            row.getString(7),
            row.getLong(8),
            row.getString(9),
            row.getString(10)),
        row.getString(11));
  }
}
