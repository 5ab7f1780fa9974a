package dev.mpp.core.pool;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes a play in the grammar of {@link Scenario}. */
final class PlayText {
  static final String NO_LEASE = "This site holds no lease.";

  private PlayText() {}

  static String print(Play play) {
    List<String> lines = new ArrayList<>();
    PoolConfig c = play.config();
    lines.add("pool " + PoolGrammar.print(c.name(), c.nodes()));
    switch (c.roles()) {
      case RoleRule.Cluster r -> {
        lines.add("set logic cluster");
        lines.add("set active " + r.min() + ".." + r.max());
      }
      case RoleRule.Failover r -> {
        if (r.failback() != Failback.AUTO) {
          lines.add("set failback " + r.failback().name().toLowerCase(Locale.ROOT));
        }
      }
    }
    if (!c.provenRecovery()) {
      lines.add("set recovery manual");
    }
    if (!c.ladder().equals(Ladder.DEFAULT)) {
      lines.add("set ladder " + c.ladder());
    }
    if (c.failAt() != Status.FAIL) {
      lines.add("set fail-at " + c.failAt());
    }
    lines.add("set answers by-hand");
    play.acts().forEach(a -> lines.add(line(a, c)));
    return String.join("\n", lines) + "\n";
  }

  private static String line(Act act, PoolConfig config) {
    return switch (act) {
      case Act.Happens a -> line(a.event(), config);
      case Act.Override a -> "node set " + host(a.node()) + " " + a.more();
      case Act.Restart _ -> "restart";
    };
  }

  private static String line(PoolEvent event, PoolConfig config) {
    return switch (event) {
      case PoolEvent.Polled e -> poll(e.results(), config);
      case PoolEvent.Permission e -> "lease " + (e.allowed() ? "on" : "off");
      case PoolEvent.Promoted e -> "promoted " + host(e.node());
      case PoolEvent.PromotionFailed e ->
          "promotion-failed " + host(e.node()) + " " + quoted(e.error());
      case PoolEvent.Fenced e -> "fenced " + host(e.node());
      case PoolEvent.ProvenClean e -> "proven " + host(e.node()) + " " + quoted(e.proof());
      case PoolEvent.Returned e -> "returned " + quoted(e.proof());
      case PoolEvent.Paused e -> e.paused() ? "pause" : "resume";
      case PoolEvent.Recover e -> "recover " + host(e.node());
      case PoolEvent.RecoverPool _ -> "recover --pool";
      case PoolEvent.ActivatePrimary _ -> "activate-primary";
      case PoolEvent.SetOverride e -> {
        if (!e.override().isNone()) {
          throw new IllegalArgumentException("write an override as Act.Override: " + e);
        }
        yield "node unset " + host(e.node());
      }
    };
  }

  private static String poll(Map<NodeAddress, PollResult> results, PoolConfig config) {
    boolean all = results.size() == config.nodes().size();
    StringBuilder line = new StringBuilder(all ? "poll" : "poll-only");
    for (PoolConfig.Member member : config.nodes()) {
      PollResult result = results.get(member.address());
      if (result == null || (all && result.equals(PollResult.HEALTHY))) {
        continue;
      }
      line.append(' ').append(host(member.address()));
      switch (result) {
        case PollResult.Healthy h -> {
          if (!h.warning().isEmpty()) {
            line.append("=healthy:").append(quoted(h.warning()));
          }
        }
        case PollResult.ConnectFailure f ->
            line.append(f.vouched().isEmpty() ? "=connect:" : "=vouched:")
                .append(quoted(f.error()));
        case PollResult.ReplicationFailure f ->
            line.append("=replication:").append(quoted(f.error()));
      }
    }
    return line.toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace('"', '\'') + '"';
  }

  private static String host(NodeAddress node) {
    return PoolGrammar.print(node);
  }
}
