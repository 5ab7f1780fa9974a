package dev.mpp.core.plan;

import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.SiteView.CheckpointView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PoolState;
import dev.mpp.core.reach.CheckpointState;
import dev.mpp.core.reach.Judged;
import dev.mpp.core.reach.PoolStatusRule;
import dev.mpp.core.reach.ReachRule;
import dev.mpp.core.reach.Verdict;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The site's checkpoints, what they say together, and the pool STATUS that follows. */
public final class CheckpointBoard {
  static final long NEVER = Long.MIN_VALUE;

  /** A configured checkpoint: {@code class:method:target:profile}, its class and its ladder. */
  public record Spec(String text, CheckpointClass kind, Ladder ladder) {}

  private static final class Entry {
    final Spec spec;
    CheckpointState state = CheckpointState.INITIAL;
    long wallMillis;
    long seenAt = NEVER;

    Entry(Spec spec) {
      this.spec = spec;
    }
  }

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final boolean votes;

  /** Judged with the present results; asked after every event, and results come seldom. */
  private final Map<Question, PoolVerdict> verdicts = new HashMap<>();

  private record Question(boolean classic, Reach required, boolean cutOff, boolean unreachable) {}

  /**
   * @param votes whether a majority decides between sites (quorum mode)
   */
  public CheckpointBoard(List<Spec> specs, boolean votes) {
    specs.forEach(s -> entries.put(s.text(), new Entry(s)));
    this.votes = votes;
  }

  void result(BrainEvent.CheckpointResult r) {
    @Nullable Entry e = entries.get(r.spec());
    if (e != null) {
      e.state = e.state.step(new Verdict(r.ok(), r.message(), 0), e.spec.ladder());
      e.wallMillis = r.wallMillis();
      if (r.ok()) {
        e.seenAt = r.startedAt();
      }
      verdicts.clear();
    }
  }

  /**
   * When the latest run began that shows the reach which the service demands of a site whose peer
   * is silent; {@link #NEVER} if none did, {@link Long#MAX_VALUE} if it demands none.
   */
  long seenAt(BrainConfig.Service service) {
    if (service.classicPolicy() || service.requireReach() == Reach.NONE) {
      return Long.MAX_VALUE;
    }
    long at = NEVER;
    for (Entry e : entries.values()) {
      if (e.seenAt != NEVER
          && !e.state.failed()
          && ReachRule.of(e.spec.kind()).sufficientFor(service.requireReach())) {
        at = at == NEVER ? e.seenAt : Math.max(at, e.seenAt);
      }
    }
    return at;
  }

  /** Whether checkpoints are the only evidence between two sites. */
  boolean pair() {
    return !votes;
  }

  private List<Judged> judged() {
    if (entries.isEmpty()) {
      return List.of();
    }
    return entries.values().stream().map(e -> new Judged(e.spec.kind(), e.state)).toList();
  }

  Reach reach() {
    return ReachRule.reach(judged(), votes);
  }

  List<CheckpointView> views() {
    if (entries.isEmpty()) {
      return List.of();
    }
    return entries.values().stream()
        .map(
            e ->
                new CheckpointView(
                    e.spec.text(),
                    e.spec.kind(),
                    e.state.req(),
                    e.state.status(),
                    e.wallMillis,
                    e.state.message()))
        .toList();
  }

  PoolVerdict verdict(BrainConfig.Service service, PoolState pool, boolean cutOff) {
    if (!cutOff && !service.classicPolicy()) {
      return PoolVerdict.OK; // the rule's first row; asked for every service after every event
    }
    boolean unreachable = false;
    for (PoolState.Node n : pool.nodes()) {
      unreachable |= n.state() == State.FAILED_OFFLINE;
    }
    return verdicts.computeIfAbsent(
        new Question(service.classicPolicy(), service.requireReach(), cutOff, unreachable),
        this::judge);
  }

  private PoolVerdict judge(Question q) {
    PoolStatusRule rule =
        new PoolStatusRule(
            q.classic() ? PoolStatusRule.Policy.CLASSIC : PoolStatusRule.Policy.PEERS,
            votes,
            q.required());
    PoolStatusRule.Judgement j = rule.judge(q.cutOff(), q.unreachable(), judged());
    return new PoolVerdict(j.status() == Status.OK, j.reason());
  }
}
