package dev.mpp.core.pair;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.List;
import java.util.Set;

/**
 * From one site to the other. Each message is whole: it has every register that the receiver is not
 * known to have, so that none depends on another one, and loss, repetition and another order cost
 * time only.
 *
 * @param to the receiver's incarnation as far as the sender knows it, else empty; what is
 *     acknowledged and answered counts for that one only
 * @param sequence grows with every message of that incarnation
 * @param ask whether an answer is wanted at once
 * @param orders about sites, all of them each time: there are two sites
 * @param acked sequences of the receiver's messages whose registers the sender has, on disk where
 *     that is demanded
 * @param holds services of which no version counts as acknowledged by this message: a lease of the
 *     sender may still run that a higher epoch has ended
 * @param forwards commands for registers that the receiver owns, until they are answered
 */
public record PairMessage(
    SiteId from,
    String incarnation,
    String to,
    long sequence,
    boolean ask,
    List<Copy> copies,
    List<Ordered> orders,
    List<Long> acked,
    Set<ServiceName> holds,
    List<LedgerCommand> forwards,
    List<Answer> answers) {
  public PairMessage {
    copies = List.copyOf(copies);
    orders = List.copyOf(orders);
    acked = List.copyOf(acked);
    holds = Set.copyOf(holds);
    forwards = List.copyOf(forwards);
    answers = List.copyOf(answers);
  }

  /** The same message with other {@code holds}. */
  public PairMessage holding(Set<ServiceName> others) {
    return new PairMessage(
        from, incarnation, to, sequence, ask, copies, orders, acked, others, forwards, answers);
  }

  /**
   * @param claimedAgo nanoseconds since the sender's process took the role without its peer; -1
   *     when it did not
   */
  public record Copy(Register register, long claimedAgo) {}

  /** What became of the forwarded command with that origin sequence. */
  public record Answer(long sequence, LedgerOutcome outcome) {}
}
