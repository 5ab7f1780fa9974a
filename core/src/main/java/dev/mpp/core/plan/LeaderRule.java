package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import java.util.Map;
import java.util.Optional;

/**
 * To whom the leader of the ledger's replication gives way when it does not hear the holder of a
 * role, but another member does. The others hear this leader, so they elect nobody, and the holder
 * could neither renew nor confirm anything though a majority hears it.
 */
final class LeaderRule {
  /** Nanoseconds without a word: views come each 0.5 s. */
  private static final long SILENT = 1_200_000_000L;

  /** So much later the other heard the holder: by more than a lost view or two. */
  private static final long LATER = 800_000_000L;

  private LeaderRule() {}

  /** The member that heard the holder last, if this one is the only one that does not hear it. */
  static Optional<SiteId> inTheMiddle(SiteId holder, Map<SiteId, PeerTrack> peers, long now) {
    PeerTrack missed = peers.get(holder);
    if (missed == null || missed.heardAt() == LeaseClock.NEVER || heard(missed, now)) {
      return Optional.empty();
    }
    SiteId best = null;
    long last = missed.heardAt() + LATER;
    for (PeerTrack p : peers.values()) {
      long at = heard(p, now) ? lastWord(p, holder) : LeaseClock.NEVER;
      if (at != LeaseClock.NEVER && at > last) {
        last = at;
        best = p.site;
      }
    }
    return Optional.ofNullable(best);
  }

  private static boolean heard(PeerTrack p, long now) {
    return p.heardAt() != LeaseClock.NEVER && now - p.heardAt() < SILENT;
  }

  /** When the peer last heard the holder, by its newest view; on this process's clock. */
  private static long lastWord(PeerTrack peer, SiteId holder) {
    SiteView view = peer.view().orElse(null);
    if (view != null) {
      for (SiteView.LinkView l : view.links()) {
        if (l.peer().equals(holder)) {
          return l.up() && l.ageMillis() >= 0
              ? peer.heardAt() - l.ageMillis() * 1_000_000
              : LeaseClock.NEVER;
        }
      }
    }
    return LeaseClock.NEVER;
  }
}
