package dev.mpp.core.model;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one poll read from a server.
 *
 * @param version as the server says it, for example {@code 11.4.5-MariaDB-log}
 * @param readOnly whether every flag that keeps clients from writing is on (MySQL: {@code
 *     read_only} and {@code super_read_only}; MariaDB: {@code read_only})
 * @param executed everything in the server's own binary log
 * @param replication the receiver and applier, empty when no source is configured
 * @param deadMan whether the dead-man event is installed, enabled and its scheduler runs
 * @param loginsClosed what a fence did that keeps applications from logging in, for the operator;
 *     empty when nothing
 * @param vitals how it is beside that
 */
public record ServerFacts(
    String version,
    boolean readOnly,
    GtidSet executed,
    Optional<Replication> replication,
    SemiSync semiSync,
    boolean deadMan,
    String loginsClosed,
    Vitals vitals) {

  /** One where everybody may log in, without vitals. */
  public ServerFacts(
      String version,
      boolean readOnly,
      GtidSet executed,
      Optional<Replication> replication,
      SemiSync semiSync,
      boolean deadMan) {
    this(version, readOnly, executed, replication, semiSync, deadMan, "", Vitals.NONE);
  }

  public ServerFacts with(Vitals other) {
    return new ServerFacts(
        version, readOnly, executed, replication, semiSync, deadMan, loginsClosed, other);
  }

  /** The same, with what keeps applications from logging in. */
  public ServerFacts withLoginsClosed(String by) {
    return by.equals(loginsClosed)
        ? this
        : new ServerFacts(version, readOnly, executed, replication, semiSync, deadMan, by, vitals);
  }

  /** The same with another lag; as it is without replication. */
  public ServerFacts withLag(OptionalLong seconds) {
    return replication.isEmpty()
        ? this
        : new ServerFacts(
            version,
            readOnly,
            executed,
            replication.map(r -> r.withLag(seconds)),
            semiSync,
            deadMan,
            loginsClosed,
            vitals);
  }

  /**
   * @param source {@code host:port} of the configured source
   * @param error the last receiver or applier error, empty when none; begins with {@link #DIVERGED}
   *     when the source said that it does not have a transaction which this server has, and with
   *     {@link #NO_GTID} when replication is configured without GTIDs
   * @param receiverStarted the receiver was started and not stopped since the server booted; it may
   *     be reconnecting
   * @param receiverRunning it is connected to the source
   * @param lagSeconds seconds behind the source, empty when the server cannot say
   * @param received everything received from the source, applied or not
   */
  public record Replication(
      String source,
      boolean receiverStarted,
      boolean receiverRunning,
      boolean applierRunning,
      String error,
      OptionalLong lagSeconds,
      GtidSet received) {
    public static final String DIVERGED = "diverged from its source: ";
    public static final String NO_GTID = "replication does not use GTID";

    public boolean diverged() {
      return error.startsWith(DIVERGED);
    }

    /** Whether it finds its place by GTIDs, and not by files and offsets of one source. */
    public boolean byGtid() {
      return !error.startsWith(NO_GTID);
    }

    Replication withLag(OptionalLong seconds) {
      return new Replication(
          source, receiverStarted, receiverRunning, applierRunning, error, seconds, received);
    }
  }

  /** The same, with more known of what it executed. */
  public ServerFacts withExecuted(GtidSet known) {
    return new ServerFacts(
        version, readOnly, known, replication, semiSync, deadMan, loginsClosed, vitals);
  }

  /**
   * @param sourceEnabled this server waits for acknowledgements
   * @param clients semi-synchronous replicas connected
   * @param waitingSessions commits waiting for an acknowledgement now
   * @param operational the server's own word that commits are acknowledged, not degraded
   * @param replicaEnabled this server acknowledges what it receives
   * @param givenUp how often it has stopped waiting by itself since it started: commits were
   *     confirmed that nobody had acknowledged
   */
  public record SemiSync(
      boolean sourceEnabled,
      int clients,
      int waitingSessions,
      boolean operational,
      boolean replicaEnabled,
      int givenUp) {
    public static final SemiSync OFF = new SemiSync(false, 0, 0, false, false);

    /** One that never stopped waiting by itself. */
    public SemiSync(
        boolean sourceEnabled,
        int clients,
        int waitingSessions,
        boolean operational,
        boolean replicaEnabled) {
      this(sourceEnabled, clients, waitingSessions, operational, replicaEnabled, 0);
    }
  }

  /**
   * What tells a server that is well from one that merely answers.
   *
   * @param connections that are open now; -1 when unknown
   * @param connectionLimit {@code max_connections}; -1 when unknown
   * @param beat the newest heartbeat in its data, a number that grows with every one; 0 when none
   * @param commits what became of the last heartbeat that this process committed there
   */
  public record Vitals(int connections, int connectionLimit, long beat, Commits commits) {
    public static final Vitals NONE = new Vitals(-1, -1, 0, Commits.NONE);

    public Vitals with(Commits other) {
      return new Vitals(connections, connectionLimit, beat, other);
    }

    /** Clients are turned away; accounts with a right to the extra slot may still get in. */
    public boolean exhausted() {
      return connectionLimit > 0 && connections >= connectionLimit;
    }
  }

  /**
   * @param millis the commit took, or has hung for until now
   * @param detail what the server says of a commit that hangs or failed; of one that was not tried
   *     what the server lacks for it, as a sentence, otherwise empty
   */
  public record Commits(Outcome outcome, long millis, String detail) {
    public static final Commits NONE = new Commits(Outcome.UNKNOWN, 0, "");

    public enum Outcome {
      /** Not tried: not ACTIVE, or not yet. */
      UNKNOWN,
      DONE,
      /** It waits for the acknowledgement of a replica (semi-sync). */
      WAITS_FOR_REPLICA,
      /** It hangs. */
      STALLED,
      /** The server refused it. */
      FAILED
    }
  }
}
