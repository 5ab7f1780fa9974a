package dev.mpp.node;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.State;
import dev.mpp.node.api.NodeControl.Time;
import dev.mpp.node.api.NodeControl.Times;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How long the stages of the last change of each role took, by this node's pictures and their
 * monotonic instants. A stage whose beginning was not seen is not measured: what happened between
 * the failure of a server and the first poll that noticed it, never is.
 */
final class RoleTimes {
  private final LongSupplier wallMillis;
  private final long since;
  private final Map<ServiceName, Track> tracks = new LinkedHashMap<>();

  RoleTimes(LongSupplier wallMillis) {
    this.wallMillis = wallMillis;
    this.since = wallMillis.getAsLong();
  }

  /** Takes the pictures in their order; cheap, for the loop's thread. */
  synchronized void on(NodeSnapshot s) {
    for (NodeSnapshot.Service v : s.services()) {
      List<NodeView> nodes = s.local().pool(v.name()).map(p -> p.nodes()).orElseGet(List::of);
      tracks.computeIfAbsent(v.name(), Track::new).on(s, v, nodes);
    }
  }

  synchronized Times measured() {
    List<Time> all = new ArrayList<>();
    tracks.values().forEach(t -> all.addAll(t.last.values()));
    return new Times(since, all);
  }

  /** One service. */
  private final class Track {
    private final ServiceName service;
    private final Map<String, Time> last = new LinkedHashMap<>();
    private final Map<NodeAddress, Long> failing = new HashMap<>();
    private final Map<NodeAddress, State> states = new HashMap<>();
    private @Nullable Long failedAt;
    private @Nullable Long vacantAt;
    private @Nullable Long claimedAt;
    private NodeSnapshot.@Nullable Service before;

    Track(ServiceName service) {
      this.service = service;
    }

    void on(NodeSnapshot s, NodeSnapshot.Service v, List<NodeView> nodes) {
      long now = s.takenAt();
      nodes.forEach(n -> node(n, now));
      NodeSnapshot.Service old = before;
      if (old != null) {
        role(old, v, s.local().site(), now);
      }
      before = v;
    }

    private void node(NodeView n, long now) {
      State was = states.put(n.address(), n.state());
      boolean failed = n.state().failed();
      if (was == State.ACTIVE && failed) {
        Long first = failing.get(n.address());
        if (first != null) {
          put("detection", now - first, "first failed poll of " + n.address() + " to " + n.state());
        }
        failedAt = now;
      }
      Long failure = failedAt;
      if (failure != null && was == State.STANDBY && n.state() == State.ACTIVE) {
        put("takeover", now - failure, "ACTIVE node FAILED to ACTIVE at " + n.address());
        failedAt = null;
      }
      if (n.req() < 1 || failed || (was != State.ACTIVE && n.state() == State.ACTIVE)) {
        failing.remove(n.address());
      } else {
        failing.putIfAbsent(n.address(), now);
      }
    }

    private void role(NodeSnapshot.Service old, NodeSnapshot.Service v, SiteId self, long now) {
      Optional<SiteId> holder = v.grant().holder();
      boolean newEpoch = v.grant().epoch() > old.grant().epoch();
      boolean vacant = holder.isEmpty() || lapsed(v, now);
      if (failedAt != null
          && old.grant().holder().filter(self::equals).isPresent()
          && (holder.isEmpty() || newEpoch)) {
        put("release", now - failedAt, "ACTIVE node FAILED to the role given up by " + self);
        failedAt = null;
      }
      if (newEpoch) {
        if (vacantAt != null) {
          put("claim", now - vacantAt, "role free to claimed by " + where(v));
        }
        vacantAt = null;
        claimedAt = now;
      } else if (vacant && vacantAt == null) {
        vacantAt = now;
      } else if (!vacant) {
        vacantAt = null;
      }
      if (v.grant().serving() && claimedAt != null && (newEpoch || !old.grant().serving())) {
        put("promotion", now - claimedAt, "claimed to serving at " + where(v));
        claimedAt = null;
      }
    }

    private static String where(NodeSnapshot.Service v) {
      return v.grant().holder().map(SiteId::name).orElse("nobody")
          + " in epoch "
          + v.grant().epoch();
    }

    private static boolean lapsed(NodeSnapshot.Service v, long now) {
      return !v.holding() && v.leaseEnd() - now <= 0;
    }

    private void put(String stage, long nanos, String text) {
      last.put(stage, new Time(service, stage, nanos / 1_000_000, wallMillis.getAsLong(), text));
    }
  }
}
