package dev.mpp.core.pool;

/** Verdict of one poll of one node. */
public sealed interface PollResult {
  record Healthy() implements PollResult {}

  /** Cannot connect, authenticate or query in time. */
  record ConnectFailure(String error) implements PollResult {}

  /** It answers, but replication is not configured, stopped, broken or too far behind. */
  record ReplicationFailure(String error) implements PollResult {}

  PollResult HEALTHY = new Healthy();
}
