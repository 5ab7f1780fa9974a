package dev.mpp.node.agreement;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.proto.v1.HeldService;
import dev.mpp.proto.v1.LedgerEntry;
import dev.mpp.proto.v1.LedgerGrant;
import dev.mpp.proto.v1.LedgerOrigin;
import dev.mpp.proto.v1.LedgerReply;
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
  static final int FORMAT = 2;

  private static final int BEFORE_PAUSE = 1;

  private LedgerCodec() {}

  static byte[] encode(LedgerCommand command) {
    LedgerEntry.Builder entry =
        LedgerEntry.newBuilder()
            .setFormat(command instanceof LedgerCommand.Pause ? FORMAT : BEFORE_PAUSE)
            .setOrigin(origin(command.origin()));
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
      case BEAT -> new LedgerCommand.Beat(origin);
      case KIND_NOT_SET -> throw new IllegalArgumentException("its kind is missing");
    };
  }

  static byte[] encode(LedgerOutcome outcome) {
    LedgerReply.Builder reply = LedgerReply.newBuilder().setFormat(BEFORE_PAUSE);
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
    boolean paused = state.grants().values().stream().anyMatch(g -> g.paused().isPresent());
    LedgerSnapshot.Builder snapshot =
        LedgerSnapshot.newBuilder().setFormat(paused ? FORMAT : BEFORE_PAUSE);
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
              .setStated(g.stated());
      g.paused().ifPresent(p -> grant.getPausedBuilder().setBy(p.by()).setReason(p.reason()));
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
                    g.hasPaused()
                        ? Optional.of(
                            new Grant.Paused(g.getPaused().getBy(), g.getPaused().getReason()))
                        : Optional.empty()));
          }
          return new LedgerState(grants);
        });
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
