package dev.mpp.core.pair;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.SiteId;
import java.util.List;

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
    List<LedgerCommand> forwards,
    List<Answer> answers) {
  public PairMessage {
    copies = List.copyOf(copies);
    orders = List.copyOf(orders);
    acked = List.copyOf(acked);
    forwards = List.copyOf(forwards);
    answers = List.copyOf(answers);
  }

  /**
   * @param claimedAgo nanoseconds since the sender's process took the role without its peer; -1
   *     when it did not
   */
  public record Copy(Register register, long claimedAgo) {}

  /** What became of the forwarded command with that origin sequence. */
  public record Answer(long sequence, LedgerOutcome outcome) {}
}
