package dev.mpp.core.pool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plays the twin beside the pool and says where they differ. */
final class TwinJudge implements Judge {
  private final Twin twin;
  private final PoolLogic logic;

  TwinJudge(PoolConfig config) {
    twin = Twin.of(config);
    twin.play(new PoolEvent.Permission(true, ""));
    logic = PoolLogic.of(config.roles());
  }

  @Override
  public @Nullable String judge(PoolEvent event, PoolState before, PoolStep step, Servers servers) {
    twin.play(event);
    String fault = compare(step.state());
    if (fault == null && !saysTheSame(step)) {
      fault =
          "commands %s, transitions %s, answer \"%s\"; the twin: %s, %s, %s"
              .formatted(
                  step.commands(),
                  step.transitions(),
                  step.answer(),
                  twin.commands,
                  twin.journal,
                  twin.answer);
    }
    return fault == null ? null : fault + "\non " + event;
  }

  @Override
  public @Nullable String restarted(PoolState before, PoolState after) {
    twin.restart();
    return compare(after);
  }

  private @Nullable String compare(PoolState state) {
    if (state.allowed() != twin.allowed || state.paused() != twin.paused) {
      return "allowed or paused";
    }
    boolean unfit = twin instanceof ClusterTwin c && c.unfit();
    if (logic.unfit(state).isPresent() != unfit) {
      return "unfit: " + logic.unfit(state);
    }
    for (int i = 0; i < twin.nodes.size(); i++) {
      PoolState.Node n = state.nodes().get(i);
      TwinNode t = twin.nodes.get(i);
      if (!same(n, t)) {
        return n + "\nthe twin: " + picture(t);
      }
    }
    return null;
  }

  private static boolean same(PoolState.Node n, TwinNode t) {
    boolean pending =
        switch (n.pending()) {
          case NONE -> !t.busy();
          case PROMOTING -> t.promoting;
          case FENCING -> t.fencing;
        };
    return pending
        && n.state().name().equals(t.state)
        && n.req() == t.req
        && n.status().ordinal() == t.status()
        && n.measured().ordinal() == t.measured()
        && n.message().equals(t.message)
        && n.override().isNone() != t.overridden()
        && (n.type().ordinal() == 0) == t.primary;
  }

  private static String picture(TwinNode t) {
    return "req=%d, status=%d, measured=%d, floor=%d, state=%s, message=%s, lastPoll=%s, %s, say=%s"
        .formatted(
            t.req,
            t.status(),
            t.measured(),
            t.floor,
            t.state,
            t.message,
            t.lastPoll,
            t.promoting ? "promoting" : t.fencing ? "fencing" : "idle",
            t.say);
  }

  private boolean saysTheSame(PoolStep step) {
    if (!step.answer().isEmpty() || !twin.answer.isEmpty()) {
      String kind = step.answer().startsWith("OK: ") ? "OK" : "ERROR";
      if (!kind.equals(twin.answer)) {
        return false;
      }
    }
    if (step.commands().isEmpty() && step.transitions().isEmpty()) {
      return twin.commands.isEmpty() && twin.journal.isEmpty();
    }
    List<String> commands = new ArrayList<>();
    for (PoolCommand command : step.commands()) {
      commands.add(
          switch (command) {
            case PoolCommand.Promote c -> "promote " + c.node() + " " + c.reason();
            case PoolCommand.Fence c -> "fence " + c.node() + " " + c.reason();
          });
    }
    List<String> journal = new ArrayList<>();
    for (PoolStep.Transition t : step.transitions()) {
      journal.add(t.node() + " " + t.from() + ">" + t.to());
    }
    return commands.equals(twin.commands) && journal.equals(twin.journal);
  }
}
