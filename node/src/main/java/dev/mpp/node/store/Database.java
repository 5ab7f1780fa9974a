package dev.mpp.node.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The SQLite file: one connection that writes and one that reads. */
final class Database implements AutoCloseable {
  private static final int BUSY_MILLIS = 5_000;

  private final Path file;
  private final Connection writer;
  private final Connection reader;

  private Database(Path file, Connection writer, Connection reader) {
    this.file = file;
    this.writer = writer;
    this.reader = reader;
  }

  /** Opens, checks and migrates the file; a file that fails the check is left as it is. */
  static Database open(Path file, List<List<String>> schema) throws StoreException {
    Connection writer = null;
    try {
      writer = connect(file);
      check(writer, file);
      Schema.migrate(writer, file, schema);
      return new Database(file, writer, connect(file));
    } catch (SQLException e) {
      closeQuietly(writer);
      throw translate(file, e);
    } catch (StoreException e) {
      closeQuietly(writer);
      throw e;
    }
  }

  /**
   * Opens a file to read it and changes nothing, not even beside it: a node may be using it, or it
   * is a copy on read-only media.
   */
  static Connection readOnly(Path file) throws StoreException {
    boolean alone = !Files.exists(Path.of(file + "-wal"));
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(true);
    config.setBusyTimeout(BUSY_MILLIS);
    try {
      return config.createConnection(
          "jdbc:sqlite:" + file.toUri() + (alone ? "?immutable=1" : "?mode=ro"));
    } catch (SQLException e) {
      throw translate(file, e);
    }
  }

  /** Not by java.sql.DriverManager, which starts every driver that it finds, MySQL's too. */
  private static Connection connect(Path file) throws SQLException {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(BUSY_MILLIS);
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    return config.createConnection("jdbc:sqlite:" + file);
  }

  private static void check(Connection connection, Path file) throws SQLException, StoreException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA quick_check(1)")) {
      String verdict = result.next() ? result.getString(1) : "no answer";
      if (!verdict.equals("ok")) {
        throw damaged(file, verdict, null);
      }
    }
  }

  /** For the writer thread only. */
  Connection writer() {
    return writer;
  }

  /** Guard it by the reader's lock: one statement at a time. */
  Connection reader() {
    return reader;
  }

  StoreException translate(SQLException e) {
    return translate(file, e);
  }

  static StoreException translate(Path file, SQLException e) {
    SQLiteErrorCode code =
        e instanceof SQLiteException sqlite
            ? sqlite.getResultCode()
            : SQLiteErrorCode.UNKNOWN_ERROR;
    return switch (code) {
      case SQLITE_NOTADB, SQLITE_CORRUPT -> damaged(file, code.message, e);
      case SQLITE_FULL ->
          new StoreException("the disk under " + file + " is full; free some space", e);
      case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_AUTH ->
          new StoreException(
              file + " cannot be opened for writing; check its owner and permissions", e);
      default ->
          new StoreException(
              file + ": " + code.message + "; check the disk and the system's log", e);
    };
  }

  private static StoreException damaged(Path file, String detail, @Nullable Throwable cause) {
    return new StoreException(
        file
            + " is damaged ("
            + detail
            + "); it was left as it is. Keep a copy, move it away with its -wal and -shm files and"
            + " start again: roles are in the ledger and only the local journal begins anew",
        cause);
  }

  private static void closeQuietly(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.close();
      } catch (SQLException e) {
        // The failure that led here is the one to report.
      }
    }
  }

  @Override
  public void close() throws StoreException {
    try (reader;
        writer) {
      // Both close, whatever the other does; what is not committed rolls back.
    } catch (SQLException e) {
      throw translate(e);
    }
  }
}
