package dev.mpp.node.api;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.plan.FailoverPlan;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.wire.ViewCodec;
import dev.mpp.proto.v1.FailoverOutcome;
import dev.mpp.proto.v1.PlanFailoverReply;
import dev.mpp.proto.v1.PlanFailoverRequest;
import dev.mpp.proto.v1.PlanStep;
import dev.mpp.proto.v1.SiteOutlook;
import dev.mpp.proto.v1.SitePart;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** From the picture to the forecast of a failover, and from there to its message. */
record FailoverCodec(NodeSnapshot picture, long now) {
  /**
   * @param settings of the configuration, by service
   */
  PlanFailoverReply answer(
      PlanFailoverRequest request, Function<ServiceName, FailoverPlan.Setting> settings) {
    ServiceName name = new Targets(picture).services(request.getService(), false).getFirst();
    Set<SiteId> lost =
        request.getLostList().stream()
            .map(s -> new SiteId(s.toLowerCase(Locale.ROOT)))
            .collect(Collectors.toSet());
    return encode(FailoverPlan.of(settings.apply(name), known(name), lost));
  }

  private FailoverPlan.Known known(ServiceName name) {
    NodeSnapshot.Service service =
        picture.services().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    Map<SiteId, SiteView> views = new HashMap<>();
    views.put(picture.local().site(), picture.local());
    for (NodeSnapshot.Peer p : picture.peers()) {
      if (p.fresh(now)) {
        p.view().ifPresent(v -> views.put(p.site(), v));
      }
    }
    String leader = picture.ledger().leader();
    return new FailoverPlan.Known(
        picture.local().site(),
        views,
        service.grant(),
        service.active(now),
        leader.isEmpty() ? Optional.empty() : Optional.of(new SiteId(leader)),
        picture.ledgerFreshAt() == LeaseClock.NEVER
            ? Long.MAX_VALUE
            : now - picture.ledgerFreshAt());
  }

  private PlanFailoverReply encode(FailoverPlan plan) {
    PlanFailoverReply.Builder b =
        PlanFailoverReply.newBuilder()
            .setService(plan.service().name())
            .setOutcome(FailoverOutcome.valueOf("FAILOVER_OUTCOME_" + plan.outcome()))
            .setSentence(plan.sentence())
            .setActive(plan.active().map(SiteId::name).orElse(""))
            .setNext(plan.next().map(SiteId::name).orElse(""))
            .setWorstMillis(StatusCodec.millis(plan.worst()))
            .setVoters(plan.voters())
            .setMajority(plan.majority())
            .setLeft(plan.left())
            .setData(plan.data())
            .setNames(plan.names())
            .addAllNotes(plan.notes())
            .setAskedSite(picture.local().site().name())
            .setInsecure(picture.insecure());
    plan.steps()
        .forEach(
            s ->
                b.addSteps(
                    PlanStep.newBuilder()
                        .setName(s.name())
                        .setWorstMillis(StatusCodec.millis(s.worst()))
                        .setFormula(s.formula())));
    plan.sites().forEach(s -> b.addSites(encode(s)));
    return b.build();
  }

  private SiteOutlook encode(FailoverPlan.Outlook outlook) {
    SiteOutlook.Builder b =
        SiteOutlook.newBuilder()
            .setSite(outlook.site().name())
            .setPart(SitePart.valueOf("SITE_PART_" + outlook.part()));
    outlook.behind().ifPresent(b::setBehind);
    outlook.guards().forEach(g -> b.addGuards(ViewCodec.encode(g)));
    age(outlook.site()).ifPresent(b::setAgeMillis);
    return b.build();
  }

  private Optional<Long> age(SiteId site) {
    if (site.equals(picture.local().site())) {
      return Optional.of(StatusCodec.millis(now - picture.takenAt()));
    }
    return picture.peers().stream()
        .filter(p -> p.site().equals(site) && p.heardAt() != Long.MIN_VALUE)
        .map(p -> StatusCodec.millis(now - p.heardAt()))
        .findFirst();
  }
}
