package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.State;
import dev.mpp.core.pool.PoolState;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Everything that keeps this site from being ACTIVE for one service now ({@code mpp why-not}). What
 * keeps it from taking the role comes from the very rule that decides ({@link EligibilityRule}).
 */
final class ServiceGuards {
  private final ServiceState state;
  private final EligibilityRule eligibility;
  private final RoleKeeper role;
  private final MoveKeeper moves;

  /** What {@link #held} said last, of that entry. */
  private @Nullable Guard held;

  private Optional<SiteId> heldBy = Optional.empty();
  private String heldAs = "";
  private long heldIn;

  ServiceGuards(
      ServiceState state, EligibilityRule eligibility, RoleKeeper role, MoveKeeper moves) {
    this.state = state;
    this.eligibility = eligibility;
    this.role = role;
    this.moves = moves;
  }

  /**
   * @param verdict as it decides, hold-down included
   * @param site what the site as a whole has against it; not empty when it is the reason for {@code
   *     verdict}
   * @return empty when it is ACTIVE, or nothing keeps it from becoming so
   */
  List<Guard> of(PoolVerdict verdict, List<Guard> site, long now) {
    LeaseClock lease = state.lease;
    boolean holds = lease.holds(now);
    if (holds && state.pool().allowed() && state.pool().active().isPresent()) {
      return List.of();
    }
    GuardList found = new GuardList();
    site.forEach(found::add);
    if (!verdict.ok() && site.stream().noneMatch(ServiceGuards::condemns)) {
      found.add(
          new Guard(
              Guard.Kind.HOLD_DOWN, verdict.reason(), "wait, or mpp recover --pool for at once"));
    }
    lease(holds, now, found);
    SiteId self = state.config.self();
    state
        .siteOrders
        .of(self)
        .filter(order -> !holds)
        .map(
            order ->
                guard(
                    Guard.Kind.SITE_ORDER,
                    SiteOrders.text(self, order),
                    "mpp site return, once whoever ordered it agrees"))
        .ifPresent(found::add);
    eligibility.check(now, found);
    if (state.candidate() == null) {
      nodes(found);
    }
    return found.list();
  }

  private static boolean condemns(Guard g) {
    return g.kind() != Guard.Kind.CUT_OFF;
  }

  private void lease(boolean holds, long now, GuardList found) {
    LeaseClock lease = state.lease;
    Grant g = lease.grant();
    if (holds) {
      Promotion p = state.promotion();
      if (moves.fencing()) {
        found.add(
            new Guard(
                Guard.Kind.MOVING,
                "a switchover hands epoch " + g.epoch() + " over (" + moves.phase() + ")",
                "wait: it is under way; mpp switchover --help says how to end it"));
      } else if (role.giving()) {
        found.add(
            new Guard(
                Guard.Kind.RELEASING,
                "it gives epoch " + g.epoch() + " up",
                "another site takes over, or this one again when it can"));
      } else if (p != null) {
        found.add(
            new Guard(
                Guard.Kind.PROMOTING,
                "it holds epoch "
                    + g.epoch()
                    + " and promotes "
                    + p.node()
                    + " ("
                    + p.stage()
                    + ")",
                "wait: it is under way"));
      }
    } else if (!lease.learnt()) {
      found.add(
          new Guard(
              Guard.Kind.LEDGER_NOT_LEARNT,
              "it has not learnt the present of the ledger since it started",
              "a majority of the sites and witnesses must reach each other (mpp peers)"));
    } else if (g.holder().isPresent() && !lease.claimable(now)) {
      found.add(held(g, g.holder().get()));
    } else {
      state
          .withheld()
          .map(
              why ->
                  guard(
                      Guard.Kind.UNPROVEN,
                      why + atRisk(now),
                      "bring the other site or a way to it back; if it is gone for good and you"
                          + " made sure of it: mpp takeover --force"))
          .or(role::waits)
          .ifPresent(found::add);
    }
  }

  private String atRisk(long now) {
    NodeTrack candidate = state.candidate();
    return candidate == null || state.cluster()
        ? ""
        : "; a takeover would put at risk: " + state.risk(candidate, now).text();
  }

  private Guard held(Grant g, SiteId holder) {
    Guard last = held;
    if (last == null
        || heldIn != g.epoch()
        || !heldBy.equals(g.holder())
        || !heldAs.equals(g.incarnation())) {
      last = says(g, holder);
      held = last;
      heldIn = g.epoch();
      heldBy = g.holder();
      heldAs = g.incarnation();
    }
    return last;
  }

  private Guard says(Grant g, SiteId holder) {
    String what = holder + " holds the lease of epoch " + g.epoch();
    return holder.equals(state.config.self())
        ? new Guard(
            Guard.Kind.LEASE_HELD,
            "an earlier run of this process (" + g.incarnation() + ") held epoch " + g.epoch(),
            "wait for the end of that lease")
        : new Guard(
            Guard.Kind.LEASE_HELD,
            what,
            "it is free when " + holder + " gives it up, or has not renewed it for lease.duration");
  }

  private void nodes(GuardList found) {
    boolean onlyPinned = !state.cluster() && state.pool().pinned();
    for (PoolState.Node n : state.pool().byPriority()) {
      found.add(node(n, state.track(n), onlyPinned));
    }
  }

  /** The first of {@link ServiceState#candidate}'s conditions that it fails. */
  private static Guard node(PoolState.Node n, NodeTrack t, boolean onlyPinned) {
    String is = n.address() + " is " + n.state() + ", " + n.status();
    String said = n.message().isEmpty() ? "" : ": " + n.message();
    if (t.fence.wanted()) {
      String last = t.fence.lastFailure();
      return guard(
          Guard.Kind.NOT_FENCED,
          n.address()
              + " is not verified read-only ("
              + t.fence.reason()
              + (last.isEmpty() ? ")" : "; last attempt: " + last + ")"),
          "MPP repeats the fence; if this stays, look at that server");
    }
    if (n.state() == State.FAILED_OFFLINE) {
      return guard(
          Guard.Kind.NODE,
          is + said,
          "mend the server or the way to it; it returns by itself, at once by mpp recover "
              + n.address());
    }
    if (n.state() == State.FAILED_ONLINE) {
      return guard(
          Guard.Kind.NODE, is + said, "mend what it says, then mpp recover " + n.address());
    }
    if (n.pending() != PoolState.Pending.NONE) {
      return guard(
          Guard.Kind.NODE,
          n.address()
              + (n.pending() == PoolState.Pending.FENCING
                  ? " is being fenced"
                  : " is being promoted"),
          "wait: it is under way");
    }
    if (!n.override().allowsPromotion()) {
      return guard(
          Guard.Kind.NODE,
          "an override keeps " + n.address() + " from being promoted: " + n.override(),
          "mpp node unset " + n.address());
    }
    if (onlyPinned && !n.override().pins()) {
      return guard(
          Guard.Kind.NODE,
          "the role is pinned to another node than " + n.address(),
          "mpp node unset the pinned one");
    }
    if (t.followCommand != 0) {
      return guard(
          Guard.Kind.NODE,
          "the replication of " + n.address() + " is being started",
          "wait: it is under way");
    }
    return guard(
        Guard.Kind.NODE,
        (n.state() == State.STANDBY ? is + ", but its last poll failed" : is) + said,
        "wait for its next polls; mpp recover " + n.address() + " judges it anew");
  }

  private static Guard guard(Guard.Kind kind, String what, String remedy) {
    return new Guard(kind, what, remedy);
  }

  /** What the site as a whole may have against it, in the words of one place. */
  static Guard stopping(PoolVerdict v) {
    return guard(Guard.Kind.STOPPING, v.reason(), "start it again");
  }

  static Guard stripped(String why) {
    return guard(Guard.Kind.POOL_FAIL, why, "it ends when the other site is heard (mpp peers)");
  }

  static Guard unfit(String why) {
    return guard(Guard.Kind.POOL_FAIL, why, "mend its nodes (mpp status)");
  }

  static Guard blind(PoolVerdict v) {
    return guard(
        Guard.Kind.REACH,
        v.reason(),
        "mend the site's network; mpp checkpoint list shows what it sees");
  }

  static Guard cutOff(long lease) {
    return guard(
        Guard.Kind.CUT_OFF,
        "nothing that it proposed was committed for longer than a lease lasts ("
            + lease / 1_000_000
            + " ms): it has no majority",
        "mend the links between the sites (mpp peers)");
  }
}
