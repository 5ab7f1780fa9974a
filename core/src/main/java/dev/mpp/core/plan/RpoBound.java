package dev.mpp.core.plan;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code rpo: {bounded: …}}: how much a failover may lose at most without an operator's word.
 *
 * <pre>
 *   what is known of the former ACTIVE            seconds N                transactions M
 *   nobody was ACTIVE, or this server was         within                   within
 *   handed over, or seen fenced and all is here   within                   within
 *   seen                                          committed within N       at most M are missing
 *   seen too long before it could write no more   as above                 beyond
 *   not seen                                      beyond                   beyond
 * </pre>
 *
 * @param nanos everything that may be missing was committed within so long before the former ACTIVE
 *     could write no more; empty for no such bound
 * @param transactions that it was seen to have and that are missing; empty for no such bound
 */
public record RpoBound(OptionalLong nanos, OptionalLong transactions) {

  public RpoBound {
    if (nanos.isEmpty() && transactions.isEmpty()) {
      throw new IllegalArgumentException("a bound of seconds, of transactions, or both");
    }
  }

  /**
   * Why it is more than the bound allows; empty when it is not.
   *
   * @param stale a sighting of which the age is above that says nothing of how many transactions
   *     are missing, nanoseconds
   */
  Optional<String> exceeded(DataAtRisk risk, long stale) {
    if (risk.nothing()) {
      return Optional.empty();
    }
    boolean late = nanos.isPresent() && risk.window() > nanos.getAsLong();
    boolean many =
        transactions.isPresent()
            && (risk.kind() == DataAtRisk.Case.UNSEEN
                || risk.age() > stale
                || risk.missing().count() > transactions.getAsLong());
    return late || many
        ? Optional.of(
            "what may be lost is beyond the bound of %s (%s): %s"
                .formatted(this, figures(risk), risk.text()))
        : Optional.empty();
  }

  private static String figures(DataAtRisk risk) {
    String within =
        risk.window() == DataAtRisk.UNKNOWN
            ? "of unknown age"
            : "within " + DataAtRisk.seconds(risk.window());
    return risk.kind() == DataAtRisk.Case.UNSEEN
        ? "not known"
        : risk.missing().words() + " seen, committed " + within;
  }

  /** As in {@code mpp.yml}. */
  @Override
  public String toString() {
    String seconds = nanos.isPresent() ? "seconds: " + nanos.getAsLong() / 1_000_000_000L : "";
    String count = transactions.isPresent() ? "transactions: " + transactions.getAsLong() : "";
    return "{" + seconds + (seconds.isEmpty() || count.isEmpty() ? "" : ", ") + count + "}";
  }
}
