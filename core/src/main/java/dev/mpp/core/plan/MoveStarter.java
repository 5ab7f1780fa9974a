package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.Move;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.PoolView;
import java.util.Comparator;
import java.util.Optional;

/**
 * Orders the switchovers that policy wants, at the holder's site: away from a site that is drained,
 * and, where the configuration says so, back to the preferred site or the one of highest priority.
 *
 * <pre>
 *   drained          to the best site that is ready, at once
 *   site-failback    once that site was ready, and the role here, for the whole hold-down
 *   neither          nothing: ACTIVE stays where it is
 * </pre>
 */
final class MoveStarter {
  /** Between two tries: one that failed would interrupt the service again. */
  private static final long RETRY = 60_000_000_000L;

  private static final long BUDGET = 30_000_000_000L;

  private final ServiceState state;
  private long next = LeaseClock.NEVER;
  private long readySince = LeaseClock.NEVER;
  private long settledSince = LeaseClock.NEVER;
  private int count;

  MoveStarter(ServiceState state) {
    this.state = state;
  }

  /**
   * @param settled whether the role has been served here for a while
   */
  void consider(boolean settled, Turn turn) {
    Grant g = state.lease.grant();
    if (!settled || g.move().isPresent() || g.paused().isPresent()) {
      readySince = LeaseClock.NEVER;
      settledSince = settled ? settledSince : LeaseClock.NEVER;
      return;
    }
    settledSince = settledSince == LeaseClock.NEVER ? turn.now() : settledSince;
    Optional<SiteOrder> drained =
        state.siteOrders.of(state.config.self()).filter(o -> o.mode() == SiteOrder.Mode.DRAIN);
    if (drained.isPresent()) {
      bestOther(turn)
          .ifPresent(t -> order(t, SiteOrders.text(state.config.self(), drained.get()), turn));
    } else if (state.service.siteFailback()) {
      failback(g, turn);
    }
  }

  private void failback(Grant g, Turn turn) {
    Optional<SiteId> home = home(g).filter(t -> ready(t, turn));
    if (home.isEmpty()) {
      readySince = LeaseClock.NEVER;
      return;
    }
    readySince = readySince == LeaseClock.NEVER ? turn.now() : readySince;
    long since = Math.max(readySince, settledSince);
    if (turn.now() - since >= state.service.holdDown()) {
      order(home.get(), "site-failback: it was ready for the whole hold-down", turn);
    }
  }

  /** Where the role belongs, if that is not here. */
  private Optional<SiteId> home(Grant g) {
    SiteId self = state.config.self();
    Optional<SiteId> preferred = g.directives().preferred();
    return preferred.isPresent() ? preferred.filter(p -> !p.equals(self)) : highest();
  }

  /** The site of highest priority, if that is above this one's; of several the first. */
  private Optional<SiteId> highest() {
    int highest = priority(state.config.self());
    SiteId best = null;
    for (SiteId s : state.service.pools().keySet()) {
      int priority = priority(s);
      if (priority > highest) {
        highest = priority;
        best = s;
      }
    }
    return Optional.ofNullable(best);
  }

  private int priority(SiteId site) {
    BrainConfig.Member m = state.config.members().get(site);
    return m == null ? 0 : m.priority();
  }

  private boolean ready(SiteId site, Turn turn) {
    return state.siteOrders.of(site).isEmpty() && view(site, turn).isPresent();
  }

  private Optional<PoolView> view(SiteId site, Turn turn) {
    return turn.fresh(site).flatMap(p -> p.pool(state.service.name())).filter(PoolView::eligible);
  }

  private Optional<SiteId> bestOther(Turn turn) {
    return state.service.pools().keySet().stream()
        .filter(s -> !s.equals(state.config.self()) && ready(s, turn))
        .max(
            Comparator.<SiteId>comparingLong(s -> view(s, turn).orElseThrow().advance())
                .thenComparingInt(this::priority)
                .thenComparing(Comparator.reverseOrder()));
  }

  private void order(SiteId target, String why, Turn turn) {
    if (next != LeaseClock.NEVER && turn.now() < next) {
      return;
    }
    next = turn.now() + RETRY;
    String id = "%s-%s-%d".formatted(state.config.self(), state.config.incarnation(), ++count);
    Move move = new Move(id, target, BUDGET, "mpp", why, Optional.empty());
    long epoch = state.lease.grant().epoch();
    state.journal(turn, "switchover", target.name(), "", "ORDERED", why);
    long unused =
        turn.propose(
            origin -> new LedgerCommand.BeginMove(origin, state.service.name(), epoch, move));
  }
}
