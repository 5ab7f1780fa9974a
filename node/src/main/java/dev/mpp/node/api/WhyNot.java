package dev.mpp.node.api;

import dev.mpp.core.model.Guard;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.wire.ViewCodec;
import dev.mpp.proto.v1.WhyNotReply;
import dev.mpp.proto.v1.WhyNotRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Why a site is not ACTIVE: what it said of itself, which alone knows its nodes, with the age of
 * that.
 */
record WhyNot(NodeSnapshot picture, long now) {
  WhyNotReply answer(WhyNotRequest request) {
    ServiceName name = new Targets(picture).services(request.getService(), false).getFirst();
    NodeSnapshot.Service service =
        picture.services().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    String text = request.getSite().toLowerCase(Locale.ROOT);
    SiteId local = picture.local().site();
    WhyNotReply.Builder b =
        WhyNotReply.newBuilder()
            .setService(name.name())
            .setEpoch(service.grant().epoch())
            .setActiveSite(service.active(now).map(SiteId::name).orElse(""))
            .setServing(service.grant().serving())
            .setAskedSite(local.name())
            .setInsecure(picture.insecure());
    if (text.isEmpty() || text.equals(local.name())) {
      long age = now - picture.takenAt();
      return local(b, service, age);
    }
    NodeSnapshot.Peer peer =
        picture.peers().stream()
            .filter(p -> p.site().name().equals(text))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(unknown(request.getSite())));
    return peer(b, service, peer);
  }

  private String unknown(String site) {
    List<String> all = new ArrayList<>(List.of(picture.local().site().name()));
    picture.peers().forEach(p -> all.add(p.site().name()));
    return "there is no site " + site + "; there is " + String.join(", ", all);
  }

  private WhyNotReply local(WhyNotReply.Builder b, NodeSnapshot.Service service, long age) {
    SiteId site = picture.local().site();
    List<Guard> guards = new ArrayList<>();
    boolean stale = age > NodeSnapshot.SILENT_NANOS;
    if (stale) {
      guards.add(
          new Guard(
              Guard.Kind.SILENT,
              site + " has decided nothing for " + seconds(age) + ": its loop is stuck",
              "restart MPP there; what follows is what was so then"));
    }
    b.setAgeMillis(StatusCodec.millis(age));
    return reply(
        b,
        service,
        site,
        picture.local().witness(),
        picture.local().pool(service.name()),
        stale,
        guards);
  }

  private WhyNotReply peer(
      WhyNotReply.Builder b, NodeSnapshot.Service service, NodeSnapshot.Peer peer) {
    List<Guard> guards = new ArrayList<>();
    boolean heard = peer.heardAt() != Long.MIN_VALUE && peer.view().isPresent();
    long age = now - peer.heardAt();
    boolean stale = !peer.fresh(now);
    boolean said =
        peer.view()
            .flatMap(v -> v.pool(service.name()))
            .filter(p -> !p.guards().isEmpty())
            .isPresent();
    if (stale) {
      guards.add(
          new Guard(
              Guard.Kind.SILENT,
              picture.local().site()
                  + (heard
                      ? " has not heard " + peer.site() + " for " + seconds(age)
                      : " has never heard " + peer.site() + " since it started"),
              "ask a node that hears it (mpp peers)"
                  + (said ? "; what follows is what it said then" : "")));
    }
    if (heard) {
      b.setAgeMillis(StatusCodec.millis(age));
    }
    return reply(
        b,
        service,
        peer.site(),
        peer.witness(),
        peer.view().flatMap(v -> v.pool(service.name())),
        stale,
        guards);
  }

  private WhyNotReply reply(
      WhyNotReply.Builder b,
      NodeSnapshot.Service service,
      SiteId site,
      boolean witness,
      Optional<PoolView> pool,
      boolean stale,
      List<Guard> guards) {
    boolean active = service.active(now).equals(Optional.of(site));
    pool.ifPresent(
        p -> {
          b.setReason(p.reason());
          guards.addAll(p.guards());
        });
    if (pool.isEmpty() && (!stale || witness)) {
      guards.add(
          new Guard(
              Guard.Kind.NO_POOL,
              site + (witness ? " is a witness" : " has no pool of " + service.name()),
              witness
                  ? "a witness votes, and has no servers"
                  : "services: in mpp.yml says which sites have it"));
    }
    // A silent site may have the role: its lease is the evidence, not what it said last.
    boolean serves = active && service.grant().serving();
    if (!serves || stale) {
      guards.forEach(g -> b.addGuards(ViewCodec.encode(g)));
    }
    return b.setService(service.name().name())
        .setSite(site.name())
        .setActive(active)
        .setStale(stale)
        .build();
  }

  private static String seconds(long nanos) {
    return String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
  }
}
