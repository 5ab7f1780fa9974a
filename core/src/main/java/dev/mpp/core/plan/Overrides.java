package dev.mpp.core.plan;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.SiteView.OverrideView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The overrides in force at one pool: who set them, why, and when they end. The pool's logic knows
 * what they do; this knows how long.
 */
final class Overrides {

  private record Entry(OverrideView view, long end) {}

  private final Map<NodeAddress, Entry> entries = new LinkedHashMap<>();

  boolean any() {
    return !entries.isEmpty();
  }

  /** What the node's override becomes when {@code what} is set on top of the one in force. */
  NodeOverride merged(NodeAddress node, NodeOverride what) {
    Entry e = entries.get(node);
    return e == null ? what : e.view.what().with(what);
  }

  Optional<OverrideView> of(NodeAddress node) {
    return Optional.ofNullable(entries.get(node)).map(Entry::view);
  }

  /**
   * @param lasts nanoseconds; 0 until it is lifted
   */
  void put(NodeAddress node, OverrideView view, long lasts, long now) {
    entries.put(node, new Entry(view, lasts == 0 ? Long.MAX_VALUE : now + lasts));
  }

  Optional<OverrideView> remove(NodeAddress node) {
    return Optional.ofNullable(entries.remove(node)).map(Entry::view);
  }

  /** Nodes whose override has ended. */
  List<NodeAddress> ended(long now) {
    if (entries.isEmpty()) {
      return List.of();
    }
    return entries.entrySet().stream()
        .filter(e -> e.getValue().end != Long.MAX_VALUE && now - e.getValue().end >= 0)
        .map(Map.Entry::getKey)
        .toList();
  }
}
