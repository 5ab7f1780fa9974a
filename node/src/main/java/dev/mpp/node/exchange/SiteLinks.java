package dev.mpp.node.exchange;

import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The links to the processes of one site, told as one: the site is up while either is. Confined to
 * the exchange thread.
 */
final class SiteLinks {
  private record State(boolean up, long rttMicros) {}

  private static final State DOWN = new State(false, -1);

  private final PeerExchange.Listener listener;
  private final Map<SiteId, Map<String, State>> sites = new HashMap<>();

  SiteLinks(PeerExchange.Listener listener) {
    this.listener = listener;
  }

  /** What to tell of this process of a site. */
  PeerExchange.Listener of(ExchangeConfig.Peer peer) {
    if (peer.instance().isEmpty()) {
      return listener;
    }
    return new PeerExchange.Listener() {
      @Override
      public void viewReceived(SiteView view, long arrivalNanos) {
        listener.viewReceived(view, arrivalNanos);
      }

      @Override
      public void linkChanged(SiteId site, boolean up, long rttMicros) {
        changed(peer, new State(up, rttMicros));
      }
    };
  }

  private void changed(ExchangeConfig.Peer peer, State now) {
    Map<String, State> links = sites.computeIfAbsent(peer.site(), s -> new TreeMap<>());
    State before = best(links);
    links.put(peer.instance(), now);
    State after = best(links);
    if (!after.equals(before)) {
      listener.linkChanged(peer.site(), after.up(), after.rttMicros());
    }
  }

  private static State best(Map<String, State> links) {
    return links.values().stream().filter(State::up).findFirst().orElse(DOWN);
  }
}
