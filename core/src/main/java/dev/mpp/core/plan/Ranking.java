package dev.mpp.core.plan;

import dev.mpp.core.model.SiteId;
import java.util.Comparator;
import java.util.List;

/**
 * Who claims first: the furthest data, then the preferred site, then the higher priority, then the
 * name.
 */
final class Ranking {
  private static final Comparator<Candidate> BEST_FIRST =
      Comparator.comparingLong(Candidate::advance)
          .thenComparing(Candidate::preferred)
          .thenComparingInt(Candidate::priority)
          .reversed()
          .thenComparing(Candidate::site);

  private Ranking() {}

  /** A site that could take the role. */
  record Candidate(SiteId site, long advance, boolean preferred, int priority) {}

  static List<SiteId> order(List<Candidate> candidates) {
    if (candidates.size() == 1) {
      return List.of(candidates.getFirst().site());
    }
    return candidates.stream().sorted(BEST_FIRST).map(Candidate::site).toList();
  }
}
