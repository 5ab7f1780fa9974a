package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.OverrideView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PoolState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a service shows to peers and operators; put together when it is read, and kept. */
final class ServicePicture {
  private final ServiceState state;
  private final EligibilityRule eligibility;
  private final RoleKeeper role;
  private final OperatorOrders orders;
  private final MoveKeeper moves;
  private final ServiceGuards guards;
  private @Nullable String sentence;
  private @Nullable PoolView view;

  ServicePicture(
      ServiceState state,
      EligibilityRule eligibility,
      RoleKeeper role,
      OperatorOrders orders,
      MoveKeeper moves) {
    this.state = state;
    this.eligibility = eligibility;
    this.role = role;
    this.orders = orders;
    this.moves = moves;
    this.guards = new ServiceGuards(state, eligibility, role, moves);
  }

  /** Something may be different from what was shown. */
  void changed() {
    sentence = null;
    view = null;
  }

  /** What was decided last and why, in one sentence. */
  String sentence(PoolVerdict verdict, long now) {
    String s = sentence;
    if (s == null) {
      s = explain(verdict, now);
      if (moves.phase() != MoveKeeper.Phase.NONE) {
        s = "SWITCHOVER %s: %s".formatted(moves.phase(), s);
      }
      sentence = s;
    }
    return s;
  }

  private String explain(PoolVerdict verdict, long now) {
    LeaseClock lease = state.lease;
    Grant g = lease.grant();
    PoolState pool = state.pool();
    if (lease.holds(now)) {
      Optional<PoolState.Node> active = pool.active();
      if (active.isPresent() && pool.allowed()) {
        return state.config.self()
            + " is ACTIVE in epoch "
            + g.epoch()
            + " with "
            + active.get().address()
            + "; "
            + (g.inSync().size() > 1
                ? "in sync: " + g.inSync()
                : "no other site has every acknowledged write")
            + state
                .atRisk
                .map(lost -> "; at risk since its promotion: " + lost + " (mpp journal)")
                .orElse("");
      }
      Promotion p = state.promotion();
      return p != null
          ? state.config.self()
              + " holds epoch "
              + g.epoch()
              + " and promotes "
              + p.node()
              + " ("
              + p.stage()
              + ")."
          : state.config.self()
              + " holds epoch "
              + g.epoch()
              + " and stands down: "
              + pool.permissionReason();
    }
    Optional<String> withheld = state.withheld();
    if (withheld.isPresent()) {
      return g.holder().map(SiteId::name).orElse("nobody")
          + " held epoch "
          + g.epoch()
          + " as far as is known here; "
          + state.config.self()
          + " does not take over: "
          + withheld.get();
    }
    Eligibility e = eligibility.toClaim(verdict, now);
    String own = e.ok() ? e.reason() : "not eligible: " + e.reason();
    if (g.holder().isPresent() && !lease.claimable(now)) {
      return g.holder().get()
          + " holds epoch "
          + g.epoch()
          + "; "
          + state.config.self()
          + " "
          + own;
    }
    return "nobody holds the lease (epoch "
        + g.epoch()
        + "); "
        + state.config.self()
        + " "
        + own
        + "; "
        + role.claimReason();
  }

  /**
   * @param site asked when the view is built anew: what the site as a whole has against it
   */
  PoolView view(
      PoolVerdict verdict, Supplier<List<Guard>> site, long now, Map<NodeAddress, Long> skipped) {
    PoolView last = view;
    if (last == null || !sameSkips(last, skipped)) {
      last = build(verdict, site.get(), now, skipped);
      view = last;
    }
    return last;
  }

  private static boolean sameSkips(PoolView view, Map<NodeAddress, Long> skipped) {
    for (NodeView n : view.nodes()) {
      if (n.skipped() != skipped.getOrDefault(n.address(), 0L)) {
        return false;
      }
    }
    return true;
  }

  private PoolView build(
      PoolVerdict verdict, List<Guard> site, long now, Map<NodeAddress, Long> skipped) {
    Eligibility e = eligibility.toClaim(verdict, now);
    NodeTrack candidate = state.candidate();
    PoolState pool = state.pool();
    List<NodeView> nodes = new ArrayList<>(pool.nodes().size());
    for (PoolState.Node n : pool.nodes()) {
      nodes.add(node(n, state.track(n), skipped.getOrDefault(n.address(), 0L)));
    }
    return new PoolView(
        state.service.name(),
        pool.config().name(),
        verdict.ok() ? Status.OK : Status.FAIL,
        e.ok(),
        pool.active().isPresent() ? sentence(verdict, now) : e.reason(),
        candidate == null ? Optional.empty() : candidate.facts().map(ServerFacts::executed),
        e.advance(),
        nodes,
        moves.phase() == MoveKeeper.Phase.NONE ? "" : moves.phase().name(),
        guards.of(verdict, site, now));
  }

  private NodeView node(PoolState.Node n, NodeTrack t, long skipped) {
    Optional<OverrideView> override =
        orders.any() ? orders.override(n.address()) : Optional.empty();
    return t.view(n, skipped, override);
  }
}
