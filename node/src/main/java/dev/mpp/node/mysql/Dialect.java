package dev.mpp.node.mysql;

import dev.mpp.core.model.PollTrouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How one family of servers is spoken to. Chosen from the version in the server's greeting, one
 * instance for each server; what its parts remember between calls is of that server.
 */
sealed interface Dialect permits MariaDb, MySql {
  Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)");

  /**
   * The family of a server.
   *
   * @param version as in the server's greeting: {@code 8.0.33}, {@code 11.4.5-MariaDB-log}, {@code
   *     5.5.5-10.11.6-MariaDB}
   * @throws LinkException for a version that is not supported
   */
  static Dialect of(String version) throws LinkException {
    boolean mariaDb = version.contains("MariaDB");
    Matcher m = NUMBERS.matcher(version);
    long number = 0;
    while (m.find()) {
      // The last one: MariaDB before 11.0 puts a 5.5.5 in front, for old replicas.
      number =
          Long.parseLong(m.group(1)) * 1_000_000
              + Long.parseLong(m.group(2)) * 1_000
              + Long.parseLong(m.group(3));
      if (!mariaDb) {
        break;
      }
    }
    if (mariaDb && number >= MariaDb.OLDEST) {
      return new MariaDb();
    }
    if (!mariaDb && number >= MySql.OLDEST) {
      return new MySql();
    }
    throw new LinkException(
        LinkException.Kind.SQL,
        PollTrouble.UNSUPPORTED,
        (mariaDb ? "MariaDB " : "MySQL ")
            + version
            + " is not supported: MPP needs MySQL 8.0.26 or newer, or MariaDB 10.11 or newer");
  }

  /** The family, as in messages. */
  String name();

  /** Assignments for the SET SESSION of every session, beginning with a comma or empty. */
  String session();

  /** Those of the session that holds the dead-man lock: no statement of it may take over 1 s. */
  String lockSession();

  Polling polling();

  Fencing fencing();

  Promoting promoting();

  Replicating replicating();

  /** For the commands of the command line. */
  Checking checking();

  Heartbeat heartbeat();

  /** The packaged SQL that makes what MPP needs on a server, for messages. */
  String prepareSql();

  /**
   * The statements of heartbeats.
   *
   * @param commit with the service and the id of the session that holds the dead-man lock; changes
   *     no row on a server that is read-only or whose lock somebody else holds
   * @param newest with the service: one row with the newest one's number as {@code beat}; does not
   *     wait for table locks for longer than a second
   * @param endable whether a KILL ends a commit that waits for an acknowledgement
   */
  record Heartbeat(String commit, String newest, boolean endable) {}
}
