package dev.mpp.chaos.sim;

import java.util.Arrays;
import java.util.Optional;

/**
 * One deliberate bug each: an assumption or a rule of docs/safety.md that does not hold. All of
 * them are made in the simulator's shell, around the production decisions; a checker that finds
 * nothing with one of them on would be blind.
 */
public enum Break {
  CLOCK_DRIFT("A1", "clocks differ by up to a third: far more than lease.drift says"),
  CLOCK_STOPS("A1", "a suspended machine's clock stands still until it wakes"),
  FORKED_LEDGER("A2", "a member without a majority commits its own proposals"),
  BLIND_CLAIM("A2", "a claim is granted without comparing what the claimant saw"),
  UNEQUAL_LEASE("A3", "every second site is configured with half the lease"),
  DEAD_MAN_LIES("A4", "a server says that its dead-man works, and its event does nothing"),
  BOOTS_WRITABLE("A5", "a server that was writable boots writable"),
  FALSE_FENCE("A6", "a fence is reported before the server has carried it out"),
  UNCONDITIONAL_OPEN("A7", "the un-fencing statement comes late and does not look at the lock"),
  EARLY_ACK("A8", "a server that says it waits for acknowledgements does not wait"),
  LOST_RELAY(
      "A8", "a replica acknowledges what it has received and forgets it when it is promoted"),
  SERVER_FREEZES("A9", "without semi-synchronous replication servers are frozen and thaw"),
  COUNT_FROM_APPLY("R1", "the holder counts a renewal from the last one it proposed"),
  LATE_FENCE("R3", "the holder fences, and gives the lock up, only when the lease is over"),
  LONG_LOCK("R4", "the dead-man lock may be refreshed until the end of the lease"),
  NO_INCARNATION("R5", "every process of a site has the same incarnation"),
  STALE_RENEWAL("R6", "a renewal of an epoch that is over is granted"),
  EARLY_RELEASE("R7", "the role is released before the fence"),
  EARLY_DNS("R9", "a site publishes itself when its server opens, not when the ledger says so"),
  REUSED_GTIDS(
      "R11", "no opening skips numbers: those of a truncated tail are given to other transactions"),
  LONG_TTL("R10", "an answer is good for a minute, whatever is left of the lease");

  private final String rule;
  private final String what;

  Break(String rule, String what) {
    this.rule = rule;
    this.what = what;
  }

  /** The assumption or rule of docs/safety.md. */
  public String rule() {
    return rule;
  }

  public String what() {
    return what;
  }

  /** As it is given on the command line. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  static Optional<Break> of(String word) {
    return Arrays.stream(values()).filter(b -> b.word().equals(word)).findFirst();
  }
}
