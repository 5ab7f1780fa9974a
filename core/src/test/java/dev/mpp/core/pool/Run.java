package dev.mpp.core.pool;

import org.jspecify.annotations.Nullable;

/** A pool being played, act by act. */
final class Run {
  final PoolLogic logic;
  final Servers servers;
  PoolState state;

  private final Judge judge;

  Run(PoolConfig config, PoolLogic logic, Judge judge) {
    this.logic = logic;
    this.judge = judge;
    servers = new Servers(config);
    state = logic.step(PoolState.initial(config), new PoolEvent.Permission(true, "")).state();
  }

  /** What is wrong after this act; null when nothing is. */
  @Nullable String play(Act act) {
    return switch (act) {
      case Act.Happens a -> happens(a.event());
      case Act.Override a ->
          happens(
              new PoolEvent.SetOverride(
                  a.node(), state.node(a.node()).orElseThrow().override().with(a.more())));
      case Act.Restart _ -> restart();
    };
  }

  private @Nullable String happens(PoolEvent event) {
    PoolState before = state;
    PoolStep step = logic.step(before, event);
    state = step.state();
    String fault = servers.play(event, step.commands());
    return fault != null ? fault : judge.judge(event, before, step, servers);
  }

  private @Nullable String restart() {
    PoolState before = state;
    servers.restart();
    state = PoolState.restarted(before.config(), before.nodes());
    for (PoolEvent event :
        new PoolEvent[] {
          new PoolEvent.Paused(before.paused()),
          new PoolEvent.Permission(before.allowed(), before.permissionReason())
        }) {
      PoolStep step = logic.step(state, event);
      state = step.state();
      if (!step.commands().isEmpty()) {
        return "a restart commands " + step.commands();
      }
    }
    return judge.restarted(before, state);
  }
}
