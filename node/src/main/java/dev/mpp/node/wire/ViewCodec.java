package dev.mpp.node.wire;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.CheckpointView;
import dev.mpp.core.model.SiteView.LinkView;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.SiteView.Replica;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.proto.v1.GuardKind;
import dev.mpp.proto.v1.Health;
import java.util.Optional;

/**
 * {@link SiteView} to and from its form on the wire. A GTID set travels as its text, so the empty
 * set of either family arrives as the empty MariaDB set, which every set contains.
 */
public final class ViewCodec {
  private ViewCodec() {}

  public static dev.mpp.proto.v1.SiteView encode(SiteView v) {
    var b =
        dev.mpp.proto.v1.SiteView.newBuilder()
            .setSite(v.site().name())
            .setIncarnation(v.incarnation())
            .setSequence(v.sequence())
            .setWitness(v.witness())
            .setVersion(v.version())
            .setConfigHash(v.configHash())
            .setReach(encode(v.reach()))
            .setInstance(v.instance())
            .setPassive(v.passive());
    v.checkpoints().forEach(c -> b.addCheckpoints(encode(c)));
    v.pools().forEach(p -> b.addPools(encode(p)));
    v.links().forEach(l -> b.addLinks(encode(l)));
    v.roles().forEach(r -> b.addRolesBuilder().setService(r.service().name()).setEpoch(r.epoch()));
    v.replica().ifPresent(r -> b.setReplica(encode(r)));
    v.journal().ifPresent(j -> b.setJournal(encode(j)));
    return b.build();
  }

  /**
   * @throws IllegalArgumentException if a name, an address or a GTID set is malformed
   */
  public static SiteView decode(dev.mpp.proto.v1.SiteView v) {
    return new SiteView(
        new SiteId(v.getSite()),
        v.getIncarnation(),
        v.getSequence(),
        v.getWitness(),
        v.getVersion(),
        v.getConfigHash(),
        decode(v.getReach()),
        v.getCheckpointsList().stream().map(ViewCodec::decode).toList(),
        v.getPoolsList().stream().map(ViewCodec::decode).toList(),
        v.getLinksList().stream().map(ViewCodec::decode).toList(),
        v.getRolesList().stream()
            .map(r -> new SiteView.RoleView(new ServiceName(r.getService()), r.getEpoch()))
            .toList(),
        v.hasReplica() ? Optional.of(decode(v.getReplica())) : Optional.empty(),
        v.hasJournal() ? head(v.getJournal()) : Optional.empty(),
        v.getInstance(),
        v.getPassive());
  }

  /** A defect there is no reason not to hear a site. */
  private static Optional<JournalHead> head(dev.mpp.proto.v1.JournalHead head) {
    try {
      return Optional.of(decode(head));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static dev.mpp.proto.v1.Replica encode(Replica r) {
    return dev.mpp.proto.v1.Replica.newBuilder()
        .setLeader(r.leader())
        .setAppliedIndex(r.appliedIndex())
        .setFreshAgeMillis(r.freshAgeMillis())
        .build();
  }

  private static Replica decode(dev.mpp.proto.v1.Replica r) {
    return new Replica(r.getLeader(), r.getAppliedIndex(), r.getFreshAgeMillis());
  }

  public static dev.mpp.proto.v1.JournalHead encode(JournalHead head) {
    return dev.mpp.proto.v1.JournalHead.newBuilder()
        .setSequence(head.sequence())
        .setHash(head.hash())
        .build();
  }

  /**
   * @throws IllegalArgumentException if it is none
   */
  public static JournalHead decode(dev.mpp.proto.v1.JournalHead head) {
    return new JournalHead(head.getSequence(), head.getHash());
  }

  public static dev.mpp.proto.v1.Guard encode(Guard g) {
    return dev.mpp.proto.v1.Guard.newBuilder()
        .setKind(GuardKind.valueOf("GUARD_KIND_" + g.kind().name()))
        .setWhat(g.what())
        .setRemedy(g.remedy())
        .build();
  }

  private static Guard decode(dev.mpp.proto.v1.Guard g) {
    return new Guard(
        switch (g.getKind()) {
          case GUARD_KIND_UNSPECIFIED, UNRECOGNIZED -> Guard.Kind.OTHER;
          default -> Guard.Kind.valueOf(g.getKind().name().substring("GUARD_KIND_".length()));
        },
        g.getWhat(),
        g.getRemedy());
  }

  private static dev.mpp.proto.v1.CheckpointView encode(CheckpointView c) {
    return dev.mpp.proto.v1.CheckpointView.newBuilder()
        .setSpec(c.spec())
        .setKind(
            switch (c.kind()) {
              case INTERNAL -> dev.mpp.proto.v1.CheckpointClass.CHECKPOINT_CLASS_INTERNAL;
              case EDGE -> dev.mpp.proto.v1.CheckpointClass.CHECKPOINT_CLASS_EDGE;
              case EXTERNAL -> dev.mpp.proto.v1.CheckpointClass.CHECKPOINT_CLASS_EXTERNAL;
            })
        .setReq(c.req())
        .setStatus(encode(c.status()))
        .setLastWallMillis(c.lastWallMillis())
        .setMessage(c.message())
        .build();
  }

  private static CheckpointView decode(dev.mpp.proto.v1.CheckpointView c) {
    return new CheckpointView(
        c.getSpec(),
        switch (c.getKind()) {
          case CHECKPOINT_CLASS_EDGE -> CheckpointClass.EDGE;
          case CHECKPOINT_CLASS_EXTERNAL -> CheckpointClass.EXTERNAL;
          case CHECKPOINT_CLASS_INTERNAL, CHECKPOINT_CLASS_UNSPECIFIED, UNRECOGNIZED ->
              CheckpointClass.INTERNAL;
        },
        c.getReq(),
        decode(c.getStatus()),
        c.getLastWallMillis(),
        c.getMessage());
  }

  private static dev.mpp.proto.v1.PoolView encode(PoolView p) {
    var b =
        dev.mpp.proto.v1.PoolView.newBuilder()
            .setService(p.service().name())
            .setName(p.name())
            .setStatus(encode(p.status()))
            .setEligible(p.eligible())
            .setReason(p.reason())
            .setAdvance(p.advance())
            .setPhase(p.phase());
    p.best().ifPresent(g -> b.setBest(g.toString()));
    p.nodes().forEach(n -> b.addNodes(encode(n)));
    p.guards().forEach(g -> b.addGuards(encode(g)));
    return b.build();
  }

  private static PoolView decode(dev.mpp.proto.v1.PoolView p) {
    return new PoolView(
        new ServiceName(p.getService()),
        p.getName(),
        decode(p.getStatus()),
        p.getEligible(),
        p.getReason(),
        p.hasBest() ? Optional.of(GtidSet.parse(p.getBest())) : Optional.empty(),
        p.getAdvance(),
        p.getNodesList().stream().map(ViewCodec::decode).toList(),
        p.getPhase(),
        p.getGuardsList().stream().map(ViewCodec::decode).toList());
  }

  private static dev.mpp.proto.v1.NodeView encode(NodeView n) {
    var b =
        dev.mpp.proto.v1.NodeView.newBuilder()
            .setHost(n.address().host())
            .setPort(n.address().port())
            .setType(
                switch (n.type()) {
                  case PRIMARY -> dev.mpp.proto.v1.NodeType.NODE_TYPE_PRIMARY;
                  case SECONDARY -> dev.mpp.proto.v1.NodeType.NODE_TYPE_SECONDARY;
                })
            .setReq(n.req())
            .setStatus(encode(n.status()))
            .setState(encode(n.state()))
            .setMessage(n.message())
            .setLastWallMillis(n.lastWallMillis())
            .setSkipped(n.skipped())
            .setMeasured(encode(n.measured()));
    n.override().ifPresent(o -> b.setOverride(OverrideCodec.encode(o)));
    n.facts().ifPresent(f -> b.setFacts(FactsCodec.encode(f)));
    return b.build();
  }

  private static NodeView decode(dev.mpp.proto.v1.NodeView n) {
    return new NodeView(
        new NodeAddress(n.getHost(), n.getPort()),
        n.getType() == dev.mpp.proto.v1.NodeType.NODE_TYPE_PRIMARY
            ? NodeType.PRIMARY
            : NodeType.SECONDARY,
        n.getReq(),
        decode(n.getStatus()),
        decode(n.getMeasured()),
        decode(n.getState()),
        n.getMessage(),
        n.getLastWallMillis(),
        n.getSkipped(),
        n.hasFacts() ? Optional.of(FactsCodec.decode(n.getFacts())) : Optional.empty(),
        n.hasOverride() ? Optional.of(OverrideCodec.decode(n.getOverride())) : Optional.empty());
  }

  private static dev.mpp.proto.v1.LinkView encode(LinkView l) {
    var b =
        dev.mpp.proto.v1.LinkView.newBuilder()
            .setPeer(l.peer().name())
            .setUp(l.up())
            .setRttMicros(l.rttMicros())
            .setAgeMillis(l.ageMillis());
    l.journal().ifPresent(j -> b.setJournal(encode(j)));
    return b.build();
  }

  private static LinkView decode(dev.mpp.proto.v1.LinkView l) {
    return new LinkView(
        new SiteId(l.getPeer()),
        l.getUp(),
        l.getRttMicros(),
        l.getAgeMillis(),
        l.hasJournal() ? head(l.getJournal()) : Optional.empty());
  }

  public static Health encode(Status status) {
    return switch (status) {
      case OK -> Health.HEALTH_OK;
      case OK_INFO -> Health.HEALTH_OK_INFO;
      case OK_WARN -> Health.HEALTH_OK_WARN;
      case OK_CRITICAL -> Health.HEALTH_OK_CRITICAL;
      case FAIL -> Health.HEALTH_FAIL;
    };
  }

  static Status decode(Health status) {
    return switch (status) {
      case HEALTH_OK -> Status.OK;
      case HEALTH_OK_INFO -> Status.OK_INFO;
      case HEALTH_OK_WARN -> Status.OK_WARN;
      case HEALTH_OK_CRITICAL -> Status.OK_CRITICAL;
      case HEALTH_FAIL, HEALTH_UNSPECIFIED, UNRECOGNIZED -> Status.FAIL;
    };
  }

  public static dev.mpp.proto.v1.State encode(State state) {
    return switch (state) {
      case UNKNOWN -> dev.mpp.proto.v1.State.STATE_UNKNOWN;
      case STANDBY -> dev.mpp.proto.v1.State.STATE_STANDBY;
      case ACTIVE -> dev.mpp.proto.v1.State.STATE_ACTIVE;
      case FAILED_ONLINE -> dev.mpp.proto.v1.State.STATE_FAILED_ONLINE;
      case FAILED_OFFLINE -> dev.mpp.proto.v1.State.STATE_FAILED_OFFLINE;
    };
  }

  static State decode(dev.mpp.proto.v1.State state) {
    return switch (state) {
      case STATE_STANDBY -> State.STANDBY;
      case STATE_ACTIVE -> State.ACTIVE;
      case STATE_FAILED_ONLINE -> State.FAILED_ONLINE;
      case STATE_FAILED_OFFLINE -> State.FAILED_OFFLINE;
      case STATE_UNKNOWN, STATE_UNSPECIFIED, UNRECOGNIZED -> State.UNKNOWN;
    };
  }

  private static dev.mpp.proto.v1.Reach encode(Reach reach) {
    return switch (reach) {
      case GLOBAL -> dev.mpp.proto.v1.Reach.REACH_GLOBAL;
      case WAN -> dev.mpp.proto.v1.Reach.REACH_WAN;
      case LAN -> dev.mpp.proto.v1.Reach.REACH_LAN;
      case NONE -> dev.mpp.proto.v1.Reach.REACH_NONE;
    };
  }

  private static Reach decode(dev.mpp.proto.v1.Reach reach) {
    return switch (reach) {
      case REACH_GLOBAL -> Reach.GLOBAL;
      case REACH_WAN -> Reach.WAN;
      case REACH_LAN -> Reach.LAN;
      case REACH_NONE, REACH_UNSPECIFIED, UNRECOGNIZED -> Reach.NONE;
    };
  }
}
