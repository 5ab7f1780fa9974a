package dev.mpp.core.pool;

/** Verdict of one poll of one node. */
public sealed interface PollResult {
  /**
   * @param warning what an operator has to look at though no rule fails the node; empty when
   *     nothing. It holds the status at OK_WARN and changes nothing else
   */
  record Healthy(String warning) implements PollResult {}

  /**
   * Cannot connect, authenticate or query in time.
   *
   * @param vouched who shows that the node serves nevertheless, as a sentence; empty when nobody.
   *     An ACTIVE node that somebody vouches for keeps the role
   */
  record ConnectFailure(String error, String vouched) implements PollResult {
    public ConnectFailure(String error) {
      this(error, "");
    }
  }

  /** It answers, but replication is not configured, stopped, broken or too far behind. */
  record ReplicationFailure(String error) implements PollResult {}

  PollResult HEALTHY = new Healthy("");
}
