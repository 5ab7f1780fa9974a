package dev.mpp.chaos.client;

import dev.mpp.chaos.check.Row;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/** Questions to one server that need no more than the application's account. */
public final class Look {
  private final String server;
  private final Login login;
  private final Family family;

  /** At a MariaDB server. */
  public Look(String server, Login login) {
    this(server, login, Family.MARIADB);
  }

  public Look(String server, Login login, Family family) {
    this.family = family;
    this.server = server;
    this.login = login;
  }

  /** Empty when the server does not answer. */
  public Optional<Boolean> readOnly() {
    return ask("SELECT @@global.read_only", 1).map("1"::equals);
  }

  /** Commits here wait for a replica, and one is there to answer. */
  public boolean semiSyncOn() {
    return ask(family.semiSync("status"), 2).equals(Optional.of("ON"))
        && ask(family.semiSync("clients"), 2)
            .filter(clients -> Integer.parseInt(clients) >= 1)
            .isPresent();
  }

  /** As the server says it. */
  public Optional<String> version() {
    return ask("SELECT VERSION()", 1);
  }

  /** MariaDB: the last transaction in the binary log; MySQL: all that were executed. */
  public Optional<String> position() {
    return ask(family.position(), 1);
  }

  /** Everything in this server's binary log; MariaDB: the newest of each domain and server. */
  public Optional<String> binlogState() {
    return ask(family.binlogState(), 1);
  }

  /** This server has applied everything up to the position of another one. */
  public boolean reached(String position) {
    return ask(family.reached(position), 1).equals(Optional.of("0"));
  }

  /** All rows of one run. */
  public Set<Row> rows(long run) throws SQLException {
    Set<Row> rows = new HashSet<>();
    Login patient = new Login(login.port(), login.user(), login.password(), 2_000, 30_000);
    try (Connection connection = patient.open(server);
        PreparedStatement select =
            connection.prepareStatement("SELECT writer, seq FROM ledger WHERE run = ?")) {
      select.setLong(1, run);
      try (ResultSet found = select.executeQuery()) {
        while (found.next()) {
          rows.add(new Row(found.getInt(1), found.getLong(2)));
        }
      }
    }
    return rows;
  }

  private Optional<String> ask(String query, int column) {
    try (Connection connection = login.open(server);
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(query)) {
      return found.next() ? Optional.ofNullable(found.getString(column)) : Optional.empty();
    } catch (SQLException e) {
      return Optional.empty();
    }
  }
}
