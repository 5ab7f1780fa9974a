package dev.mpp.core.pool;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * Plays a script against the pool logic: text in, text out, no clock, no I/O. One line is one step;
 * {@code #} starts a comment; everything after a line {@code ---} is ignored (fixtures keep the
 * expected output there).
 *
 * <pre>
 * pool name:p;primary:10.0.0.1;secondary:10.0.0.2    first line; the lease is on, the pool OK
 * set logic failover|cluster                         default failover; before the first step
 * set active 2..3                                    of a cluster; default 1 to all nodes
 * set hostile on|off                                 default off: failback hostile or auto
 * set failback manual|auto|hostile                   default auto
 * set recovery manual|proven                         default proven
 * set fail-at OK_WARN|OK_CRITICAL|FAIL               default FAIL
 * set ladder 1,2,3,4                                 failures that begin OK_INFO … FAIL
 * set answers at-once|by-hand                        default at-once: commands are carried out
 * poll                                               every node, healthy
 * poll 10.0.0.2=connect:"E" 10.0.0.1=replication:"E" every node, healthy unless listed
 * poll-only 10.0.0.2 10.0.0.1=connect:"E"            only the nodes listed
 * recover 10.0.0.2 · recover --pool · activate-primary · proven 10.0.0.2 "what proved it"
 * pool-status FAIL|OK · lease on|off                 both must be good for a node to be ACTIVE
 * returned "what proved it"                          the pool was FAIL: nodes are judged anew
 * node set H state=S status=S type=T weight=N        override, any of the four · node unset H
 * pause · resume
 * promoted H · promotion-failed H "E" · fenced H     answers by hand
 * restart                                            MPP restarts: what it keeps on disk is left
 * repeat N STEP                                      STEP, N times
 * </pre>
 *
 * Every step prints one line per node: step, host, type, req, classic status, state, message.
 * Before them, {@code >} marks the answer to the operator, {@code !} a command that is to be
 * answered by hand, {@code *} why the pool as a whole is FAIL, {@code @} the overrides in force.
 * {@code pool} prints step 0; {@code set} prints nothing.
 */
public final class Scenario {
  private final Consumer<String> out;
  private PoolLogic logic = PoolLogic.of(RoleRule.DEFAULT);
  private PoolState state;
  private boolean lease = true;
  private boolean poolOk = true;
  private boolean byHand;
  private int step;

  private Scenario(PoolConfig config, Consumer<String> out) {
    this.out = out;
    state = PoolState.initial(config);
    row("step", "host", "type", "req", "status", "state", "message");
    permission();
    print();
  }

  /**
   * Plays {@code script} and returns what it printed, every line ended by a newline.
   *
   * @throws IllegalArgumentException with the number of the line that is wrong and the reason
   */
  public static String run(String script) {
    StringBuilder text = new StringBuilder();
    run(script.lines().iterator(), line -> text.append(line).append('\n'));
    return text.toString();
  }

  /**
   * Plays lines as they come and prints each step before the next line is asked for.
   *
   * @param out gets one line, without its end
   * @throws IllegalArgumentException as {@link #run(String)}
   */
  public static void run(Iterator<String> lines, Consumer<String> out) {
    Scenario scenario = null;
    for (int number = 1; lines.hasNext(); number++) {
      String raw = lines.next();
      if (raw.strip().equals("---")) {
        break;
      }
      try {
        List<String> words = ScenarioWords.split(raw);
        if (words.isEmpty()) {
          continue;
        }
        if (words.getFirst().equals("pool")) {
          if (scenario != null) {
            throw new IllegalArgumentException("a second pool; one script plays one pool");
          }
          scenario = new Scenario(config(ScenarioWords.only(words)), out);
        } else if (scenario == null) {
          throw new IllegalArgumentException(
              "the first line must be a pool: pool name:p;primary:10.0.0.1;secondary:10.0.0.2");
        } else {
          scenario.play(words);
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
      }
    }
    if (scenario == null) {
      throw new IllegalArgumentException(
          "the script has no pool: begin with pool name:p;primary:10.0.0.1;secondary:10.0.0.2");
    }
  }

  private static PoolConfig config(String text) {
    PoolGrammar.Parsed parsed = PoolGrammar.parse(text);
    return PoolConfig.failover(parsed.name(), parsed.nodes());
  }

  private void play(List<String> words) {
    List<String> rest = words.subList(1, words.size());
    switch (words.getFirst()) {
      case "set" -> set(rest);
      case "repeat" -> repeat(rest);
      case "poll" -> event(new PoolEvent.Polled(results(rest, true)));
      case "poll-only" -> event(new PoolEvent.Polled(results(rest, false)));
      case "recover" -> {
        String node = ScenarioWords.only(words);
        event(
            node.equals("--pool")
                ? new PoolEvent.RecoverPool()
                : new PoolEvent.Recover(NodeAddress.parse(node)));
      }
      case "activate-primary" -> {
        ScenarioWords.count(words, 1);
        event(new PoolEvent.ActivatePrimary());
      }
      case "node" -> node(rest);
      case "pause" -> paused(words, true);
      case "resume" -> paused(words, false);
      case "returned" -> event(new PoolEvent.Returned(ScenarioWords.only(words)));
      case "restart" -> {
        ScenarioWords.count(words, 1);
        restart();
      }
      case "proven" -> event(new PoolEvent.ProvenClean(node(words, 3), words.get(2)));
      case "promoted" -> event(new PoolEvent.Promoted(node(words, 2)));
      case "promotion-failed" -> event(new PoolEvent.PromotionFailed(node(words, 3), words.get(2)));
      case "fenced" -> event(new PoolEvent.Fenced(node(words, 2), "by hand"));
      case "pool-status" -> {
        poolOk = ScenarioWords.choice(ScenarioWords.only(words), "OK", "FAIL");
        event(permissionEvent());
      }
      case "lease" -> {
        lease = ScenarioWords.choice(ScenarioWords.only(words), "on", "off");
        event(permissionEvent());
      }
      default ->
          throw new IllegalArgumentException(
              "unknown step \""
                  + words.getFirst()
                  + "\""
                  + ScenarioWords.suggest(words.getFirst()));
    }
  }

  private void repeat(List<String> rest) {
    if (rest.size() < 2 || !rest.getFirst().matches("[1-9][0-9]{0,3}")) {
      throw new IllegalArgumentException("repeat N STEP, N from 1 to 9999");
    }
    if (rest.get(1).equals("repeat")) {
      throw new IllegalArgumentException(
          "a repeat inside a repeat; write the product, or two lines");
    }
    for (int i = Integer.parseInt(rest.getFirst()); i > 0; i--) {
      play(rest.subList(1, rest.size()));
    }
  }

  private void set(List<String> rest) {
    ScenarioWords.count(rest, 2);
    PoolConfig c = state.config();
    String value = rest.get(1);
    switch (rest.getFirst()) {
      case "logic" -> {
        boolean cluster = ScenarioWords.choice(value, "cluster", "failover");
        roles(cluster ? new RoleRule.Cluster(1, c.nodes().size()) : RoleRule.DEFAULT);
      }
      case "active" -> roles(ScenarioWords.active(value, c));
      case "hostile" ->
          failback(ScenarioWords.choice(value, "on", "off") ? Failback.HOSTILE : Failback.AUTO);
      case "failback" -> failback(ScenarioWords.failback(value));
      case "recovery" ->
          state = state.with(c.withProvenRecovery(ScenarioWords.choice(value, "proven", "manual")));
      case "fail-at" -> state = state.with(c.withFailAt(ScenarioWords.status(value)));
      case "ladder" -> state = state.with(c.with(Ladder.parse(value)));
      case "answers" -> byHand = ScenarioWords.choice(value, "by-hand", "at-once");
      default ->
          throw new IllegalArgumentException(
              "unknown setting \""
                  + rest.getFirst()
                  + "\" (logic, active, hostile, failback, recovery, fail-at, ladder, answers)");
    }
  }

  private void failback(Failback failback) {
    if (!(state.config().roles() instanceof RoleRule.Failover)) {
      throw new IllegalArgumentException("a cluster has no failback");
    }
    roles(new RoleRule.Failover(failback));
  }

  private void roles(RoleRule rule) {
    if (step > 0 && rule.getClass() != state.config().roles().getClass()) {
      throw new IllegalArgumentException("the logic is set before the first step");
    }
    logic = PoolLogic.of(rule);
    state = state.with(state.config().with(rule));
  }

  private void node(List<String> rest) {
    String verb = rest.isEmpty() ? "" : rest.getFirst();
    if (!verb.equals("set") && !verb.equals("unset")) {
      throw new IllegalArgumentException("node set HOST … or node unset HOST");
    }
    if (rest.size() < 2) {
      throw new IllegalArgumentException("node " + verb + " needs a host");
    }
    NodeAddress address = known(rest.get(1));
    NodeOverride now = NodeOverride.NONE;
    if (verb.equals("set")) {
      now = state.node(address).orElseThrow().override();
      now = now.with(ScenarioWords.override(rest.subList(2, rest.size())));
    } else {
      ScenarioWords.count(rest, 2);
    }
    event(new PoolEvent.SetOverride(address, now));
  }

  private void paused(List<String> words, boolean on) {
    ScenarioWords.count(words, 1);
    event(new PoolEvent.Paused(on));
  }

  private void restart() {
    boolean paused = state.paused();
    step++;
    state = PoolState.restarted(state.config(), state.nodes());
    state = logic.step(state, new PoolEvent.Paused(paused)).state();
    permission();
    print();
  }

  private NodeAddress node(List<String> words, int count) {
    ScenarioWords.count(words, count);
    return known(words.get(1));
  }

  private NodeAddress known(String text) {
    NodeAddress address = NodeAddress.parse(text);
    if (state.node(address).isEmpty()) {
      throw new IllegalArgumentException(address + " is not a node of the pool");
    }
    return address;
  }

  private Map<NodeAddress, PollResult> results(List<String> words, boolean all) {
    Map<NodeAddress, PollResult> results = new HashMap<>();
    if (all) {
      state.nodes().forEach(n -> results.put(n.address(), PollResult.HEALTHY));
    }
    for (String word : words) {
      int equals = word.indexOf('=');
      NodeAddress address = known(equals < 0 ? word : word.substring(0, equals));
      results.put(
          address,
          equals < 0 ? PollResult.HEALTHY : ScenarioWords.result(word.substring(equals + 1)));
    }
    return results;
  }

  private PoolEvent.Permission permissionEvent() {
    String reason = !poolOk ? "Pool STATUS is FAIL." : !lease ? "This site holds no lease." : "";
    return new PoolEvent.Permission(lease && poolOk, reason);
  }

  private void permission() {
    state = logic.step(state, permissionEvent()).state();
  }

  private void event(PoolEvent event) {
    step++;
    Queue<PoolEvent> queue = new ArrayDeque<>(List.of(event));
    for (PoolEvent next = queue.poll(); next != null; next = queue.poll()) {
      PoolStep done = logic.step(state, next);
      state = done.state();
      done.answer().lines().forEach(text -> note('>', text));
      for (PoolCommand command : done.commands()) {
        if (byHand) {
          note('!', describe(command));
        } else {
          queue.add(answer(command));
        }
      }
    }
    print();
  }

  private static PoolEvent answer(PoolCommand command) {
    return switch (command) {
      case PoolCommand.Promote c -> new PoolEvent.Promoted(c.node());
      case PoolCommand.Fence c -> new PoolEvent.Fenced(c.node(), "at once");
    };
  }

  private static String describe(PoolCommand command) {
    return switch (command) {
      case PoolCommand.Promote c -> "promote " + c.node() + ": " + c.reason();
      case PoolCommand.Fence c -> "fence " + c.node() + ": " + c.reason();
    };
  }

  private void print() {
    logic.unfit(state).ifPresent(why -> note('*', "pool FAIL: " + why));
    for (PoolState.Node n : state.nodes()) {
      if (!n.override().isNone()) {
        note('@', n.address() + " " + n.override() + ", measured " + n.measured().classic());
      }
    }
    for (PoolState.Node n : state.nodes()) {
      row(
          step,
          n.address(),
          n.type().letter(),
          n.req() < 0 ? "-" : n.req(),
          n.status().classic(),
          n.state(),
          n.message());
    }
  }

  private void note(char mark, String text) {
    line(String.format(Locale.ROOT, "%4d  %c %s", step, mark, text));
  }

  private void row(Object... columns) {
    line(String.format(Locale.ROOT, "%4s  %-22s %-4s %4s  %-7s  %-14s  %s", columns));
  }

  private void line(String text) {
    out.accept(text.stripTrailing());
  }
}
