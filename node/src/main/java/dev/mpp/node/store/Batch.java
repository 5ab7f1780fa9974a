package dev.mpp.node.store;

import dev.mpp.core.journal.JournalHead;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Writes that are committed together. Of several records of one node, or values of one key, the
 * last counts. Not thread-safe.
 */
final class Batch {
  private final Map<NodeRecord.Key, Optional<NodeRecord>> nodes = new LinkedHashMap<>();
  private final Map<OverrideRecord.Key, Optional<OverrideRecord>> overrides = new LinkedHashMap<>();
  private final Map<String, String> settings = new LinkedHashMap<>();
  private final List<JournalEntry> entries = new ArrayList<>();
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

  /** One for all nodes: states may change for hours while the disk refuses them. */
  private @Nullable CompletableFuture<Void> nodesTicket;

  CompletableFuture<Void> add(NodeRecord node) {
    nodes.put(node.key(), Optional.of(node));
    CompletableFuture<Void> shared = nodesTicket;
    if (shared == null) {
      shared = ticket();
      nodesTicket = shared;
    }
    return shared;
  }

  CompletableFuture<Void> remove(NodeRecord.Key node) {
    nodes.put(node, Optional.empty());
    return ticket();
  }

  CompletableFuture<Void> add(OverrideRecord override) {
    overrides.put(override.key(), Optional.of(override));
    return ticket();
  }

  CompletableFuture<Void> remove(OverrideRecord.Key override) {
    overrides.put(override, Optional.empty());
    return ticket();
  }

  CompletableFuture<Void> add(String key, String value) {
    settings.put(key, value);
    return ticket();
  }

  CompletableFuture<Void> add(JournalEntry entry) {
    entries.add(entry);
    return ticket();
  }

  CompletableFuture<Void> ticket() {
    CompletableFuture<Void> ticket = new CompletableFuture<>();
    waiting.add(ticket);
    return ticket;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  int tickets() {
    return waiting.size();
  }

  int entries() {
    return entries.size();
  }

  /**
   * All or nothing; safe to repeat after a failure.
   *
   * @param connection in auto-commit mode; the transaction is made here, since the driver's own
   *     does not notice that SQLite ends it by itself when the disk is full
   * @param head of the journal before this batch
   * @return the head of the journal after it
   */
  JournalHead commit(Connection connection, JournalHead head) throws SQLException {
    try (Statement transaction = connection.createStatement()) {
      transaction.execute("BEGIN IMMEDIATE");
      try {
        deleteNodes(connection);
        writeNodes(connection);
        deleteOverrides(connection);
        writeOverrides(connection);
        writeSettings(connection);
        JournalHead next = writeEntries(connection, head);
        transaction.execute("COMMIT");
        return next;
      } catch (SQLException e) {
        rollback(transaction, e);
        throw e;
      }
    }
  }

  private static void rollback(Statement transaction, SQLException cause) {
    try {
      transaction.execute("ROLLBACK");
    } catch (SQLException e) {
      cause.addSuppressed(e);
    }
  }

  void done() {
    waiting.forEach(t -> t.complete(null));
  }

  void abandon(StoreException why) {
    waiting.forEach(t -> t.completeExceptionally(why));
  }

  private void writeNodes(Connection connection) throws SQLException {
    List<NodeRecord> written = nodes.values().stream().flatMap(Optional::stream).toList();
    if (written.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT OR REPLACE INTO node VALUES (?,?,?,?,?,?,?,?,?)")) {
      for (NodeRecord node : written) {
        insert.setString(1, node.service().name());
        insert.setString(2, node.pool());
        insert.setString(3, node.address().toString());
        insert.setInt(4, node.req());
        insert.setString(5, node.status().name());
        insert.setString(6, node.floor().name());
        insert.setString(7, node.state().name());
        insert.setString(8, node.message());
        insert.setLong(9, node.lastWallMillis());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private void deleteNodes(Connection connection) throws SQLException {
    List<NodeRecord.Key> gone = removed(nodes);
    if (gone.isEmpty()) {
      return;
    }
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM node WHERE service = ? AND pool = ? AND address = ?")) {
      for (NodeRecord.Key key : gone) {
        delete.setString(1, key.service().name());
        delete.setString(2, key.pool());
        delete.setString(3, key.address().toString());
        delete.addBatch();
      }
      delete.executeBatch();
    }
  }

  private void writeOverrides(Connection connection) throws SQLException {
    List<OverrideRecord> written = overrides.values().stream().flatMap(Optional::stream).toList();
    if (written.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT OR REPLACE INTO node_override VALUES (?,?,?,?,?,?)")) {
      for (OverrideRecord o : written) {
        insert.setString(1, o.service().name());
        insert.setString(2, o.node().toString());
        insert.setString(3, o.parts());
        insert.setLong(4, o.untilWallMillis());
        insert.setString(5, o.by());
        insert.setString(6, o.reason());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private void deleteOverrides(Connection connection) throws SQLException {
    List<OverrideRecord.Key> gone = removed(overrides);
    if (gone.isEmpty()) {
      return;
    }
    try (PreparedStatement delete =
        connection.prepareStatement(
            "DELETE FROM node_override WHERE service = ? AND address = ?")) {
      for (OverrideRecord.Key key : gone) {
        delete.setString(1, key.service().name());
        delete.setString(2, key.node().toString());
        delete.addBatch();
      }
      delete.executeBatch();
    }
  }

  private static <K, V> List<K> removed(Map<K, Optional<V>> changes) {
    return changes.entrySet().stream()
        .filter(e -> e.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .toList();
  }

  private void writeSettings(Connection connection) throws SQLException {
    if (settings.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT OR REPLACE INTO setting VALUES (?,?)")) {
      for (Map.Entry<String, String> setting : settings.entrySet()) {
        insert.setString(1, setting.getKey());
        insert.setString(2, setting.getValue());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private JournalHead writeEntries(Connection connection, JournalHead before) throws SQLException {
    if (entries.isEmpty()) {
      return before;
    }
    JournalChain chain = new JournalChain();
    JournalHead head = before;
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO journal (" + JournalRows.COLUMNS + ") VALUES (?,?,?,?,?,?,?,?,?,?,?)")) {
      for (JournalEntry entry : entries) {
        JournalEvent event = entry.event();
        head = chain.next(head, entry);
        insert.setLong(1, entry.sequence());
        insert.setLong(2, event.wallMillis());
        insert.setString(3, event.service());
        insert.setString(4, event.kind());
        insert.setString(5, event.subject());
        insert.setString(6, event.from());
        insert.setString(7, event.to());
        insert.setLong(8, event.epoch());
        insert.setString(9, event.reason());
        insert.setString(10, event.by());
        insert.setString(11, head.hash());
        insert.addBatch();
      }
      insert.executeBatch();
    }
    ChainMarks.head(connection, head);
    return head;
  }
}
