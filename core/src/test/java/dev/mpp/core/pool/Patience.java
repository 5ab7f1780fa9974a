package dev.mpp.core.pool;

import dev.mpp.core.model.State;
import dev.mpp.core.pool.PoolState.Node;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Liveness: while the site may serve, nothing is paused or overridden, no command is unanswered and
 * a role is free, no node that answers every poll is left without it for long.
 *
 * <p>The bound is {@code limit} cycles, the failing polls at which a node has failed; the role is
 * given in the next one at the latest. No smaller bound holds: the node above may be UNKNOWN, fail
 * {@code limit - 1} polls, answer the next, and take the role itself with the one after.
 */
final class Patience {
  private final int bound;
  private final int mostActive;
  private final int[] waiting;
  private int longest;

  Patience(int nodes, int limit, int mostActive) {
    bound = limit;
    this.mostActive = mostActive;
    waiting = new int[nodes];
  }

  int longest() {
    return longest;
  }

  void forget() {
    Arrays.fill(waiting, 0);
  }

  /** Counts at the beginning of a cycle, when the one before it is answered. */
  @Nullable String judge(PoolEvent event, PoolState before, Servers servers) {
    boolean answer = event instanceof PoolEvent.Promoted || event instanceof PoolEvent.Fenced;
    if (answer) {
      return null;
    }
    if (!(event instanceof PoolEvent.Polled e)
        || e.results().size() < waiting.length
        || !free(before)) {
      forget();
      return null;
    }
    for (int i = 0; i < waiting.length; i++) {
      Node node = before.nodes().get(i);
      boolean eligible = !node.state().failed() && node.state() != State.ACTIVE;
      if (eligible && waiting[i] > longest) {
        longest = waiting[i];
      }
      if (eligible && waiting[i] > bound) {
        return node.address() + " waits for a free role for " + waiting[i] + " cycles";
      }
      boolean well = e.results().get(node.address()) instanceof PollResult.Healthy;
      waiting[i] = eligible && well ? waiting[i] + 1 : 0;
    }
    return null;
  }

  private boolean free(PoolState state) {
    if (!state.allowed() || state.paused()) {
      return false;
    }
    int active = 0;
    for (Node n : state.nodes()) {
      if (n.pending() != PoolState.Pending.NONE || !n.override().isNone()) {
        return false;
      }
      active += n.state() == State.ACTIVE ? 1 : 0;
    }
    return active < mostActive;
  }
}
