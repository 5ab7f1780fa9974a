package dev.mpp.node.store;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalQuery;
import dev.mpp.core.journal.JournalReport;
import dev.mpp.core.journal.Testimony;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one node remembers of itself: the last condition of its MySQL servers, its journal and a few
 * values, in one SQLite file ({@code mpp.db}). It holds no role: who is ACTIVE is in the ledger.
 *
 * <p>Writes return at once and are committed in order by one thread, several at a time; their
 * futures complete when they are on disk, and a {@code kill -9} afterwards loses none of them.
 * Reads see what is committed; they block for a disk read and belong on any thread but the loop's.
 */
public final class NodeStore implements AutoCloseable {
  static final String FILE = "mpp.db";
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final DirectoryLock directoryLock;
  private final Database database;
  private final Writer writer;
  private final ReentrantLock reading = new ReentrantLock();
  private final ReentrantLock appending = new ReentrantLock();
  private final Optional<String> tampering;
  private long lastSequence;

  private NodeStore(DirectoryLock directoryLock, Database database, Writer writer, JournalEnd end) {
    this.directoryLock = directoryLock;
    this.database = database;
    this.writer = writer;
    this.lastSequence = end.lastSequence();
    this.tampering = end.tampering();
  }

  /**
   * Opens the store of a data directory and creates both if necessary.
   *
   * @throws StoreException if another process uses the directory, or the file is damaged, of a
   *     newer version or not writable; nothing was changed then
   */
  public static NodeStore open(Path directory, StoreListener listener) throws StoreException {
    return open(directory, listener, RETRY, Schema.STEPS);
  }

  static NodeStore open(
      Path directory, StoreListener listener, Duration retry, List<List<String>> schema)
      throws StoreException {
    DirectoryLock lock = lock(directory);
    try {
      Database database = Database.open(directory.resolve(FILE), schema);
      JournalEnd end = end(database);
      NodeStore store =
          new NodeStore(lock, database, new Writer(database, listener, retry, end.chainTo()), end);
      store.writer.start();
      return store;
    } catch (StoreException e) {
      try {
        lock.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  private static JournalEnd end(Database database) throws StoreException {
    try {
      return JournalEnd.read(database.reader());
    } catch (SQLException e) {
      database.close();
      throw database.translate(e);
    }
  }

  private static DirectoryLock lock(Path directory) throws StoreException {
    try {
      Files.createDirectories(directory);
      return DirectoryLock.take(directory);
    } catch (IOException e) {
      throw new StoreException(
          "the data directory " + directory + " is not usable (" + e + "); check its permissions",
          e);
    }
  }

  /**
   * An entry that has its sequence and is on its way to the disk.
   *
   * @param durable completes when it is committed; exceptionally if it never will be
   */
  public record Appended(long sequence, CompletableFuture<Void> durable) {}

  /** Appends to the journal. The order of calls is the order of sequences and of commits. */
  public Appended append(JournalEvent event) {
    appending.lock();
    try {
      long sequence = lastSequence + 1;
      var durable = writer.add(batch -> batch.add(new JournalEntry(sequence, event)));
      if (!durable.isCompletedExceptionally()) {
        lastSequence = sequence;
      }
      return new Appended(sequence, durable);
    } finally {
      appending.unlock();
    }
  }

  /** Sequence of the last {@link #append}, committed or not; 0 for an empty journal. */
  public long lastSequence() {
    appending.lock();
    try {
      return lastSequence;
    } finally {
      appending.unlock();
    }
  }

  /** Replaces the record of a node. */
  public CompletableFuture<Void> save(NodeRecord node) {
    return writer.add(batch -> batch.add(node));
  }

  /** Forgets a node. */
  public CompletableFuture<Void> forgetNode(ServiceName service, String pool, NodeAddress node) {
    return writer.add(batch -> batch.remove(new NodeRecord.Key(service, pool, node)));
  }

  /** Replaces the override of a node. */
  public CompletableFuture<Void> save(OverrideRecord override) {
    return writer.add(batch -> batch.add(override));
  }

  /** Forgets the override of a node; harmless without one. */
  public CompletableFuture<Void> forgetOverride(ServiceName service, NodeAddress node) {
    return writer.add(batch -> batch.remove(new OverrideRecord.Key(service, node)));
  }

  /** Sets a value. */
  public CompletableFuture<Void> put(String key, String value) {
    return writer.add(batch -> batch.add(key, value));
  }

  /**
   * Counts up and waits until the new count is on disk: the number of this start of the process,
   * for example. Not for concurrent use with one key.
   *
   * @return 1 for a new key
   */
  public long increment(String key) throws StoreException {
    long next = get(key).map(Long::parseLong).orElse(0L) + 1;
    await(put(key, Long.toString(next)));
    return next;
  }

  /** Completes when every write before this call is on disk. */
  public CompletableFuture<Void> written() {
    return writer.add(Batch::ticket);
  }

  /** Waits until every write before this call is on disk. */
  public void flush() throws StoreException {
    await(written());
  }

  /** The end of the journal on disk. */
  public JournalHead head() {
    return writer.head();
  }

  /** One sentence when the journal did not end, at the start, where MPP had ended it. */
  public Optional<String> tampering() {
    return tampering;
  }

  /**
   * Journal entries after {@code since}, oldest first.
   *
   * @param since sequence of the last entry that is known; 0 for the beginning
   * @param max at most so many
   */
  public List<JournalEntry> journal(long since, int max) throws StoreException {
    return journal(JournalQuery.after(since, max));
  }

  /** The journal entries that are asked for, oldest first. */
  public List<JournalEntry> journal(JournalQuery q) throws StoreException {
    reading.lock();
    try {
      return JournalRows.read(database.reader(), q);
    } catch (SQLException e) {
      throw database.translate(e);
    } finally {
      reading.unlock();
    }
  }

  /**
   * Checks the whole journal on disk: tens of thousands of entries a second. Blocks, and holds
   * nobody up.
   *
   * @param testimonies what others saw of it
   */
  public JournalReport verify(List<Testimony> testimonies) throws StoreException {
    List<Testimony> all = new ArrayList<>(testimonies);
    all.add(new Testimony("this process wrote", writer.head()));
    return JournalCheck.run(marks(), all, this::journal);
  }

  /**
   * Checks the journal of a file without changing anything; a node may be using it.
   *
   * @throws StoreException if it cannot be read, or is no store of this version
   */
  public static JournalReport verify(Path file, List<Testimony> testimonies) throws StoreException {
    if (!Files.isRegularFile(file)) {
      throw new StoreException("there is no file " + file, null);
    }
    try (Connection connection = Database.readOnly(file)) {
      long version = Schema.version(connection);
      if (version != Schema.CHAINED) {
        throw new StoreException(
            version == 0
                ? file + " is not a store of MPP (mpp.db in its data-dir)"
                : file
                    + " has schema version "
                    + version
                    + "; this version of MPP verifies version "
                    + Schema.CHAINED
                    + " (an older file gets its chain when a node starts on it)",
            null);
      }
      return JournalCheck.run(
          ChainMarks.read(connection),
          testimonies,
          (after, max) -> {
            try {
              return JournalRows.read(connection, JournalQuery.after(after, max));
            } catch (SQLException e) {
              throw Database.translate(file, e);
            }
          });
    } catch (SQLException e) {
      throw Database.translate(file, e);
    }
  }

  private Optional<ChainMarks> marks() throws StoreException {
    reading.lock();
    try {
      return ChainMarks.read(database.reader());
    } catch (SQLException e) {
      throw database.translate(e);
    } finally {
      reading.unlock();
    }
  }

  /** Every node record, by service, pool and address. */
  public List<NodeRecord> nodes() throws StoreException {
    return query(
        "SELECT * FROM node ORDER BY service, pool, address", statement -> {}, NodeStore::node);
  }

  /** Every override that is kept, by service and address, whether its time is over or not. */
  public List<OverrideRecord> overrides() throws StoreException {
    return query(
        "SELECT * FROM node_override ORDER BY service, address",
        statement -> {},
        NodeStore::override);
  }

  /** A committed value. */
  public Optional<String> get(String key) throws StoreException {
    return query(
            "SELECT value FROM setting WHERE key = ?",
            statement -> statement.setString(1, key),
            row -> row.getString(1))
        .stream()
        .findFirst();
  }

  /** Commits what is left and gives the directory back. */
  @Override
  public void close() throws StoreException {
    writer.close();
    reading.lock();
    try (directoryLock;
        database) {
      // Both close, in reverse order, whatever the other does.
    } catch (IOException e) {
      throw new StoreException("the lock of the data directory cannot be released", e);
    } finally {
      reading.unlock();
    }
  }

  Database database() {
    return database;
  }

  private static OverrideRecord override(ResultSet row) throws SQLException {
    return new OverrideRecord(
        new ServiceName(row.getString(1)),
        NodeAddress.parse(row.getString(2)),
        row.getString(3),
        row.getLong(4),
        row.getString(5),
        row.getString(6));
  }

  private static NodeRecord node(ResultSet row) throws SQLException {
    return new NodeRecord(
        new ServiceName(row.getString(1)),
        row.getString(2),
        NodeAddress.parse(row.getString(3)),
        row.getInt(4),
        Status.valueOf(row.getString(5)),
        Status.valueOf(row.getString(6)),
        State.parse(row.getString(7)),
        row.getString(8),
        row.getLong(9));
  }

  private interface Parameters {
    void set(PreparedStatement statement) throws SQLException;
  }

  private interface Row<T> {
    T read(ResultSet row) throws SQLException;
  }

  private <T> List<T> query(String sql, Parameters parameters, Row<T> row) throws StoreException {
    reading.lock();
    try (PreparedStatement statement = database.reader().prepareStatement(sql)) {
      parameters.set(statement);
      List<T> out = new ArrayList<>();
      try (ResultSet result = statement.executeQuery()) {
        while (result.next()) {
          out.add(row.read(result));
        }
      }
      return out;
    } catch (SQLException e) {
      throw database.translate(e);
    } finally {
      reading.unlock();
    }
  }

  private static void await(CompletableFuture<Void> write) throws StoreException {
    try {
      write.get();
    } catch (ExecutionException e) {
      throw new StoreException("not written: " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoreException("interrupted before the write was on disk", e);
    }
  }
}
