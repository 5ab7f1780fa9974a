package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.Move;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.PoolView;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Operators' orders that become entries of the ledger. Any member may propose them, a witness too;
 * the answer says what was proposed, the ledger's entry when it is in force.
 */
final class LedgerOrders {
  private final Map<ServiceName, LeaseClock> leases;
  private final SiteOrders sites;
  private final Set<SiteId> members;
  private final Map<ServiceName, ServiceBrain> own;

  /**
   * @param own services with a pool at this site
   */
  LedgerOrders(
      Map<ServiceName, LeaseClock> leases,
      SiteOrders sites,
      Set<SiteId> members,
      Map<ServiceName, ServiceBrain> own) {
    this.leases = leases;
    this.sites = sites;
    this.members = members;
    this.own = own;
  }

  void pause(BrainEvent.OperatorPause e, Turn turn) {
    LeaseClock lease = known(e.service(), turn);
    if (lease == null) {
      return;
    }
    Optional<Grant.Paused> now = lease.grant().paused();
    String answer;
    if (e.on() && now.isPresent()) {
      answer =
          "OK: %s is paused already, by %s: %s"
              .formatted(e.service(), now.get().by(), now.get().reason());
    } else {
      // Resuming is proposed in any case: a pause may be on its way.
      turn.propose(
          origin -> new LedgerCommand.Pause(origin, e.service(), e.on(), e.by(), e.reason()));
      answer =
          "OK: "
              + (e.on()
                  ? "pausing " + e.service()
                  : now.isPresent() ? "resuming " + e.service() : e.service() + " is not paused");
    }
    done(lease, e.service().name(), e.on() ? "pause" : "resume", e.by(), e.reason(), answer, turn);
  }

  void switchover(SiteId self, BrainEvent.OperatorSwitchover e, Turn turn) {
    LeaseClock lease = known(e.service(), turn);
    if (lease == null) {
      return;
    }
    Grant g = lease.grant();
    Optional<String> obstacle =
        lease.learnt()
            ? SwitchoverGate.obstacle(
                SwitchoverGate.judge(sight(self, g, turn), e.target(), e.ignoreSilent()))
            : Optional.of("this node has not caught up with the ledger yet");
    String answer =
        obstacle
            .map(o -> "ERROR: " + o)
            .orElseGet(() -> "OK: moving " + e.service() + " to " + e.target());
    if (obstacle.isEmpty()) {
      Move move = new Move(e.id(), e.target(), e.budget(), e.by(), e.reason(), Optional.empty());
      turn.propose(origin -> new LedgerCommand.BeginMove(origin, e.service(), g.epoch(), move));
    }
    String what = "switchover to " + e.target();
    done(lease, e.service().name(), what, e.by(), e.reason(), answer, turn);
  }

  private SwitchoverGate.Sight sight(SiteId self, Grant g, Turn turn) {
    Map<SiteId, PoolView> pools = new HashMap<>();
    for (SiteId m : members) {
      turn.fresh(m).flatMap(p -> p.pool(g.service())).ifPresent(p -> pools.put(m, p));
    }
    ServiceBrain mine = own.get(g.service());
    if (mine != null) {
      pools.put(self, mine.view(turn.now(), Map.of()));
    }
    Set<SiteId> silent =
        members.stream()
            .filter(m -> !m.equals(self) && turn.fresh(m).isEmpty())
            .collect(Collectors.toSet());
    return new SwitchoverGate.Sight(g, pools, silent, sites.all());
  }

  void endMove(BrainEvent.OperatorEndMove e, Turn turn) {
    LeaseClock lease = known(e.service(), turn);
    if (lease == null) {
      return;
    }
    Optional<Move> move = lease.grant().move();
    String answer =
        move.isEmpty()
            ? "ERROR: no switchover of " + e.service() + " is under way"
            : move.get().position().isPresent()
                ? "ERROR: the role was handed over to %s already: it cannot be ended"
                    .formatted(move.get().target())
                : "OK: ending the switchover to " + move.get().target();
    if (answer.startsWith("OK")) {
      String why = "%s: %s".formatted(e.by(), e.reason());
      String id = move.orElseThrow().id();
      turn.propose(origin -> new LedgerCommand.EndMove(origin, e.service(), id, why));
    }
    done(lease, e.service().name(), "end switchover", e.by(), e.reason(), answer, turn);
  }

  void prefer(BrainEvent.OperatorPrefer e, Turn turn) {
    LeaseClock lease = known(e.service(), turn);
    if (lease == null) {
      return;
    }
    Optional<String> unknown =
        e.site().filter(s -> !members.contains(s)).map(s -> "ERROR: no site " + s);
    String answer =
        unknown.orElse(
            "OK: "
                + e.service()
                + (e.site().isPresent() ? " prefers " + e.site().get() : " prefers no site"));
    if (unknown.isEmpty() && !lease.grant().directives().preferred().equals(e.site())) {
      turn.propose(
          origin -> new LedgerCommand.Prefer(origin, e.service(), e.site(), e.by(), e.reason()));
    }
    done(lease, e.service().name(), "prefer", e.by(), e.reason(), answer, turn);
  }

  void site(BrainEvent.OperatorSite e, Turn turn) {
    Optional<SiteOrder> order = e.mode().map(m -> new SiteOrder(m, e.by(), e.reason()));
    Optional<SiteOrder> now = sites.of(e.site());
    boolean same = now.map(SiteOrder::mode).equals(e.mode());
    String answer =
        !members.contains(e.site())
            ? "ERROR: no site " + e.site()
            : same
                ? "OK: "
                    + now.map(o -> SiteOrders.text(e.site(), o) + " already")
                        .orElse(e.site() + " has no order")
                : "OK: ordering " + e.site();
    if (answer.startsWith("OK") && !same) {
      turn.propose(
          origin -> new LedgerCommand.OrderSite(origin, e.site(), order, e.by(), e.reason()));
    }
    String what = e.mode().map(m -> m.name().toLowerCase(java.util.Locale.ROOT)).orElse("return");
    journal("", 0, e.site().name(), what, e.by(), e.reason(), answer, turn);
    turn.add(new BrainCommand.Answer(answer));
  }

  private @Nullable LeaseClock known(ServiceName service, Turn turn) {
    LeaseClock lease = leases.get(service);
    if (lease == null) {
      turn.add(new BrainCommand.Answer("ERROR: no service " + service));
    }
    return lease;
  }

  private static void done(
      LeaseClock lease,
      String subject,
      String what,
      String by,
      String reason,
      String answer,
      Turn turn) {
    Grant g = lease.grant();
    journal(g.service().name(), g.epoch(), subject, what, by, reason, answer, turn);
    turn.add(new BrainCommand.Answer(answer));
  }

  private static void journal(
      String service,
      long epoch,
      String subject,
      String what,
      String by,
      String reason,
      String answer,
      Turn turn) {
    String why = reason.isEmpty() ? "" : reason + " — ";
    turn.add(
        new BrainCommand.Journal(service, "operator", subject, "", what, epoch, why + answer, by));
  }
}
