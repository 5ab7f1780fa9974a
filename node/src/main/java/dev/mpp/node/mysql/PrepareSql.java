package dev.mpp.node.mysql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * The packaged SQL that prepares a server for MPP: accounts, the dead-man event, the canary's
 * table. Idempotent; writes nothing to the binary log.
 */
public final class PrepareSql {
  private final String text;

  private PrepareSql(String text) {
    this.text = text;
  }

  /**
   * For MariaDB.
   *
   * @param host the manager connects from, as in a MariaDB account name: {@code %}, {@code
   *     10.0.0.%}
   */
  public static PrepareSql mariaDb(Credentials manager, String host) {
    return of("/mysql/mariadb-prepare.sql", manager, host);
  }

  /**
   * For MySQL. Opens a read-only server for administrators while it runs.
   *
   * @param host the manager connects from, as in a MySQL account name
   */
  public static PrepareSql mySql(Credentials manager, String host) {
    return of("/mysql/mysql-prepare.sql", manager, host);
  }

  private static PrepareSql of(String resource, Credentials manager, String host) {
    return new PrepareSql(
        resource(resource)
            .replace("${manager.user}", quoted(manager.user()))
            .replace("${manager.host}", quoted(host))
            .replace("${manager.password}", quoted(manager.password().get())));
  }

  private static String resource(String path) {
    try (InputStream in = PrepareSql.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("resource " + path + " is missing from mpp-deploy");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The body of the event or procedure of that name, as the server keeps it. */
  String body(String name) {
    for (String statement : statements()) {
      if (statement.startsWith("CREATE OR REPLACE") && statement.contains(" " + name)) {
        int begin = statement.indexOf("\nDO BEGIN\n") + 4;
        begin = begin > 3 ? begin : statement.indexOf("\nBEGIN\n") + 1;
        return statement.substring(begin).strip();
      }
    }
    throw new IllegalArgumentException("the prepare SQL makes no " + name);
  }

  private static String quoted(String value) {
    return value.replace("\\", "\\\\").replace("'", "''");
  }

  /** The statements in order, without comments between them; {@code DELIMITER} is understood. */
  public List<String> statements() {
    List<String> statements = new ArrayList<>();
    StringBuilder current = new StringBuilder();
    String delimiter = ";";
    for (String line : text.lines().toList()) {
      if (line.startsWith("DELIMITER ")) {
        delimiter = line.substring("DELIMITER ".length()).strip();
      } else if (!line.startsWith("--") && !(line.isBlank() && current.isEmpty())) {
        current.append(line).append('\n');
        if (line.endsWith(delimiter)) {
          statements.add(current.substring(0, current.length() - 1 - delimiter.length()));
          current.setLength(0);
        }
      }
    }
    return List.copyOf(statements);
  }

  /**
   * Runs the statements over an administrator's connection, whose session keeps {@code
   * sql_log_bin=0} and a strict {@code sql_mode} afterwards: close it.
   *
   * @throws SQLException at the first statement that fails; running all of it again is safe
   */
  public void apply(Connection administrator) throws SQLException {
    try (Statement s = administrator.createStatement()) {
      s.setEscapeProcessing(false);
      for (String statement : statements()) {
        s.execute(statement);
      }
    }
  }
}
