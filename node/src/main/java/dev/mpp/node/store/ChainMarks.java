package dev.mpp.node.store;

import dev.mpp.core.journal.JournalHead;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * The table {@code journal_chain}: where the chain begins and ends, written in the transaction that
 * writes the entries.
 *
 * @param base what the first entry is chained to: {@link JournalHead#START}, or the last entry that
 *     was pruned
 * @param begun the last entry that was there when the chain was begun; what was done to those
 *     before that shows nowhere
 * @param head the last entry that MPP wrote
 */
record ChainMarks(JournalHead base, JournalHead begun, JournalHead head) {
  private enum Name {
    BASE,
    BEGUN,
    HEAD;

    String key() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  /** Empty when somebody took them out. */
  static Optional<ChainMarks> read(Connection connection) throws SQLException {
    Map<Name, JournalHead> found = new EnumMap<>(Name.class);
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT name, sequence, hash FROM journal_chain")) {
      while (row.next()) {
        try {
          found.put(
              Name.valueOf(row.getString(1).toUpperCase(java.util.Locale.ROOT)),
              new JournalHead(row.getLong(2), row.getString(3)));
        } catch (IllegalArgumentException e) {
          return Optional.empty();
        }
      }
    }
    JournalHead base = found.get(Name.BASE);
    JournalHead begun = found.get(Name.BEGUN);
    JournalHead head = found.get(Name.HEAD);
    return base == null || begun == null || head == null
        ? Optional.empty()
        : Optional.of(new ChainMarks(base, begun, head));
  }

  /** Part of the transaction that appended the entries. */
  static void head(Connection connection, JournalHead head) throws SQLException {
    put(connection, Name.HEAD, head);
  }

  /**
   * Begins the chain in a file that has none: every entry that is there gets its hash. Part of the
   * migration.
   */
  static void begin(Connection connection) throws SQLException {
    JournalChain chain = new JournalChain();
    JournalHead last = JournalHead.START;
    try (Statement all = connection.createStatement();
        ResultSet row =
            all.executeQuery("SELECT " + JournalRows.COLUMNS + " FROM journal ORDER BY sequence");
        PreparedStatement update =
            connection.prepareStatement("UPDATE journal SET hash = ? WHERE sequence = ?")) {
      int batched = 0;
      while (row.next()) {
        last = chain.next(last, JournalRows.entry(row));
        update.setString(1, last.hash());
        update.setLong(2, last.sequence());
        update.addBatch();
        if (++batched % 1_000 == 0) {
          update.executeBatch();
        }
      }
      if (batched % 1_000 != 0) {
        update.executeBatch();
      }
    }
    put(connection, Name.BASE, JournalHead.START);
    put(connection, Name.BEGUN, last);
    put(connection, Name.HEAD, last);
  }

  private static void put(Connection connection, Name name, JournalHead value) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT OR REPLACE INTO journal_chain VALUES (?,?,?)")) {
      insert.setString(1, name.key());
      insert.setLong(2, value.sequence());
      insert.setString(3, value.hash());
      insert.executeUpdate();
    }
  }
}
