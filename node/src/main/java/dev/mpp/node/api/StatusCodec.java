package dev.mpp.node.api;

import dev.mpp.core.model.SiteId;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.wire.ViewCodec;
import dev.mpp.proto.v1.JournalEntry;
import dev.mpp.proto.v1.LedgerStatus;
import dev.mpp.proto.v1.Moving;
import dev.mpp.proto.v1.Paused;
import dev.mpp.proto.v1.PeerStatus;
import dev.mpp.proto.v1.ServiceStatus;
import dev.mpp.proto.v1.SiteAddresses;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.TwinStatus;
import java.util.List;
import java.util.Locale;

/** The picture as it goes to an operator: monotonic instants become durations. */
final class StatusCodec {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private StatusCodec() {}

  /**
   * @param now of the clock that the snapshot's instants come from
   */
  static StatusReply encode(
      NodeSnapshot s, List<String> alarms, List<String> outbound, long now, long wallMillis) {
    var b =
        StatusReply.newBuilder()
            .setWallMillis(wallMillis)
            .setAgeMillis(millis(now - s.takenAt()))
            .setLocal(ViewCodec.encode(s.local()))
            .setLedger(ledger(s, now))
            .setInsecure(s.insecure())
            .addAllAlarms(alarms)
            .addAllOutboundDns(outbound)
            .setLastEventSequence(s.lastEventSequence());
    s.peers().forEach(p -> b.addPeers(peer(p, now)));
    s.services().forEach(v -> b.addServices(service(v, now)));
    s.siteOrders()
        .forEach(
            (site, o) ->
                b.addSiteOrdersBuilder()
                    .setSite(site.name())
                    .setMode(o.mode().name().toLowerCase(Locale.ROOT))
                    .setBy(o.by())
                    .setReason(o.reason()));
    s.twin().ifPresent(t -> b.setTwin(twin(t, now)));
    return b.build();
  }

  private static TwinStatus twin(NodeSnapshot.Twin t, long now) {
    var b = TwinStatus.newBuilder().setUp(t.up()).setSentence(t.sentence());
    if (t.heardAt() != Long.MIN_VALUE) {
      b.setHeardAgeMillis(millis(now - t.heardAt()));
    }
    t.view().ifPresent(v -> b.setView(ViewCodec.encode(v)));
    return b.build();
  }

  private static PeerStatus peer(NodeSnapshot.Peer p, long now) {
    var b =
        PeerStatus.newBuilder()
            .setSite(p.site().name())
            .setWitness(p.witness())
            .setConnected(p.connected())
            .setRttMicros(p.rttMicros());
    if (p.heardAt() != Long.MIN_VALUE) {
      b.setHeardAgeMillis(millis(now - p.heardAt()));
    }
    p.view().ifPresent(v -> b.setView(ViewCodec.encode(v)));
    return b.build();
  }

  private static ServiceStatus service(NodeSnapshot.Service v, long now) {
    var b =
        ServiceStatus.newBuilder()
            .setService(v.name().name())
            .setEpoch(v.grant().epoch())
            .setHolder(v.grant().holder().map(SiteId::name).orElse(""))
            .setIncarnation(v.grant().incarnation())
            .setRenewal(v.grant().renewal())
            .setServing(v.grant().serving())
            .setServedBy(v.grant().servedBy().map(SiteId::name).orElse(""))
            .setHolding(v.holding())
            .setActive(v.active(now).map(SiteId::name).orElse(""))
            .setSentence(v.sentence());
    v.grant()
        .paused()
        .ifPresent(p -> b.setPaused(Paused.newBuilder().setBy(p.by()).setReason(p.reason())));
    v.grant().directives().preferred().ifPresent(p -> b.setPreferred(p.name()));
    v.grant()
        .move()
        .ifPresent(
            m ->
                b.setMoving(
                    Moving.newBuilder()
                        .setId(m.id())
                        .setTarget(m.target().name())
                        .setBy(m.by())
                        .setReason(m.reason())
                        .setHandedOver(m.position().isPresent())));
    v.grant().inSync().forEach(site -> b.addInSync(site.name()));
    if (v.leaseEnd() != Long.MIN_VALUE) {
      b.setLeaseLeftMillis(millis(v.leaseEnd() - now));
    }
    if (v.holding()) {
      b.setOwnLeftMillis(millis(v.validUntil() - now));
    }
    v.addresses()
        .forEach(
            a ->
                b.addAddresses(
                    SiteAddresses.newBuilder()
                        .setSite(a.site().name())
                        .addAllAddresses(a.addresses())));
    return b.build();
  }

  private static LedgerStatus ledger(NodeSnapshot s, long now) {
    var b =
        LedgerStatus.newBuilder()
            .setLeader(s.ledger().leader())
            .setRole(s.ledger().role())
            .setTerm(s.ledger().term())
            .setAppliedIndex(s.ledger().appliedIndex());
    if (s.ledgerFreshAt() != Long.MIN_VALUE) {
      b.setFreshAgeMillis(millis(now - s.ledgerFreshAt()));
    }
    return b.build();
  }

  static JournalEntry encode(NodeControl.JournalEntry e) {
    return JournalEntry.newBuilder()
        .setSequence(e.sequence())
        .setWallMillis(e.wallMillis())
        .setService(e.service())
        .setKind(e.kind())
        .setSubject(e.subject())
        .setEpoch(e.epoch())
        .setText(e.text())
        .setUser(e.user())
        .setHash(e.hash())
        .build();
  }

  static long millis(long nanos) {
    return Math.floorDiv(nanos, NANOS_PER_MILLI);
  }
}
