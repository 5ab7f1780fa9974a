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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The packaged SQL that prepares a server for MPP: accounts, the dead-man event, the canary's
 * table. Idempotent; writes nothing to the binary log.
 */
public final class PrepareSql {
  private static final Pattern MADE =
      Pattern.compile("CREATE (?:OR REPLACE )?DEFINER\\s*=\\s*\\S+ (?:EVENT|PROCEDURE) ");

  private final String family;
  private final String text;
  private final Credentials manager;
  private final String host;

  private PrepareSql(String family, String text, Credentials manager, String host) {
    this.family = family;
    this.text = text;
    this.manager = manager;
    this.host = host;
  }

  /**
   * For MariaDB.
   *
   * @param host the manager connects from, as in a MariaDB account name: {@code %}, {@code
   *     10.0.0.%}
   */
  public static PrepareSql mariaDb(Credentials manager, String host) {
    return of("mariadb", manager, host);
  }

  /**
   * For MySQL. Opens a read-only server for administrators while it runs.
   *
   * @param host the manager connects from, as in a MySQL account name
   */
  public static PrepareSql mySql(Credentials manager, String host) {
    return of("mysql", manager, host);
  }

  private static PrepareSql of(String family, Credentials manager, String host) {
    return new PrepareSql(
        family,
        filled(resource("/mysql/" + family + "-prepare.sql"), manager, host),
        manager,
        host);
  }

  /** The same with what a service with {@code fence.block-accounts} needs. */
  public PrepareSql withAccountBlocking() {
    String name = family + "-block-accounts.sql";
    return with("fence.block-accounts", name, filled(resource("/mysql/" + name), manager, host));
  }

  /**
   * The same with the account of {@code replication: managed}.
   *
   * @param from where the other servers connect from, as in an account name
   */
  public PrepareSql withReplicationAccount(Credentials account, String from) {
    String name = family + "-replication-account.sql";
    return with(
        "replication: managed",
        name,
        filled("replication", resource("/mysql/" + name), account, from));
  }

  private PrepareSql with(String option, String name, String statements) {
    String here = "-- With " + option + " the statements of " + name + " come here.\n";
    if (!text.contains(here)) {
      throw new IllegalStateException(family + "-prepare.sql says no place for " + name);
    }
    return new PrepareSql(family, text.replace(here, statements), manager, host);
  }

  private static String filled(String text, Credentials manager, String host) {
    return filled("manager", text, manager, host);
  }

  private static String filled(String role, String text, Credentials account, String host) {
    return text.replace("${" + role + ".user}", quoted(account.user()))
        .replace("${" + role + ".host}", quoted(host))
        .replace("${" + role + ".password}", quoted(account.password().get()));
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

  /** Whether it makes an event or a procedure of that name. */
  boolean makes(String name) {
    return statements().stream().anyMatch(s -> makes(s, name));
  }

  private static boolean makes(String statement, String name) {
    Matcher m = MADE.matcher(statement);
    return m.lookingAt() && statement.startsWith(name, m.end());
  }

  /** The body of the event or procedure of that name, as the server keeps it. */
  String body(String name) {
    for (String statement : statements()) {
      if (makes(statement, name)) {
        int begin = statement.indexOf("\nDO BEGIN\n") + 4;
        begin = begin > 3 ? begin : statement.indexOf("\nBEGIN\n") + 1;
        return statement.substring(begin).strip();
      }
    }
    throw new IllegalArgumentException("the prepare SQL makes no " + name);
  }

  /**
   * Whether that text is its body. Comments and spaces do not count: the mysql client leaves
   * comments out of what it sends.
   */
  boolean hasBody(String name, String text) {
    return bare(text).equals(bare(body(name)));
  }

  private static String bare(String body) {
    return body.replaceAll("(?m)^\\s*-- .*$", "").replaceAll("\\s+", " ").strip();
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
