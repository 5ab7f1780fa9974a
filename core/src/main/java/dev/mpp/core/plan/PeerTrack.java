package dev.mpp.core.plan;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.PoolView;
import java.util.HashMap;
import java.util.Map;
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
  private @Nullable SiteView passive;
  private Map<ServiceName, PoolView> pools = Map.of();
  private @Nullable JournalHead journal;
  private String told = "";

  PeerTrack(SiteId site, long silence) {
    this.site = site;
    this.silence = silence;
  }

  /**
   * @return the furthest end of its journal heard of before, when it is behind that now: entries
   *     were cut off, or its data directory is new
   */
  Optional<JournalHead> heard(SiteView next, long now) {
    if (next.passive()) {
      passive = next;
      return Optional.empty();
    }
    heardAt = now;
    SiteView last = view;
    boolean older =
        last != null
            && last.incarnation().equals(next.incarnation())
            && next.sequence() < last.sequence();
    if (!older) {
      view = next;
      index(next);
      boolean same = last != null && last.incarnation().equals(next.incarnation());
      if (!next.instance().isEmpty()) {
        return Optional.empty(); // two instances keep two journals
      }
      return next.journal().flatMap(head -> journal(head, same, next.incarnation()));
    }
    return Optional.empty();
  }

  private void index(SiteView next) {
    if (next.pools().size() == 1) {
      PoolView only = next.pools().getFirst();
      pools = Map.of(only.service(), only);
      return;
    }
    Map<ServiceName, PoolView> index = HashMap.newHashMap(next.pools().size());
    for (PoolView p : next.pools()) {
      index.put(p.service(), p);
    }
    pools = index;
  }

  /** A late view of a former run says nothing: one that went back is told by its second view. */
  private Optional<JournalHead> journal(JournalHead head, boolean same, String incarnation) {
    JournalHead before = journal;
    if (before == null || head.sequence() >= before.sequence()) {
      journal = head;
      return Optional.empty();
    }
    if (!same || told.equals(incarnation)) {
      return Optional.empty();
    }
    told = incarnation;
    return Optional.of(before);
  }

  /** The furthest end of its journal that was heard of. */
  Optional<JournalHead> journal() {
    return Optional.ofNullable(journal);
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

  /** The service's pool as the peer showed it last. */
  Optional<PoolView> pool(ServiceName service) {
    return Optional.ofNullable(pools.get(service));
  }

  Optional<SiteView> view() {
    return Optional.ofNullable(view);
  }

  /** What the instance that does not act said last. */
  Optional<SiteView> passive() {
    return Optional.ofNullable(passive);
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
