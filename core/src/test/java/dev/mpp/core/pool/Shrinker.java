package dev.mpp.core.pool;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Status;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a failing play as small as it gets: every act, result, node and setting that is left is
 * needed for the fault. Delta debugging (Zeller and Hildebrandt, "Simplifying and Isolating
 * Failure-Inducing Input", 2002) on the acts, then greedily on the rest, until nothing helps.
 */
final class Shrinker {
  private final PoolLogic logic;
  private final Judge.Bench bench;
  private Play play;

  private Shrinker(Play play, PoolLogic logic, Judge.Bench bench) {
    this.play = play;
    this.logic = logic;
    this.bench = bench;
  }

  /**
   * @throws IllegalArgumentException if nothing is wrong with the play
   */
  static Play shrink(Play play, PoolLogic logic, Judge.Bench bench) {
    Play.Fault fault = play.fault(logic, bench);
    if (fault == null) {
      throw new IllegalArgumentException("nothing is wrong with this play");
    }
    List<Act> needed = play.acts().subList(0, fault.act() + 1);
    Shrinker shrinker = new Shrinker(new Play(play.config(), needed), logic, bench);
    boolean smaller = true;
    while (smaller) {
      smaller = shrinker.acts() | shrinker.nodes() | shrinker.results() | shrinker.settings();
    }
    return shrinker.play;
  }

  /** The shrunken play as a scenario, after comments that say what is wrong with it. */
  static String report(Play play, PoolLogic logic, Judge.Bench bench) {
    Play small = shrink(play, logic, bench);
    Play.Fault fault = small.fault(logic, bench);
    String what = fault == null ? "" : fault.what();
    return "# " + what.replace("\n", "\n# ") + "\n" + PlayText.print(small);
  }

  private boolean take(@Nullable Play candidate) {
    if (candidate == null || candidate.fault(logic, bench) == null) {
      return false;
    }
    play = candidate;
    return true;
  }

  private boolean acts() {
    boolean any = false;
    for (int chunk = Math.max(1, play.acts().size() / 2); chunk >= 1; chunk /= 2) {
      for (int at = 0; at < play.acts().size(); ) {
        List<Act> left = new ArrayList<>(play.acts());
        left.subList(at, Math.min(at + chunk, left.size())).clear();
        if (take(new Play(play.config(), left))) {
          any = true;
        } else {
          at += chunk;
        }
      }
    }
    return any;
  }

  private boolean nodes() {
    boolean any = false;
    for (int i = play.config().nodes().size() - 1; i >= 0; i--) {
      NodeAddress gone = play.config().nodes().get(i).address();
      any |= take(without(gone, 0)) || take(without(gone, 1));
    }
    return any;
  }

  /**
   * @param fewer of a cluster: by how many fewer nodes may be ACTIVE then
   */
  private @Nullable Play without(NodeAddress gone, int fewer) {
    PoolConfig c = play.config();
    List<PoolConfig.Member> left = new ArrayList<>();
    for (PoolConfig.Member member : c.nodes()) {
      if (!member.address().equals(gone)) {
        NodeType type = left.isEmpty() ? NodeType.PRIMARY : NodeType.SECONDARY;
        left.add(new PoolConfig.Member(member.address(), type));
      }
    }
    if (left.isEmpty()) {
      return null;
    }
    RoleRule roles =
        c.roles() instanceof RoleRule.Cluster r
            ? cluster(r.min(), Math.min(r.max() - fewer, left.size()))
            : c.roles();
    PoolConfig config =
        new PoolConfig(c.name(), left, roles, c.ladder(), c.failAt(), c.provenRecovery());
    List<Act> acts = new ArrayList<>();
    for (Act act : play.acts()) {
      if (results(act) != null) {
        Map<NodeAddress, PollResult> results = new HashMap<>(results(act));
        results.remove(gone);
        acts.add(new Act.Happens(new PoolEvent.Polled(results)));
      } else if (!gone.equals(subject(act))) {
        acts.add(act);
      }
    }
    return new Play(config, acts);
  }

  private static RoleRule cluster(int min, int max) {
    int most = Math.max(max, 1);
    return new RoleRule.Cluster(Math.min(min, most), most);
  }

  private static @Nullable NodeAddress subject(Act act) {
    return switch (act) {
      case Act.Restart _ -> null;
      case Act.Override a -> a.node();
      case Act.Happens a ->
          switch (a.event()) {
            case PoolEvent.Promoted e -> e.node();
            case PoolEvent.PromotionFailed e -> e.node();
            case PoolEvent.Fenced e -> e.node();
            case PoolEvent.ProvenClean e -> e.node();
            case PoolEvent.Recover e -> e.node();
            case PoolEvent.SetOverride e -> e.node();
            case PoolEvent.Polled _,
                PoolEvent.Permission _,
                PoolEvent.Returned _,
                PoolEvent.Paused _,
                PoolEvent.RecoverPool _,
                PoolEvent.ActivatePrimary _ ->
                null;
          };
    };
  }

  private static @Nullable Map<NodeAddress, PollResult> results(Act act) {
    return act instanceof Act.Happens h && h.event() instanceof PoolEvent.Polled e
        ? e.results()
        : null;
  }

  /** Polls of fewer nodes, and more of them healthy. */
  private boolean results() {
    boolean any = false;
    for (int i = 0; i < play.acts().size(); i++) {
      Map<NodeAddress, PollResult> results = results(play.acts().get(i));
      if (results == null) {
        continue;
      }
      for (NodeAddress node : results.keySet().stream().sorted().toList()) {
        any |= with(i, node, null);
        any |= with(i, node, PollResult.HEALTHY);
      }
    }
    return any;
  }

  private boolean with(int i, NodeAddress node, @Nullable PollResult result) {
    Map<NodeAddress, PollResult> before = results(play.acts().get(i));
    if (before == null
        || !before.containsKey(node)
        || PollResult.HEALTHY.equals(before.get(node)) && result != null) {
      return false;
    }
    Map<NodeAddress, PollResult> results = new HashMap<>(before);
    if (result == null) {
      results.remove(node);
    } else {
      results.put(node, result);
    }
    List<Act> acts = new ArrayList<>(play.acts());
    acts.set(i, new Act.Happens(new PoolEvent.Polled(results)));
    return take(new Play(play.config(), acts));
  }

  private boolean settings() {
    PoolConfig c = play.config();
    boolean any = false;
    if (!c.ladder().equals(Ladder.DEFAULT)) {
      any |= take(new Play(play.config().with(Ladder.DEFAULT), play.acts()));
    }
    if (c.failAt() != Status.FAIL) {
      any |= take(new Play(play.config().withFailAt(Status.FAIL), play.acts()));
    }
    if (c.roles() instanceof RoleRule.Failover r && r.failback() != Failback.AUTO) {
      any |= take(new Play(play.config().with(RoleRule.DEFAULT), play.acts()));
    }
    if (c.roles() instanceof RoleRule.Cluster r && r.min() > 1) {
      any |= take(new Play(play.config().with(cluster(1, r.max())), play.acts()));
    }
    if (!c.provenRecovery()) {
      any |= take(new Play(play.config().withProvenRecovery(true), play.acts()));
    }
    return any;
  }
}
