package dev.mpp.core.plan;

import dev.mpp.core.model.SiteId;
import java.util.Comparator;
import java.util.List;

/** Who claims first: the furthest data, then the higher priority, then the name. */
final class Ranking {
  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingLong(Candidate::advance)
          .thenComparingInt(Candidate::priority)
          .reversed()
          .thenComparing(Candidate::site);

  private Ranking() {}

  /** A site that could take the role. */
  record Candidate(SiteId site, long advance, int priority) {}

  static List<SiteId> order(List<Candidate> candidates) {
    return candidates.stream().sorted(BEST_FIRST).map(Candidate::site).toList();
  }
}
