package dev.mpp.chaos.lab;

import dev.mpp.chaos.client.Family;
import dev.mpp.chaos.client.Login;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** A session of the administrator of one server, which may do everything. For one thread. */
final class Administrator implements AutoCloseable {
  private final Connection connection;

  /**
   * @param login of root
   */
  Administrator(String address, Login login) {
    try {
      connection = login.open(address);
    } catch (SQLException e) {
      throw Injury.failed("a login as root at " + address, e);
    }
  }

  void run(String statement) {
    try (Statement s = connection.createStatement()) {
      s.execute(statement);
    } catch (SQLException e) {
      throw Injury.failed(statement, e);
    }
  }

  /**
   * Without the binary log, on a read-only server, too. Whoever runs it must keep MPP from looking
   * meanwhile: on MySQL {@code super_read_only} is taken down for a moment.
   */
  void locally(Family family, String statement) {
    run("SET SESSION sql_log_bin = 0");
    switch (family) {
      case MARIADB -> run(statement);
      case MYSQL -> {
        boolean closed = ask("SELECT @@global.super_read_only").contains("1");
        if (closed) {
          run("SET GLOBAL event_scheduler = OFF");
          run("SET GLOBAL super_read_only = 0");
        }
        run(statement);
        if (closed) {
          run("SET GLOBAL super_read_only = 1");
          run("SET GLOBAL event_scheduler = ON");
        }
      }
    }
    run("SET SESSION sql_log_bin = 1");
  }

  /** Some may be gone by then. */
  void killSessionsOf(String user) {
    for (String id :
        ask("SELECT ID FROM information_schema.PROCESSLIST WHERE USER = '" + user + "'")) {
      try (Statement s = connection.createStatement()) {
        s.execute("KILL " + id);
      } catch (SQLException e) {
        // It ended by itself.
      }
    }
  }

  /** The first column. */
  List<String> ask(String query) {
    List<String> rows = new ArrayList<>();
    try (Statement s = connection.createStatement();
        ResultSet found = s.executeQuery(query)) {
      while (found.next()) {
        rows.add(found.getString(1));
      }
      return rows;
    } catch (SQLException e) {
      throw Injury.failed(query, e);
    }
  }

  /** Breaks the connection, which ends the session and its locks; the server may hang. */
  @Override
  public void close() {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // It is gone.
    }
  }
}
