package dev.mpp.node;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.core.pool.PoolGrammar;
import dev.mpp.core.pool.RoleRule;
import dev.mpp.node.api.NodeControl.Pool;
import dev.mpp.node.api.NodeControl.Setting;
import dev.mpp.node.config.Durations;
import dev.mpp.node.config.MppConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The configured pools as text, with the keys and values of {@code mpp.yml}. Pure. */
final class PoolTexts {
  private PoolTexts() {}

  static List<Pool> of(MppConfig config) {
    List<Pool> all = new ArrayList<>();
    for (MppConfig.Service s : config.services()) {
      for (MppConfig.ServiceSite at : s.sites()) {
        PoolConfig p = at.pool();
        all.add(
            new Pool(
                at.site(),
                s.name(),
                p.name(),
                logic(p.roles()),
                PoolGrammar.print(p.name(), p.nodes()),
                yaml(p),
                policies(s, p),
                p.nodes().stream().map(PoolConfig.Member::address).toList()));
      }
    }
    return all;
  }

  private static String logic(RoleRule roles) {
    return switch (roles) {
      case RoleRule.Failover f -> "failover";
      case RoleRule.Cluster c -> "cluster";
    };
  }

  /** Addresses are quoted: an IPv6 literal has to be. */
  private static String yaml(PoolConfig p) {
    String secondaries =
        p.nodes().stream()
            .filter(m -> m.type() == NodeType.SECONDARY)
            .map(m -> quoted(m.address()))
            .collect(Collectors.joining(", ", "[", "]"));
    return "pool:\n  name: %s\n  primary: %s\n  secondary: %s\n"
        .formatted(p.name(), quoted(p.nodes().getFirst().address()), secondaries);
  }

  private static String quoted(NodeAddress address) {
    return '"' + address.toString() + '"';
  }

  private static List<Setting> policies(MppConfig.Service s, PoolConfig p) {
    List<Setting> all = new ArrayList<>();
    all.add(new Setting("logic", logic(p.roles())));
    switch (p.roles()) {
      case RoleRule.Failover f -> all.add(new Setting("node-failback", word(f.failback())));
      case RoleRule.Cluster c -> all.add(new Setting("active", c.min() + ".." + c.max()));
    }
    all.add(new Setting("recovery", p.provenRecovery() ? "proven" : "manual"));
    all.add(new Setting("site-failback", word(s.siteFailback())));
    all.add(setting("hold-down", s.holdDown()));
    all.add(new Setting("ladder", p.ladder().toString()));
    all.add(new Setting("fail-at", p.failAt().name()));
    all.add(setting("poll.interval", s.poll().interval()));
    all.add(setting("poll.retry-interval", s.poll().retryInterval()));
    all.add(setting("poll.timeout", s.poll().timeout()));
    all.add(setting("lag-limit", s.lagLimit()));
    all.add(setting("heartbeat.interval", s.heartbeat().interval()));
    all.add(new Setting("heartbeat.on-stall", word(s.heartbeat().onStall())));
    all.add(new Setting("rpo", s.bound().map(b -> "bounded " + b).orElse(word(s.rpo()))));
    all.add(new Setting("semi-sync", Boolean.toString(s.semiSync())));
    all.add(new Setting("require-reach", word(s.requireReach())));
    all.add(new Setting("checkpoint-policy", word(s.checkpointPolicy())));
    return all;
  }

  private static Setting setting(String key, Duration value) {
    return new Setting(key, Durations.print(value));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
