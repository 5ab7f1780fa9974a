package dev.mpp.core.plan;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.SiteId;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When the operator's commands are run (fence tier 4), and what the journal has of it.
 *
 * <pre>
 *   the other tiers ended    when: failed    when: always
 *   FENCED, DOWN             no              yes
 *   QUIESCED, FAILED         yes             yes
 * </pre>
 *
 * Only for a server that may have been writable: not for the fence of every server at the start of
 * this process. A promotion does not wait for the commands about the former ACTIVE: the lease and
 * that server's own dead-man are what it rests on.
 */
final class HookKeeper {
  private final ServiceState state;

  HookKeeper(ServiceState state) {
    this.state = state;
  }

  /** An attempt to fence a node of this site ended. */
  void afterLocal(NodeTrack t, BrainEvent.FenceDone e, Turn turn) {
    if (state.service.hooks().wanted(failed(e)) && t.fence.hookDue(turn.now())) {
      long id = state.ids.next();
      t.fence.hookBegins(id, turn.now());
      begin(id, state.config.self(), e, turn);
    }
  }

  /** The former ACTIVE's server, at another site, was fenced from here, or was not. */
  void afterRemote(BrainEvent.FenceDone e, Turn turn) {
    if (state.service.hooks().wanted(failed(e))) {
      begin(state.ids.next(), siteOf(e.node()), e, turn);
    }
  }

  private static boolean failed(BrainEvent.FenceDone e) {
    return !e.safe() || e.outcome().equals("QUIESCED");
  }

  private SiteId siteOf(NodeAddress node) {
    for (Map.Entry<SiteId, List<NodeAddress>> pool : state.service.pools().entrySet()) {
      if (pool.getValue().contains(node)) {
        return pool.getKey();
      }
    }
    return state.config.self();
  }

  private void begin(long id, SiteId site, BrainEvent.FenceDone e, Turn turn) {
    turn.add(
        new BrainCommand.FenceHook(
            state.service.name(),
            site,
            e.node(),
            id,
            state.lease.grant().epoch(),
            failed(e),
            e.outcome()));
    state.journal(
        turn,
        "fence",
        e.node().toString(),
        "",
        "HOOK",
        "the operator's commands are run: " + e.outcome() + ": " + e.detail());
  }

  void done(BrainEvent.HookDone e, @Nullable NodeTrack own, Turn turn) {
    state.journal(
        turn,
        "fence",
        e.node().toString(),
        "HOOK",
        e.verified() ? "FENCED" : "FAILED",
        (own == null ? "another site's server: " : "") + e.detail());
  }
}
