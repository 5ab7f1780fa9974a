package dev.mpp.node.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Tables of the store, as the list of steps that lead to them: step n makes version n. */
final class Schema {
  /** "MPP1": tells our file from any other SQLite file. */
  private static final int APPLICATION = 0x4d505031;

  /** From this version on the journal is chained. */
  static final int CHAINED = 3;

  static final List<List<String>> STEPS =
      List.of(
          List.of(
              """
              CREATE TABLE setting (
                key TEXT PRIMARY KEY,
                value TEXT NOT NULL
              ) STRICT, WITHOUT ROWID""",
              """
              CREATE TABLE node (
                service TEXT NOT NULL,
                pool TEXT NOT NULL,
                address TEXT NOT NULL,
                req INTEGER NOT NULL,
                status TEXT NOT NULL,
                floor TEXT NOT NULL,
                state TEXT NOT NULL,
                message TEXT NOT NULL,
                last_wall_millis INTEGER NOT NULL,
                PRIMARY KEY (service, pool, address)
              ) STRICT, WITHOUT ROWID""",
              """
              CREATE TABLE journal (
                sequence INTEGER PRIMARY KEY,
                wall_millis INTEGER NOT NULL,
                service TEXT NOT NULL,
                kind TEXT NOT NULL,
                subject TEXT NOT NULL,
                from_state TEXT NOT NULL,
                to_state TEXT NOT NULL,
                epoch INTEGER NOT NULL,
                reason TEXT NOT NULL
              ) STRICT"""),
          List.of(
              "ALTER TABLE journal ADD COLUMN operator TEXT NOT NULL DEFAULT ''",
              """
              CREATE TABLE node_override (
                service TEXT NOT NULL,
                address TEXT NOT NULL,
                parts TEXT NOT NULL,
                until_wall_millis INTEGER NOT NULL,
                operator TEXT NOT NULL,
                reason TEXT NOT NULL,
                PRIMARY KEY (service, address)
              ) STRICT, WITHOUT ROWID"""),
          List.of(
              "ALTER TABLE journal ADD COLUMN hash TEXT NOT NULL DEFAULT ''",
              """
              CREATE TABLE journal_chain (
                name TEXT PRIMARY KEY,
                sequence INTEGER NOT NULL,
                hash TEXT NOT NULL
              ) STRICT, WITHOUT ROWID"""));

  private Schema() {}

  /** Brings the file to the version after the last step; each step is one transaction. */
  static void migrate(Connection connection, Path file, List<List<String>> steps)
      throws SQLException, StoreException {
    long application = pragma(connection, "application_id");
    long version = pragma(connection, "user_version");
    if (application != APPLICATION && (application != 0 || version != 0)) {
      throw new StoreException(
          file + " is not a store of MPP; move it away or choose another data-dir", null);
    }
    if (version > steps.size()) {
      throw new StoreException(
          file
              + " has schema version "
              + version
              + " and this version of MPP knows "
              + steps.size()
              + "; run the newer version, or move the file away to begin with an empty journal",
          null);
    }
    for (int next = (int) version; next < steps.size(); next++) {
      step(connection, steps.get(next), next + 1);
    }
  }

  private static void step(Connection connection, List<String> statements, int version)
      throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
      if (version == CHAINED) {
        ChainMarks.begin(connection);
      }
      statement.execute("PRAGMA application_id = " + APPLICATION);
      statement.execute("PRAGMA user_version = " + version);
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  /** The version of a file of ours; 0 for any other. */
  static long version(Connection connection) throws SQLException {
    return pragma(connection, "application_id") == APPLICATION
        ? pragma(connection, "user_version")
        : 0;
  }

  private static long pragma(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("PRAGMA " + name)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }
}
