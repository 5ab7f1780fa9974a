package dev.mpp.node.publish;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.node.NodeSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which sites may serve reads of a service.
 *
 * <pre>
 * a site is fit for reads iff
 *   its view is this site's own, or was heard lately
 *   no operator has ordered the site out of service (drain, maintenance)
 *   its pool is not FAIL
 *   and some server of the pool, polled, is
 *     ACTIVE with a status other than FAIL at the site that serves, or
 *     STANDBY and OK, applying, with a known lag within the limit
 * </pre>
 *
 * @param maxLagSeconds the limit
 * @param pools what is known at present, by site and service
 * @param ordered sites that operators took out of service
 */
record Readers(
    long maxLagSeconds, Map<SiteId, Map<ServiceName, PoolView>> pools, Set<SiteId> ordered) {

  static Readers of(NodeSnapshot picture, long maxLagSeconds) {
    Map<SiteId, Map<ServiceName, PoolView>> pools = new HashMap<>();
    pools.put(picture.local().site(), byService(picture.local()));
    for (NodeSnapshot.Peer peer : picture.peers()) {
      if (peer.fresh(picture.takenAt())) {
        peer.view().ifPresent(view -> pools.put(peer.site(), byService(view)));
      }
    }
    return new Readers(maxLagSeconds, pools, picture.siteOrders().keySet());
  }

  private static Map<ServiceName, PoolView> byService(SiteView view) {
    Map<ServiceName, PoolView> pools = new HashMap<>();
    view.pools().forEach(pool -> pools.put(pool.service(), pool));
    return pools;
  }

  /** The sites in the order of the configuration. */
  List<SiteId> sites(NodeSnapshot.Service service) {
    List<SiteId> fit = new ArrayList<>();
    for (NodeSnapshot.SiteAddress a : service.addresses()) {
      PoolView pool = pools.getOrDefault(a.site(), Map.of()).get(service.name());
      boolean serves =
          service.grant().serving()
              && service.grant().servedBy().filter(a.site()::equals).isPresent();
      if (pool != null && !ordered.contains(a.site()) && fit(pool, serves)) {
        fit.add(a.site());
      }
    }
    return fit;
  }

  private boolean fit(PoolView pool, boolean serves) {
    return pool.status() != Status.FAIL && pool.nodes().stream().anyMatch(n -> fit(n, serves));
  }

  private boolean fit(NodeView node, boolean serves) {
    if (node.req() < 0 || node.status() == Status.FAIL) {
      return false;
    }
    if (node.state() == State.ACTIVE) {
      return serves;
    }
    return node.state() == State.STANDBY
        && node.status() == Status.OK
        && node.facts()
            .flatMap(f -> f.replication())
            .filter(
                r -> r.applierRunning() && r.lagSeconds().orElse(Long.MAX_VALUE) <= maxLagSeconds)
            .isPresent();
  }
}
