package dev.mpp.core.plan;

import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which servers replicate without an error from one that does not lead to the ACTIVE, as far as the
 * sites' views tell: they look well and get somebody else's transactions, or none.
 */
public final class SourceWarnings {
  private SourceWarnings() {}

  /**
   * @param nodes every server of the service, of every site that shows some
   * @return a sentence for each such server; none while not exactly one server is ACTIVE
   */
  public static List<String> of(ServiceName service, List<NodeView> nodes) {
    List<NodeView> active = nodes.stream().filter(n -> n.state() == State.ACTIVE).toList();
    if (active.size() != 1) {
      return List.of();
    }
    String goal = active.getFirst().address().toString();
    Map<String, Optional<String>> sources = new HashMap<>();
    nodes.forEach(n -> sources.put(n.address().toString(), source(n)));
    List<String> all = new ArrayList<>();
    for (NodeView n : nodes) {
      if (!n.address().toString().equals(goal) && n.state() != State.FAILED_OFFLINE) {
        wrong(n.address().toString(), goal, sources)
            .ifPresent(what -> all.add("%s: %s".formatted(service, what)));
      }
    }
    return all;
  }

  /** Of one that receives: whom else it should follow, its poll says itself. */
  private static Optional<String> source(NodeView n) {
    return n.facts()
        .flatMap(ServerFacts::replication)
        .filter(ServerFacts.Replication::receiverRunning)
        .map(ServerFacts.Replication::source);
  }

  private static Optional<String> wrong(
      String node, String goal, Map<String, Optional<String>> sources) {
    Optional<String> first = sources.getOrDefault(node, Optional.empty());
    Optional<String> next = first;
    Set<String> seen = new HashSet<>(Set.of(node));
    while (next.isPresent() && !next.get().equals(goal)) {
      if (!sources.containsKey(next.get())) {
        return Optional.of(
            "%s follows %s, which is no server of mpp.yml: whether that leads to ACTIVE %s is not known"
                .formatted(via(node, first.get(), next.get()), next.get(), goal));
      }
      if (!seen.add(next.get())) {
        return Optional.of("%s follows %s, not ACTIVE %s".formatted(node, first.get(), goal));
      }
      next = sources.getOrDefault(next.get(), Optional.empty());
    }
    return Optional.empty();
  }

  private static String via(String node, String first, String last) {
    return first.equals(last) ? node : node + " (through " + first + ")";
  }
}
