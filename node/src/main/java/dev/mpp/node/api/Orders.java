package dev.mpp.node.api;

import dev.mpp.core.lease.Directives;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.wire.OverrideCodec;
import dev.mpp.proto.v1.ActivatePrimaryRequest;
import dev.mpp.proto.v1.DeletePoolRequest;
import dev.mpp.proto.v1.EndSwitchoverRequest;
import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.OrderSiteRequest;
import dev.mpp.proto.v1.PauseRequest;
import dev.mpp.proto.v1.PreferRequest;
import dev.mpp.proto.v1.RecoverReply;
import dev.mpp.proto.v1.RecoverRequest;
import dev.mpp.proto.v1.SetNodeRequest;
import dev.mpp.proto.v1.TakeoverRequest;
import dev.mpp.proto.v1.TwinHandoverRequest;
import dev.mpp.proto.v1.UnsetNodeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operators' orders: finds what each is about, hands it to the brain and says what came of it.
 * Blocks, bounded; a refusal is an exception whose message says why and what to do.
 */
final class Orders {
  private static final Logger LOG = LoggerFactory.getLogger(Orders.class);
  private static final long ANSWER_SECONDS = 10;
  private static final long LONGEST_SECONDS = TimeUnit.DAYS.toSeconds(30);

  private final NodeControl control;
  private final LongSupplier nanos;
  private final LongSupplier wallMillis;

  Orders(NodeControl control, LongSupplier nanos, LongSupplier wallMillis) {
    this.control = control;
    this.nanos = nanos;
    this.wallMillis = wallMillis;
  }

  OrderReply set(SetNodeRequest r) {
    String reason = Typed.clean(r.getReason());
    if (reason.isEmpty()) {
      throw new IllegalArgumentException("an override needs a reason (--reason \"…\")");
    }
    NodeOverride what = OverrideCodec.decode(r.getWhat()).what();
    if (what.isNone()) {
      throw new IllegalArgumentException(
          "nothing is set: give --state, --status, --type or --weight");
    }
    long seconds = r.getForSeconds();
    if (seconds < 0 || seconds > LONGEST_SECONDS) {
      throw new IllegalArgumentException(
          "--for "
              + seconds
              + "s is outside 1s to 30d; without --for it stands until mpp node unset");
    }
    Targets.Node node = targets().node(r.getNode(), r.getPool());
    String by = Typed.clean(r.getUser());
    log("node set " + node.address() + " " + what, by, reason);
    long until = seconds == 0 ? 0 : wallMillis.getAsLong() + TimeUnit.SECONDS.toMillis(seconds);
    return reply(
        ask(
            new BrainEvent.OperatorOverride(
                node.service(),
                node.address(),
                what,
                TimeUnit.SECONDS.toNanos(seconds),
                until,
                by,
                reason)));
  }

  OrderReply unset(UnsetNodeRequest r) {
    Targets.Node node = targets().node(r.getNode(), r.getPool());
    String by = Typed.clean(r.getUser());
    String reason = Typed.clean(r.getReason());
    log("node unset " + node.address(), by, reason);
    return reply(ask(new BrainEvent.OperatorLift(node.service(), node.address(), by, reason)));
  }

  RecoverReply recover(RecoverRequest r) {
    String by = Typed.clean(r.getUser());
    String reason = Typed.clean(r.getReason());
    BrainEvent.OperatorRecover order;
    if (!r.getNode().isEmpty()) {
      Targets.Node node = targets().node(r.getNode(), r.getPool());
      order =
          new BrainEvent.OperatorRecover(node.service(), Optional.of(node.address()), by, reason);
    } else if (!r.getPool().isEmpty()) {
      ServiceName service = targets().pool(r.getPool()).service();
      order = new BrainEvent.OperatorRecover(service, Optional.empty(), by, reason);
    } else {
      throw new IllegalArgumentException("name a node (HOST:PORT), or a pool with --pool");
    }
    log(
        "recover "
            + (r.getNode().isEmpty() ? "pool " + Typed.clean(r.getPool()) : order.node().get()),
        by,
        reason);
    return RecoverReply.newBuilder().setText(ask(order)).build();
  }

  OrderReply activate(ActivatePrimaryRequest r) {
    PoolView pool = targets().pool(r.getPool());
    String by = Typed.clean(r.getUser());
    String reason = Typed.clean(r.getReason());
    log("activate-primary " + pool.name(), by, reason);
    return reply(ask(new BrainEvent.OperatorActivate(pool.service(), by, reason)));
  }

  OrderReply handOver(TwinHandoverRequest r) {
    String by = Typed.clean(r.getUser());
    String reason = Typed.clean(r.getReason());
    log("twin handover", by, reason);
    return reply(ask(new BrainEvent.OperatorTwin(by, reason)));
  }

  OrderReply takeover(TakeoverRequest r) {
    String reason = Typed.clean(r.getReason());
    if (reason.isEmpty()) {
      throw new IllegalArgumentException("a takeover needs a reason (--reason \"…\")");
    }
    ServiceName service = targets().services(r.getService(), false).getFirst();
    if (!r.getConfirmed().equals(service.name())) {
      throw new IllegalArgumentException("not confirmed: the service is " + service);
    }
    SiteId here = control.snapshot().local().site();
    if (!r.getSite().equals(here.name())) {
      throw new IllegalArgumentException(
          "this is %s, and the takeover was confirmed for %s: ask that one"
              .formatted(here, r.getSite().isEmpty() ? "no site" : Typed.clean(r.getSite())));
    }
    String by = Typed.clean(r.getUser());
    log("takeover --force " + service, by, reason);
    return reply(ask(new BrainEvent.OperatorTakeover(service, by, reason)));
  }

  /** One line for each service; a service that is refused does not keep the others from it. */
  OrderReply pause(PauseRequest r, long withinNanos) {
    String reason = Typed.clean(r.getReason());
    if (r.getOn() && reason.isEmpty()) {
      throw new IllegalArgumentException("a pause needs a reason (--reason \"…\")");
    }
    String by = Typed.clean(r.getUser());
    List<Pausing> begun = new ArrayList<>();
    for (ServiceName service : targets().services(r.getService(), r.getAll())) {
      log((r.getOn() ? "pause " : "resume ") + service, by, reason);
      begun.add(Pausing.begin(control, service, r.getOn(), by, reason, nanos.getAsLong()));
    }
    long end = nanos.getAsLong() + withinNanos;
    OrderReply.Builder reply = OrderReply.newBuilder();
    begun.forEach(
        p -> reply.addLines(p.outcome(Math.max(0, end - nanos.getAsLong()), withinNanos)));
    return reply.build();
  }

  OrderReply orderSite(OrderSiteRequest r, long withinNanos) {
    SiteId site = Switching.site(control.snapshot(), r.getSite());
    if (new Sides(control.snapshot()).witnesses().contains(site)
        && r.getMode() != OrderSiteRequest.Mode.NONE) {
      throw new IllegalArgumentException(
          site + " is a witness: it votes, and never has a role to stand aside from");
    }
    Optional<SiteOrder.Mode> mode =
        switch (r.getMode()) {
          case NONE, UNRECOGNIZED -> Optional.empty();
          case MAINTENANCE -> Optional.of(SiteOrder.Mode.MAINTENANCE);
          case DRAIN -> Optional.of(SiteOrder.Mode.DRAIN);
        };
    String reason = Typed.clean(r.getReason());
    if (mode.isPresent() && reason.isEmpty()) {
      throw new IllegalArgumentException("an order about a site needs a reason (--reason \"…\")");
    }
    String by = Typed.clean(r.getUser());
    String what = mode.map(m -> m.name().toLowerCase(Locale.ROOT)).orElse("return");
    log("site " + what + " " + site, by, reason);
    OrderReply done =
        confirmed(
            new BrainEvent.OperatorSite(site, mode, by, reason),
            s -> Optional.ofNullable(s.siteOrders().get(site)).map(SiteOrder::mode).equals(mode),
            withinNanos);
    return mode.flatMap(m -> new Sides(control.snapshot()).nobodyElse())
        .map(warning -> done.toBuilder().addLines("WARNING: " + warning).build())
        .orElse(done);
  }

  OrderReply prefer(PreferRequest r, long withinNanos) {
    ServiceName service = targets().services(r.getService(), false).getFirst();
    Optional<SiteId> site =
        r.getSite().isEmpty()
            ? Optional.empty()
            : Optional.of(Switching.site(control.snapshot(), r.getSite()));
    String by = Typed.clean(r.getUser());
    String reason = Typed.clean(r.getReason());
    log("prefer " + site.map(SiteId::name).orElse("none") + " for " + service, by, reason);
    return confirmed(
        new BrainEvent.OperatorPrefer(service, site, by, reason),
        s -> directives(s, service).preferred().equals(site),
        withinNanos);
  }

  OrderReply endSwitchover(EndSwitchoverRequest r, long withinNanos) {
    ServiceName service = targets().services(r.getService(), false).getFirst();
    String by = Typed.clean(r.getUser());
    String reason = Typed.clean(r.getReason());
    log("end the switchover of " + service, by, reason);
    return confirmed(
        new BrainEvent.OperatorEndMove(service, by, reason),
        s -> directives(s, service).move().isEmpty(),
        withinNanos);
  }

  private static Directives directives(NodeSnapshot picture, ServiceName service) {
    return picture.services().stream()
        .filter(s -> s.name().equals(service))
        .findFirst()
        .orElseThrow()
        .grant()
        .directives();
  }

  private OrderReply confirmed(
      BrainEvent order, Predicate<NodeSnapshot> inForce, long withinNanos) {
    String answer =
        Confirmation.of(control, order, inForce, nanos.getAsLong(), Math.max(0, withinNanos));
    if (answer.startsWith("ERROR: ")) {
      throw new IllegalStateException(answer.substring("ERROR: ".length()));
    }
    return reply(answer);
  }

  /** Forgets what is kept of a pool; what is configured is never touched. */
  OrderReply forget(DeletePoolRequest r) {
    String name = r.getPool();
    List<NodeControl.Stored> gone =
        control.stored().stream()
            .filter(s -> s.pool().equals(name) || s.service().name().equals(name))
            .toList();
    Optional<NodeControl.Pool> configured =
        control.pools().stream()
            .filter(p -> p.name().equals(name) || p.service().name().equals(name))
            .findFirst();
    if (gone.isEmpty()) {
      throw new IllegalArgumentException(
          configured
              .map(
                  p ->
                      "pool %s is configured at %s: take it out of mpp.yml first and restart that"
                              .formatted(p.name(), p.site())
                          + " site's MPP")
              .orElse("nothing is kept of a pool " + Typed.clean(name) + " here (mpp pool list)"));
    }
    String by = Typed.clean(r.getUser());
    String reason = Typed.clean(r.getReason());
    log("pool delete " + Typed.clean(name), by, reason);
    control.forget(gone, by, reason);
    String nodes = String.join(", ", gone.stream().map(s -> s.node().toString()).toList());
    return reply(
        "OK: forgot "
            + nodes
            + configured.map(p -> "; pool " + p.name() + " is configured and stays").orElse(""));
  }

  private Targets targets() {
    return new Targets(control.snapshot());
  }

  private String ask(BrainEvent order) {
    String answer = await(control.order(order));
    if (answer.startsWith("ERROR: ")) {
      throw new IllegalStateException(answer.substring("ERROR: ".length()));
    }
    return answer;
  }

  static String await(CompletableFuture<String> answer) {
    try {
      return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "no answer from the loop within " + ANSWER_SECONDS + " s; look at mpp status", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  private static OrderReply reply(String line) {
    return OrderReply.newBuilder().addLines(line).build();
  }

  private static void log(String what, String by, String reason) {
    LOG.info(
        "{} asked by {}: {}",
        what,
        by.isEmpty() ? "nobody named" : by,
        reason.isEmpty() ? "no reason given" : reason);
  }
}
