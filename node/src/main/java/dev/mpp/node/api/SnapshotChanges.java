package dev.mpp.node.api;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.OverrideView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.wire.OverrideCodec;
import dev.mpp.node.wire.ViewCodec;
import dev.mpp.proto.v1.NodeChange;
import dev.mpp.proto.v1.PeerChange;
import dev.mpp.proto.v1.RoleChange;
import dev.mpp.proto.v1.WatchEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a follower is told when one picture replaces another. */
final class SnapshotChanges {
  private SnapshotChanges() {}

  private record NodeKey(SiteId site, ServiceName service, String node) {}

  /**
   * @param before null for a follower that has seen nothing: it gets the present roles
   */
  static List<WatchEvent> between(
      @Nullable NodeSnapshot before, NodeSnapshot after, long wallMillis) {
    List<WatchEvent> events = new ArrayList<>();
    for (NodeSnapshot.Service service : after.services()) {
      if (before == null || !sameRole(before, after, service)) {
        events.add(event(wallMillis).setRole(role(service, after.takenAt())).build());
      }
    }
    if (before != null) {
      peers(before, after, wallMillis, events);
      nodes(before, after, wallMillis, events);
    }
    return events;
  }

  private static NodeSnapshot.@Nullable Service find(NodeSnapshot s, ServiceName name) {
    for (NodeSnapshot.Service service : s.services()) {
      if (service.name().equals(name)) {
        return service;
      }
    }
    return null;
  }

  private static boolean sameRole(NodeSnapshot old, NodeSnapshot now, NodeSnapshot.Service after) {
    NodeSnapshot.Service before = find(old, after.name());
    return before != null
        && before.grant().epoch() == after.grant().epoch()
        && before.grant().holder().equals(after.grant().holder())
        && before.grant().serving() == after.grant().serving()
        && before.grant().paused().equals(after.grant().paused())
        && before.lapsed(old.takenAt()) == after.lapsed(now.takenAt());
  }

  /** A holder whose lease has lapsed is not ACTIVE: the sentence names it. */
  private static RoleChange role(NodeSnapshot.Service s, long now) {
    boolean lapsed = s.lapsed(now);
    String last = s.grant().holder().map(SiteId::name).orElse("");
    return RoleChange.newBuilder()
        .setService(s.name().name())
        .setEpoch(s.grant().epoch())
        .setHolder(lapsed ? "" : last)
        .setServing(!lapsed && s.grant().serving())
        .setSentence(
            paused(s) + (lapsed ? "The lease of " + last + " has lapsed. " : "") + s.sentence())
        .build();
  }

  private static String paused(NodeSnapshot.Service s) {
    return s.grant()
        .paused()
        .map(p -> "PAUSED by " + p.by() + " (" + p.reason() + "). ")
        .orElse("");
  }

  private static void peers(
      NodeSnapshot before, NodeSnapshot after, long wallMillis, List<WatchEvent> events) {
    for (NodeSnapshot.Peer peer : after.peers()) {
      boolean was =
          before.peers().stream().anyMatch(p -> p.site().equals(peer.site()) && p.connected());
      if (was != peer.connected()) {
        var change =
            PeerChange.newBuilder().setSite(peer.site().name()).setConnected(peer.connected());
        events.add(event(wallMillis).setPeer(change).build());
      }
    }
  }

  private static void nodes(
      NodeSnapshot before, NodeSnapshot after, long wallMillis, List<WatchEvent> events) {
    Map<NodeKey, NodeView> old = nodesOf(before);
    nodesOf(after)
        .forEach(
            (key, node) -> {
              NodeView was = old.get(key);
              State from = was == null ? State.UNKNOWN : was.state();
              Status level = was == null ? Status.OK : was.status();
              Optional<OverrideView> held = was == null ? Optional.empty() : was.override();
              boolean set = !held.equals(node.override());
              if (from != node.state() || level != node.status() || set) {
                events.add(event(wallMillis).setNode(change(key, from, node, set)).build());
              }
            });
  }

  private static NodeChange change(NodeKey key, State from, NodeView node, boolean overrideSet) {
    NodeChange.Builder change = NodeChange.newBuilder();
    node.override().ifPresent(o -> change.setOverride(OverrideCodec.encode(o)));
    return change
        .setOverrideChanged(overrideSet)
        .setSite(key.site().name())
        .setService(key.service().name())
        .setNode(key.node())
        .setFrom(ViewCodec.encode(from))
        .setTo(ViewCodec.encode(node.state()))
        .setStatus(ViewCodec.encode(node.status()))
        .setMessage(node.message())
        .build();
  }

  private static Map<NodeKey, NodeView> nodesOf(NodeSnapshot s) {
    Map<NodeKey, NodeView> nodes = new LinkedHashMap<>();
    List<SiteView> views = new ArrayList<>();
    views.add(s.local());
    s.peers().forEach(p -> p.view().ifPresent(views::add));
    for (SiteView view : views) {
      for (SiteView.PoolView pool : view.pools()) {
        for (NodeView node : pool.nodes()) {
          nodes.put(new NodeKey(view.site(), pool.service(), node.address().toString()), node);
        }
      }
    }
    return nodes;
  }

  private static WatchEvent.Builder event(long wallMillis) {
    return WatchEvent.newBuilder().setWallMillis(wallMillis);
  }
}
