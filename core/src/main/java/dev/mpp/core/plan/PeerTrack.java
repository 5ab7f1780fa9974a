package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is known of one peer. */
final class PeerTrack {
  final SiteId site;
  private final long silence;
  private long heardAt = LeaseClock.NEVER;
  private boolean up;
  private long rttMicros = -1;
  private @Nullable SiteView view;

  PeerTrack(SiteId site, long silence) {
    this.site = site;
    this.silence = silence;
  }

  void heard(SiteView next, long now) {
    heardAt = now;
    SiteView last = view;
    boolean older =
        last != null
            && last.incarnation().equals(next.incarnation())
            && next.sequence() < last.sequence();
    if (!older) {
      view = next;
    }
  }

  void link(boolean isUp, long rtt, long now) {
    if (isUp && !up) {
      heardAt = now;
    }
    up = isUp;
    rttMicros = rtt;
  }

  boolean fresh(long now) {
    return view != null && heardAt != LeaseClock.NEVER && now - heardAt <= silence;
  }

  Optional<SiteView> view() {
    return Optional.ofNullable(view);
  }

  boolean up() {
    return up;
  }

  long heardAt() {
    return heardAt;
  }

  long rttMicros() {
    return rttMicros;
  }
}
