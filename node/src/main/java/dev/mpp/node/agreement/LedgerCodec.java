package dev.mpp.node.agreement;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.mpp.core.lease.Acting;
import dev.mpp.core.lease.Directives;
import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Move;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.proto.v1.HeldService;
import dev.mpp.proto.v1.LedgerEntry;
import dev.mpp.proto.v1.LedgerGrant;
import dev.mpp.proto.v1.LedgerMove;
import dev.mpp.proto.v1.LedgerMoveOutcome;
import dev.mpp.proto.v1.LedgerOrigin;
import dev.mpp.proto.v1.LedgerReply;
import dev.mpp.proto.v1.LedgerSiteOrder;
import dev.mpp.proto.v1.LedgerSnapshot;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Between {@code core.lease} and the bytes of the log, the replies and the snapshots. Equal values
 * have equal bytes. Reading is strict: what this version does not know it refuses, because a
 * replica that skips an entry, or a part of one, has silently left the others.
 */
final class LedgerCodec {
  /** The newest that can be read. Messages are written in the lowest that can say them. */
  static final int FORMAT = 3;

  private static final int PAUSES = 2;
  private static final int FIRST = 1;

  private LedgerCodec() {}

  /** The lowest format that can say it. */
  static int format(LedgerCommand command) {
    return switch (command) {
      case LedgerCommand.Claim c -> FIRST;
      case LedgerCommand.Renew r -> FIRST;
      case LedgerCommand.Release r -> FIRST;
      case LedgerCommand.Serve s -> FIRST;
      case LedgerCommand.InSync i -> FIRST;
      case LedgerCommand.Beat b -> FIRST;
      case LedgerCommand.Pause p -> PAUSES;
      case LedgerCommand.Adopt a -> FORMAT;
      case LedgerCommand.BeginMove m -> FORMAT;
      case LedgerCommand.EndMove m -> FORMAT;
      case LedgerCommand.Handover h -> FORMAT;
      case LedgerCommand.Prefer p -> FORMAT;
      case LedgerCommand.OrderSite o -> FORMAT;
    };
  }

  private static int format(LedgerState state) {
    if (!state.sites().isEmpty()
        || !state.acting().isEmpty()
        || state.grants().values().stream().anyMatch(LedgerCodec::directed)) {
      return FORMAT;
    }
    return state.grants().values().stream().anyMatch(g -> g.paused().isPresent()) ? PAUSES : FIRST;
  }

  private static boolean directed(Grant g) {
    Directives d = g.directives();
    return g.openedBy().isPresent()
        || d.preferred().isPresent()
        || d.move().isPresent()
        || d.lastMove().isPresent();
  }

  static byte[] encode(LedgerCommand command) {
    LedgerEntry.Builder entry =
        LedgerEntry.newBuilder().setFormat(format(command)).setOrigin(origin(command.origin()));
    switch (command) {
      case LedgerCommand.Claim c ->
          entry
              .getClaimBuilder()
              .setService(c.service().name())
              .setExpectedEpoch(c.expectedEpoch())
              .setExpectedRenewal(c.expectedRenewal());
      case LedgerCommand.Renew r -> {
        LedgerEntry.Renew.Builder renew = entry.getRenewBuilder();
        r.held().forEach(h -> renew.addHeld(held(h.service(), h.epoch())));
      }
      case LedgerCommand.Release r ->
          entry.getReleaseBuilder().setHeld(held(r.service(), r.epoch()));
      case LedgerCommand.Serve s -> entry.getServeBuilder().setHeld(held(s.service(), s.epoch()));
      case LedgerCommand.InSync i ->
          entry
              .getInSyncBuilder()
              .setHeld(held(i.service(), i.epoch()))
              .addAllSites(names(i.sites()));
      case LedgerCommand.Pause p ->
          entry
              .getPauseBuilder()
              .setService(p.service().name())
              .setOn(p.on())
              .setBy(p.by())
              .setReason(p.reason());
      case LedgerCommand.Adopt a -> entry.getAdoptBuilder().setExpectedTerm(a.expectedTerm());
      case LedgerCommand.BeginMove m ->
          entry
              .getBeginMoveBuilder()
              .setService(m.service().name())
              .setEpoch(m.epoch())
              .setMove(move(m.move()));
      case LedgerCommand.EndMove m ->
          entry
              .getEndMoveBuilder()
              .setService(m.service().name())
              .setId(m.id())
              .setReason(m.reason());
      case LedgerCommand.Handover h ->
          entry
              .getHandoverBuilder()
              .setHeld(held(h.service(), h.epoch()))
              .setId(h.id())
              .setPosition(h.position().toString());
      case LedgerCommand.Prefer p ->
          entry
              .getPreferBuilder()
              .setService(p.service().name())
              .setSite(p.site().map(SiteId::name).orElse(""))
              .setBy(p.by())
              .setReason(p.reason());
      case LedgerCommand.OrderSite o -> {
        LedgerEntry.OrderSite.Builder order =
            entry
                .getOrderSiteBuilder()
                .setSite(o.site().name())
                .setBy(o.by())
                .setReason(o.reason());
        o.order().ifPresent(given -> order.setOrder(order(o.site(), given)));
      }
      case LedgerCommand.Beat b -> entry.setBeat(LedgerEntry.Beat.getDefaultInstance());
    }
    return entry.build().toByteArray();
  }

  /**
   * @throws UnreadableLedgerException when the entry is damaged or of a newer version
   */
  static LedgerCommand command(byte[] bytes) {
    LedgerEntry entry = parsed("entry", () -> LedgerEntry.parseFrom(bytes));
    requireKnown("entry", entry.getFormat(), entry);
    return valid(
        "entry",
        () -> {
          Origin origin =
              new Origin(
                  new SiteId(entry.getOrigin().getSite()),
                  entry.getOrigin().getIncarnation(),
                  entry.getOrigin().getSequence());
          return command(origin, entry);
        });
  }

  private static LedgerCommand command(Origin origin, LedgerEntry entry) {
    return switch (entry.getKindCase()) {
      case CLAIM ->
          new LedgerCommand.Claim(
              origin,
              new ServiceName(entry.getClaim().getService()),
              entry.getClaim().getExpectedEpoch(),
              entry.getClaim().getExpectedRenewal());
      case RENEW ->
          new LedgerCommand.Renew(
              origin,
              entry.getRenew().getHeldList().stream()
                  .map(h -> new LedgerCommand.Held(service(h), h.getEpoch()))
                  .toList());
      case RELEASE -> {
        HeldService h = entry.getRelease().getHeld();
        yield new LedgerCommand.Release(origin, service(h), h.getEpoch());
      }
      case SERVE -> {
        HeldService h = entry.getServe().getHeld();
        yield new LedgerCommand.Serve(origin, service(h), h.getEpoch());
      }
      case IN_SYNC -> {
        HeldService h = entry.getInSync().getHeld();
        yield new LedgerCommand.InSync(
            origin, service(h), h.getEpoch(), sites(entry.getInSync().getSitesList()));
      }
      case PAUSE ->
          new LedgerCommand.Pause(
              origin,
              new ServiceName(entry.getPause().getService()),
              entry.getPause().getOn(),
              entry.getPause().getBy(),
              entry.getPause().getReason());
      case ADOPT -> new LedgerCommand.Adopt(origin, entry.getAdopt().getExpectedTerm());
      case BEGIN_MOVE ->
          new LedgerCommand.BeginMove(
              origin,
              new ServiceName(entry.getBeginMove().getService()),
              entry.getBeginMove().getEpoch(),
              move(entry.getBeginMove().getMove()));
      case END_MOVE ->
          new LedgerCommand.EndMove(
              origin,
              new ServiceName(entry.getEndMove().getService()),
              entry.getEndMove().getId(),
              entry.getEndMove().getReason());
      case HANDOVER -> {
        HeldService h = entry.getHandover().getHeld();
        yield new LedgerCommand.Handover(
            origin,
            service(h),
            h.getEpoch(),
            entry.getHandover().getId(),
            GtidSet.parse(entry.getHandover().getPosition()));
      }
      case PREFER ->
          new LedgerCommand.Prefer(
              origin,
              new ServiceName(entry.getPrefer().getService()),
              site(entry.getPrefer().getSite()),
              entry.getPrefer().getBy(),
              entry.getPrefer().getReason());
      case ORDER_SITE -> {
        LedgerEntry.OrderSite o = entry.getOrderSite();
        yield new LedgerCommand.OrderSite(
            origin,
            new SiteId(o.getSite()),
            o.hasOrder() ? Optional.of(order(o.getOrder())) : Optional.empty(),
            o.getBy(),
            o.getReason());
      }
      case BEAT -> new LedgerCommand.Beat(origin);
      case KIND_NOT_SET -> throw new IllegalArgumentException("its kind is missing");
    };
  }

  static byte[] encode(LedgerOutcome outcome) {
    LedgerReply.Builder reply = LedgerReply.newBuilder().setFormat(FIRST);
    switch (outcome) {
      case LedgerOutcome.Accepted a -> {
        LedgerReply.Accepted.Builder accepted = reply.getAcceptedBuilder();
        a.services().forEach(s -> accepted.addServices(s.name()));
      }
      case LedgerOutcome.Refused r -> reply.getRefusedBuilder().setReason(r.reason());
    }
    return reply.build().toByteArray();
  }

  /**
   * @throws UnreadableLedgerException when the reply is damaged or of a newer version
   */
  static LedgerOutcome outcome(byte[] bytes) {
    LedgerReply reply = parsed("reply", () -> LedgerReply.parseFrom(bytes));
    requireKnown("reply", reply.getFormat(), reply);
    return valid(
        "reply",
        () ->
            switch (reply.getOutcomeCase()) {
              case ACCEPTED ->
                  new LedgerOutcome.Accepted(
                      reply.getAccepted().getServicesList().stream()
                          .map(ServiceName::new)
                          .toList());
              case REFUSED -> new LedgerOutcome.Refused(reply.getRefused().getReason());
              case OUTCOME_NOT_SET -> throw new IllegalArgumentException("its outcome is missing");
            });
  }

  static byte[] encode(LedgerState state) {
    LedgerSnapshot.Builder snapshot = LedgerSnapshot.newBuilder().setFormat(format(state));
    state.sites().forEach((site, order) -> snapshot.addSites(order(site, order)));
    state
        .acting()
        .forEach(
            (site, acting) ->
                snapshot
                    .addActingBuilder()
                    .setSite(site.name())
                    .setIncarnation(acting.incarnation())
                    .setTerm(acting.term()));
    for (Grant g : state.grants().values()) {
      LedgerGrant.Builder grant =
          LedgerGrant.newBuilder()
              .setService(g.service().name())
              .setEpoch(g.epoch())
              .setHolder(g.holder().map(SiteId::name).orElse(""))
              .setIncarnation(g.incarnation())
              .setRenewal(g.renewal())
              .setServing(g.serving())
              .setServedBy(g.servedBy().map(SiteId::name).orElse(""))
              .addAllInSync(names(g.inSync()))
              .setStated(g.stated())
              .setOpenedBy(g.openedBy().map(SiteId::name).orElse(""));
      g.paused().ifPresent(p -> grant.getPausedBuilder().setBy(p.by()).setReason(p.reason()));
      g.move().ifPresent(m -> grant.setMove(move(m)));
      g.directives().preferred().ifPresent(p -> grant.setPreferred(p.name()));
      g.directives().lastMove().ifPresent(o -> grant.setLastMove(outcome(o)));
      snapshot.addGrants(grant);
    }
    return snapshot.build().toByteArray();
  }

  /**
   * @throws UnreadableLedgerException when the snapshot is damaged or of a newer version
   */
  static LedgerState state(byte[] bytes) {
    LedgerSnapshot snapshot = parsed("snapshot", () -> LedgerSnapshot.parseFrom(bytes));
    requireKnown("snapshot", snapshot.getFormat(), snapshot);
    return valid(
        "snapshot",
        () -> {
          Map<ServiceName, Grant> grants = new TreeMap<>();
          for (LedgerGrant g : snapshot.getGrantsList()) {
            ServiceName service = new ServiceName(g.getService());
            grants.put(
                service,
                new Grant(
                    service,
                    g.getEpoch(),
                    site(g.getHolder()),
                    g.getIncarnation(),
                    g.getRenewal(),
                    g.getServing(),
                    site(g.getServedBy()),
                    sites(g.getInSyncList()),
                    g.getStated(),
                    site(g.getOpenedBy()),
                    directives(g)));
          }
          Map<SiteId, SiteOrder> sites = new TreeMap<>();
          snapshot.getSitesList().forEach(o -> sites.put(new SiteId(o.getSite()), order(o)));
          Map<SiteId, Acting> acting = new TreeMap<>();
          snapshot
              .getActingList()
              .forEach(
                  a ->
                      acting.put(
                          new SiteId(a.getSite()), new Acting(a.getIncarnation(), a.getTerm())));
          return new LedgerState(grants, sites, acting);
        });
  }

  private static Directives directives(LedgerGrant g) {
    return new Directives(
        g.hasPaused()
            ? Optional.of(new Grant.Paused(g.getPaused().getBy(), g.getPaused().getReason()))
            : Optional.empty(),
        site(g.getPreferred()),
        g.hasMove() ? Optional.of(move(g.getMove())) : Optional.empty(),
        g.hasLastMove() ? Optional.of(outcome(g.getLastMove())) : Optional.empty());
  }

  private static LedgerMoveOutcome outcome(Move.Outcome o) {
    return LedgerMoveOutcome.newBuilder()
        .setId(o.id())
        .setTarget(o.target().name())
        .setDone(o.done())
        .setReason(o.reason())
        .build();
  }

  private static Move.Outcome outcome(LedgerMoveOutcome o) {
    return new Move.Outcome(o.getId(), new SiteId(o.getTarget()), o.getDone(), o.getReason());
  }

  private static LedgerMove move(Move m) {
    LedgerMove.Builder move =
        LedgerMove.newBuilder()
            .setId(m.id())
            .setTarget(m.target().name())
            .setBudgetNanos(m.budget())
            .setBy(m.by())
            .setReason(m.reason());
    m.position().ifPresent(p -> move.setPosition(p.toString()));
    return move.build();
  }

  private static Move move(LedgerMove m) {
    return new Move(
        m.getId(),
        new SiteId(m.getTarget()),
        m.getBudgetNanos(),
        m.getBy(),
        m.getReason(),
        m.hasPosition() ? Optional.of(GtidSet.parse(m.getPosition())) : Optional.empty());
  }

  private static LedgerSiteOrder order(SiteId site, SiteOrder o) {
    return LedgerSiteOrder.newBuilder()
        .setSite(site.name())
        .setMode(o.mode().name())
        .setBy(o.by())
        .setReason(o.reason())
        .build();
  }

  private static SiteOrder order(LedgerSiteOrder o) {
    return new SiteOrder(SiteOrder.Mode.valueOf(o.getMode()), o.getBy(), o.getReason());
  }

  private static LedgerOrigin origin(Origin o) {
    return LedgerOrigin.newBuilder()
        .setSite(o.site().name())
        .setIncarnation(o.incarnation())
        .setSequence(o.sequence())
        .build();
  }

  private static HeldService held(ServiceName service, long epoch) {
    return HeldService.newBuilder().setService(service.name()).setEpoch(epoch).build();
  }

  private static ServiceName service(HeldService held) {
    return new ServiceName(held.getService());
  }

  private static Optional<SiteId> site(String name) {
    return name.isEmpty() ? Optional.empty() : Optional.of(new SiteId(name));
  }

  private static Iterable<String> names(Set<SiteId> sites) {
    return new TreeSet<>(sites).stream().map(SiteId::name).toList();
  }

  private static Set<SiteId> sites(Collection<String> names) {
    return names.stream().map(SiteId::new).collect(Collectors.toSet());
  }

  private interface Parser<T> {
    T parse() throws InvalidProtocolBufferException;
  }

  private static <T> T parsed(String what, Parser<T> parser) {
    try {
      return parser.parse();
    } catch (InvalidProtocolBufferException e) {
      throw new UnreadableLedgerException("a ledger " + what + " is damaged: " + e.getMessage(), e);
    }
  }

  private static <T> T valid(String what, Parser<T> parser) {
    try {
      return parser.parse();
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      throw new UnreadableLedgerException("a ledger " + what + " is invalid: " + e.getMessage(), e);
    }
  }

  private static void requireKnown(String what, int format, Message message) {
    if (format > FORMAT || format < 1 || !onlyKnownFields(message)) {
      throw new UnreadableLedgerException(
          "a ledger %s was written by another version (format %d, this version reads %d%s)"
              .formatted(
                  what,
                  format,
                  FORMAT,
                  onlyKnownFields(message) ? "" : "; it has fields unknown here"));
    }
  }

  private static boolean onlyKnownFields(Message message) {
    return message.getUnknownFields().asMap().isEmpty()
        && message.getAllFields().values().stream()
            .flatMap(v -> v instanceof Collection<?> c ? c.stream() : java.util.stream.Stream.of(v))
            .allMatch(v -> !(v instanceof Message m) || onlyKnownFields(m));
  }
}
