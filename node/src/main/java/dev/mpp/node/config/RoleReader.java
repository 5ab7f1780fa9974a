package dev.mpp.node.config;

import dev.mpp.core.pool.Failback;
import dev.mpp.core.pool.RoleRule;
import java.util.Optional;
import java.util.function.IntFunction;

/** Reads {@code logic:}, {@code active:} and {@code node-failback:} of a service. */
final class RoleReader {

  private enum Logic {
    FAILOVER,
    CLUSTER
  }

  /** {@code MIN..MAX}. */
  private record Range(int min, int max) {}

  private static final Form<Range> RANGE =
      text -> {
        if (!text.matches("[1-9][0-9]{0,2}\\.\\.[1-9][0-9]{0,2}")) {
          throw new Refused("is \"" + text + "\"", "write MIN..MAX, for example 2..3");
        }
        int dots = text.indexOf("..");
        Range range =
            new Range(
                Integer.parseInt(text.substring(0, dots)),
                Integer.parseInt(text.substring(dots + 2)));
        if (range.max < range.min) {
          throw new Refused("is \"" + text + "\"", "MAX is at least MIN");
        }
        return range;
      };

  private final RoleRule rule;
  private final boolean wholePool;

  private RoleReader(RoleRule rule, boolean wholePool) {
    this.rule = rule;
    this.wholePool = wholePool;
  }

  static RoleReader read(Section section) {
    Logic logic = section.value("logic", Form.choice(Logic.class), Logic.FAILOVER);
    Failback failback = section.value("node-failback", Form.choice(Failback.class), Failback.AUTO);
    Optional<Range> active = section.optional("active", RANGE);
    if (logic == Logic.FAILOVER) {
      if (active.isPresent()) {
        section.problem(
            "active", "belongs to \"logic: cluster\"", "a failover pool has one ACTIVE node");
      }
      return new RoleReader(new RoleRule.Failover(failback), false);
    }
    if (section.has("node-failback")) {
      section.problem(
          "node-failback",
          "belongs to \"logic: failover\"",
          "leave it out: the nodes of a cluster are equals");
    }
    return active
        .map(r -> new RoleReader(new RoleRule.Cluster(r.min(), r.max()), false))
        .orElseGet(() -> new RoleReader(new RoleRule.Cluster(1, 1), true));
  }

  boolean cluster() {
    return rule instanceof RoleRule.Cluster;
  }

  RoleRule rule() {
    return rule;
  }

  /** The rule for a pool of so many nodes; without {@code active:} all of a cluster's may write. */
  IntFunction<RoleRule> forNodes() {
    return nodes -> wholePool ? new RoleRule.Cluster(1, nodes) : rule;
  }
}
