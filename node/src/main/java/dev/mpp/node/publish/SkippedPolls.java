package dev.mpp.node.publish;

import dev.mpp.node.NodeSnapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** The poll cycles skipped because the poll before outlasted them, from the picture. */
record SkippedPolls(Supplier<NodeSnapshot> snapshot) implements CounterSource {
  @Override
  public String name() {
    return "mpp.node.polls.skipped";
  }

  @Override
  public String help() {
    return "Poll cycles skipped because the poll before outlasted them";
  }

  @Override
  public Map<Map<String, String>, Long> counts() {
    Map<Map<String, String>, Long> counts = new HashMap<>();
    for (var pool : snapshot.get().local().pools()) {
      for (var node : pool.nodes()) {
        counts.put(
            Map.of("service", pool.service().name(), "node", node.address().toString()),
            node.skipped());
      }
    }
    return counts;
  }
}
