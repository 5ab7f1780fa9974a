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
  PAIR_FALSE_EVIDENCE("P1", "both sites of a pair reach the world, and not each other's edge"),
  PAIR_FALSE_WORD("P2", "an operator forces a takeover while the other site serves"),
  PAIR_OLD_DISK("P3", "what a pair's ledger forced to disk is gone when it is read again"),
  PAIR_NO_EVIDENCE("P4", "a site of a pair takes its silent peer for gone without a proof"),
  PAIR_HASTY("P5", "a proof need not last as long as the peer's checkpoints take to fail"),
  PAIR_NO_REACH("P6", "a holder of a pair goes on alone without reaching the world"),
  PAIR_DESERTS("P7", "a holder of a pair under rpo: zero goes on without its peer at once"),
  PAIR_OVERLAPS(
      "P10", "a site of a pair agrees to the next epoch while a lease of its own may still run"),
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

  /** Whether it can be switched on with that many sites. */
  boolean belongsTo(int sites) {
    return switch (this) {
      case PAIR_FALSE_EVIDENCE,
          PAIR_FALSE_WORD,
          PAIR_OLD_DISK,
          PAIR_NO_EVIDENCE,
          PAIR_HASTY,
          PAIR_NO_REACH,
          PAIR_OVERLAPS,
          PAIR_DESERTS ->
          sites == 2;
      case FORKED_LEDGER, BLIND_CLAIM, COUNT_FROM_APPLY, STALE_RENEWAL -> sites > 2;
      case CLOCK_DRIFT,
          CLOCK_STOPS,
          UNEQUAL_LEASE,
          DEAD_MAN_LIES,
          BOOTS_WRITABLE,
          FALSE_FENCE,
          UNCONDITIONAL_OPEN,
          EARLY_ACK,
          LOST_RELAY,
          SERVER_FREEZES,
          REUSED_GTIDS,
          LATE_FENCE,
          LONG_LOCK,
          NO_INCARNATION,
          EARLY_RELEASE,
          EARLY_DNS,
          LONG_TTL ->
          true;
    };
  }

  static Optional<Break> of(String word) {
    return Arrays.stream(values()).filter(b -> b.word().equals(word)).findFirst();
  }
}
