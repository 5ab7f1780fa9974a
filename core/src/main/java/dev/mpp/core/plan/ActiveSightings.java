package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Transactions;
import dev.mpp.core.plan.DataAtRisk.Case;
import dev.mpp.core.pool.PoolState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What this site has seen of the server that is, or was last, ACTIVE for a service: by its own
 * polls, or in the views of another site. Of a server that is fenced and receives nothing the last
 * sighting is all it ever had.
 *
 * <p>Times are those at which this process heard: the way of a view from site to site is not in
 * them. The former ACTIVE could write until its role was given up, or until its lease had lapsed as
 * seen from here, whichever this site goes by when it claims.
 */
final class ActiveSightings {
  /** Of as many different sets: ten minutes of a busy server that is polled every second. */
  private static final int KEPT = 600;

  private final ServiceState state;

  /** One for every set that was seen, with the time when it was seen last. */
  private final Deque<Sighting> seen = new ArrayDeque<>();

  /** When the former ACTIVE could write no more; {@link LeaseClock#NEVER} while it may. */
  private long stopped = LeaseClock.NEVER;

  ActiveSightings(ServiceState state) {
    this.state = state;
  }

  /** Whether the former ACTIVE's site was heard lately. */
  private boolean heard;

  /** A server as its site shows it now, and when that was heard. */
  private record Look(
      NodeAddress node, State state, boolean well, ServerFacts facts, long wall, long at) {
    /** What it has beyond what it wrote itself came from others. */
    boolean receives() {
      return facts.replication().map(ServerFacts.Replication::receiverStarted).orElse(false);
    }
  }

  /** Called whenever something may have changed. */
  void watch(Turn turn) {
    LeaseClock lease = state.lease;
    if (state.cluster()) {
      return;
    }
    Grant g = lease.grant();
    if (!lease.holds(turn.now())) {
      boolean over = lease.claimable(turn.now());
      if (g.serving() && !over) {
        stopped = LeaseClock.NEVER;
      } else if (stopped == LeaseClock.NEVER) {
        stopped = over ? lease.claimableSince() : turn.now();
      }
    }
    SiteId site = g.serving() ? g.holder().orElse(null) : g.servedBy().orElse(null);
    if (site == null) {
      return;
    }
    List<Look> looks = looks(site, turn);
    heard = !looks.isEmpty();
    for (Look l : looks) {
      Sighting last = seen.peekLast();
      boolean same = last != null && last.node().equals(l.node());
      if (l.state() == State.ACTIVE && l.well() && !l.facts().readOnly()) {
        add(site, l, false);
        stopped = LeaseClock.NEVER;
      } else if (same && l.facts().readOnly() && !(last.fenced() && l.receives())) {
        add(site, l, true);
      }
    }
    Sighting last = seen.peekLast();
    if (last == null || !last.site().equals(site)) {
      allFenced(site, looks).ifPresent(l -> add(site, l, true));
    }
  }

  private List<Look> looks(SiteId site, Turn turn) {
    List<Look> looks = new ArrayList<>();
    if (site.equals(state.config.self())) {
      for (PoolState.Node n : state.pool().nodes()) {
        NodeTrack t = state.track(n);
        if (t.facts().isPresent() && t.trouble == null) {
          looks.add(
              new Look(n.address(), n.state(), true, t.facts().get(), t.lastWallMillis, t.factsAt));
        }
      }
      return looks;
    }
    PeerTrack peer = turn.fresh(site).orElse(null);
    PoolView pool = peer == null ? null : peer.pool(state.service.name()).orElse(null);
    if (peer != null && pool != null) {
      for (NodeView n : pool.nodes()) {
        if (n.facts().isPresent()) {
          looks.add(
              new Look(
                  n.address(),
                  n.state(),
                  n.req() <= 0,
                  n.facts().get(),
                  n.lastWallMillis(),
                  peer.heardAt()));
        }
      }
    }
    return looks;
  }

  /**
   * What a server that was ACTIVE shows, now that it is read-only; empty while nothing is heard.
   */
  Optional<ServerFacts> readOnlyNow(Sighting former, Turn turn) {
    return looks(former.site(), turn).stream()
        .filter(l -> l.node().equals(former.node()) && l.state() != State.ACTIVE)
        .map(Look::facts)
        .filter(ServerFacts::readOnly)
        .findFirst();
  }

  /** After a restart of this process: the one that has everything, when all of them are fenced. */
  private Optional<Look> allFenced(SiteId site, List<Look> looks) {
    int servers = state.service.pools().getOrDefault(site, List.of()).size();
    if (looks.size() < servers || !looks.stream().allMatch(l -> l.facts().readOnly())) {
      return Optional.empty();
    }
    return looks.stream()
        .filter(
            l ->
                looks.stream()
                    .allMatch(other -> l.facts().executed().contains(other.facts().executed())))
        .findFirst();
  }

  private void add(SiteId site, Look l, boolean fenced) {
    Sighting last = seen.peekLast();
    if (last != null && !last.node().equals(l.node())) {
      seen.clear();
    } else if (last != null && last.executed().equals(l.facts().executed())) {
      if (last.wallMillis() == l.wall() && last.fenced() == fenced && l.wall() != 0) {
        return; // the same poll in a newer view
      }
      seen.removeLast();
    }
    seen.addLast(new Sighting(site, l.node(), l.facts().executed(), l.at(), l.wall(), fenced));
    if (seen.size() > KEPT) {
      seen.removeFirst();
    }
  }

  /**
   * What opening {@code node} now may lose.
   *
   * @param executed what it has executed
   * @param received what it has received, applied or not, by its receiver's word
   * @param polledAt when it had that: what the former ACTIVE did later, while it may write, is not
   *     counted against it
   */
  DataAtRisk risk(
      NodeAddress node, GtidSet executed, Optional<GtidSet> received, long polledAt, long now) {
    Grant g = state.lease.grant();
    if (g.servedBy().isEmpty()) {
      return DataAtRisk.without(Case.FIRST, "");
    }
    SiteId former = g.servedBy().get();
    Sighting last = reference(polledAt);
    boolean same =
        former.equals(state.config.self())
            && (last == null ? state.pool().nodes().size() == 1 : last.node().equals(node));
    if (same && (last == null || executed.contains(last.executed()))) {
      return DataAtRisk.without(Case.SAME, "");
    }
    if (last == null || !last.site().equals(former)) {
      return DataAtRisk.without(Case.UNSEEN, former.name());
    }
    long end = end(last, now);
    long window = DataAtRisk.UNKNOWN;
    for (Iterator<Sighting> newest = seen.descendingIterator(); newest.hasNext(); ) {
      Sighting s = newest.next();
      if (s.at() <= last.at() && has(s.executed(), executed, received)) {
        window = s == last && s.fenced() ? 0 : Math.max(0, end - s.at());
        break;
      }
    }
    GtidSet most = received.filter(r -> r.contains(executed)).orElse(executed);
    boolean all = has(last.executed(), executed, received);
    return new DataAtRisk(
        Case.SEEN,
        Optional.of(last),
        all ? Transactions.NONE : last.executed().beyond(most),
        window,
        Math.max(0, end - last.at()),
        "");
  }

  /** The newest sighting, or the newest that is no later than the poll it is compared with. */
  private @Nullable Sighting reference(long polledAt) {
    Sighting last = seen.peekLast();
    if (last != null && stopped == LeaseClock.NEVER && !last.fenced()) {
      for (Iterator<Sighting> newest = seen.descendingIterator(); newest.hasNext(); ) {
        Sighting s = newest.next();
        if (s.at() <= polledAt) {
          return s;
        }
      }
    }
    return last;
  }

  private static boolean has(GtidSet wanted, GtidSet executed, Optional<GtidSet> received) {
    return executed.contains(wanted) || received.filter(r -> r.reaches(wanted)).isPresent();
  }

  /** When the former ACTIVE could write no more; while it still may, the time of the picture. */
  private long end(Sighting last, long now) {
    if (last.fenced()) {
      return last.at();
    }
    if (stopped != LeaseClock.NEVER && stopped >= last.at()) {
      return stopped;
    }
    boolean own = last.site().equals(state.config.self());
    return (own && !state.isActive(last.node())) || !heard ? Math.max(now, last.at()) : last.at();
  }
}
