package dev.mpp.core.plan;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.Transactions;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/**
 * What may be lost when a server becomes ACTIVE: what the server that was ACTIVE before had
 * executed by the last word of it, and this one has not. Durations are nanoseconds.
 *
 * @param former the last sighting; empty where there is none
 * @param missing of that sighting, exactly
 * @param window in which everything was committed that may be missing, at most; 0 when nothing can
 *     be, {@link #UNKNOWN} when it reaches further back than what was seen
 * @param age of the last sighting when the former ACTIVE could write no more
 */
record DataAtRisk(
    Case kind,
    Optional<Sighting> former,
    Transactions missing,
    long window,
    long age,
    String detail) {
  static final long UNKNOWN = Long.MAX_VALUE;

  enum Case {
    /** Nobody was ACTIVE before. */
    FIRST,
    /** The same server was ACTIVE last. */
    SAME,
    /** A planned hand-over: the former ACTIVE was fenced first, and its position is here. */
    HANDED_OVER,
    /** The former ACTIVE was seen. */
    SEEN,
    /** It was not, since this process started. */
    UNSEEN
  }

  static DataAtRisk without(Case kind, String detail) {
    return new DataAtRisk(
        kind, Optional.empty(), Transactions.NONE, kind == Case.UNSEEN ? UNKNOWN : 0, 0, detail);
  }

  static DataAtRisk handedOver(GtidSet position) {
    return without(Case.HANDED_OVER, position.toString());
  }

  /** Whether it is certain that nothing is lost. */
  boolean nothing() {
    return window == 0 && missing.isEmpty();
  }

  /** In a few words. */
  String summary() {
    return !missing.isEmpty()
        ? missing.words()
        : kind == Case.UNSEEN ? "not known" : nothing() ? "none" : "none known";
  }

  /** For operators, with the exact set. */
  String text() {
    return switch (kind) {
      case FIRST -> "none: no server was ACTIVE before";
      case SAME -> "none: it was ACTIVE last itself";
      case HANDED_OVER -> "none: it has everything up to " + detail + ", where ACTIVE was fenced";
      case UNSEEN ->
          "not known: no view has shown what the ACTIVE server of "
              + detail
              + " had executed since this process started";
      case SEEN -> seen(former.orElseThrow());
    };
  }

  private String seen(Sighting s) {
    String who = "ACTIVE " + s.node() + " of " + s.site();
    if (s.fenced()) {
      return missing.isEmpty()
          ? "none: " + who + " was seen fenced, and everything that it had is here"
          : missing + ": " + who + " was seen fenced with them" + since();
    }
    String last =
        "seen last at "
            + Instant.ofEpochMilli(s.wallMillis())
            + " by its site's clock, "
            + seconds(age)
            + " before it could write no more";
    return missing.isEmpty()
        ? "none known: everything that "
            + who
            + " had executed is here ("
            + last
            + "); what it committed after that is not known"
        : missing
            + ": "
            + who
            + " had them ("
            + last
            + "); what it committed after that is not known"
            + since();
  }

  private String since() {
    return window == UNKNOWN
        ? "; they go back further than what was seen of it"
        : "; committed within " + seconds(window);
  }

  static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }
}
