package dev.mpp.core.plan;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.State;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Who follows whom at one site, under {@code replication: managed}, while an ACTIVE node is seen:
 *
 * <pre>
 *   ACTIVE is    node of this site    follows
 *   -----------  -------------------  ------------------------------------------------
 *   here         any other            the ACTIVE
 *   elsewhere    the acting one       the ACTIVE: one stream between the two sites
 *   elsewhere    any other            the acting one
 *   elsewhere    no node is acting    each the ACTIVE: somebody has to get there first
 * </pre>
 *
 * The acting one is the first in the order of promotion that stands by, so that the node which
 * would be promoted is never behind another of its site. A node above it that is still being judged
 * (UNKNOWN, being fenced or promoted) is waited for: it is judged within a few polls, and moving
 * the others twice would interrupt them twice.
 *
 * @param acting the node through which this site follows another one's ACTIVE
 * @param sources whom each node follows; nodes without an entry are left as they are
 */
record Topology(Optional<NodeAddress> acting, Map<NodeAddress, NodeAddress> sources) {
  private static final Topology UNDECIDED = new Topology(Optional.empty(), Map.of());

  Topology {
    sources = Map.copyOf(sources);
  }

  /**
   * A node of this site.
   *
   * @param fit nothing says that it has transactions which the ACTIVE lacks
   * @param settled neither fenced nor promoted at this moment
   */
  record Member(NodeAddress address, State state, boolean fit, boolean settled) {}

  /**
   * @param byPriority the nodes of this site in the order in which they would be promoted
   */
  static Topology of(SiteId self, SiteId site, NodeAddress active, List<Member> byPriority) {
    if (site.equals(self)) {
      return direct(active, byPriority);
    }
    for (Member m : byPriority) {
      switch (m.state()) {
        case UNKNOWN, ACTIVE -> {
          return UNDECIDED;
        }
        case STANDBY -> {
          if (!m.settled()) {
            return UNDECIDED;
          }
          if (m.fit()) {
            return through(m.address(), active, byPriority);
          }
        }
        case FAILED_ONLINE, FAILED_OFFLINE -> {}
      }
    }
    return direct(active, byPriority);
  }

  Optional<NodeAddress> source(NodeAddress node) {
    return Optional.ofNullable(sources.get(node));
  }

  private static Topology direct(NodeAddress active, List<Member> members) {
    Map<NodeAddress, NodeAddress> sources = new TreeMap<>();
    members.forEach(m -> sources.put(m.address(), active));
    sources.remove(active);
    return new Topology(Optional.empty(), sources);
  }

  private static Topology through(NodeAddress acting, NodeAddress active, List<Member> members) {
    Map<NodeAddress, NodeAddress> sources = new TreeMap<>();
    members.forEach(m -> sources.put(m.address(), acting));
    sources.put(acting, active);
    return new Topology(Optional.of(acting), sources);
  }
}
