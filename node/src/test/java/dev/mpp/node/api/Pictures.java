package dev.mpp.node.api;

import dev.mpp.core.lease.Directives;
import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.FailoverPlan;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.agreement.Agreement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A fixed picture of three sites: ACTIVE, a limping standby, a silent witness. */
public final class Pictures {
  public static final ServiceName SERVICE = new ServiceName("mysql.eraser.com");
  public static final NodeAddress P1 = new NodeAddress("10.1.0.1", 3306);
  public static final NodeAddress S1 = new NodeAddress("10.1.0.2", 3306);
  public static final NodeAddress P2 = new NodeAddress("10.2.0.1", 3306);

  /** 2007-11-20 15:33:04 UTC. */
  public static final long WALL = 1_195_572_784_000L;

  /** The monotonic now of the picture. */
  public static final long NOW = 1_000_000_000_000L;

  private Pictures() {}

  public static SiteView.NodeView node(
      NodeAddress address, NodeType type, int req, Status status, State state, String message) {
    return new SiteView.NodeView(
        address,
        type,
        req,
        status,
        status,
        state,
        message,
        req < 0 ? 0 : WALL,
        2,
        Optional.of(facts(state)),
        Optional.empty());
  }

  private static ServerFacts facts(State state) {
    GtidSet gtids = GtidSet.parse("0-1-4711");
    return new ServerFacts(
        "11.4.5-MariaDB-log",
        state != State.ACTIVE,
        gtids,
        state == State.ACTIVE
            ? Optional.empty()
            : Optional.of(
                new ServerFacts.Replication(
                    P1.toString(), true, true, true, "", OptionalLong.of(1), gtids)),
        ServerFacts.SemiSync.OFF,
        true);
  }

  public static SiteView site(
      String name, List<SiteView.NodeView> nodes, Status pool, boolean eligible, String reason) {
    return new SiteView(
        new SiteId(name),
        name + "-run-1",
        7,
        false,
        "0.1.0",
        "c0ffee",
        Reach.GLOBAL,
        List.of(
            new SiteView.CheckpointView(
                "external:http:www.google.com:default",
                CheckpointClass.EXTERNAL,
                0,
                Status.OK,
                WALL,
                ""),
            new SiteView.CheckpointView(
                "edge:simple:router." + name + ".eraser.com:default",
                CheckpointClass.EDGE,
                2,
                Status.OK_WARN,
                WALL,
                "connection timed out after 4 s")),
        List.of(
            new SiteView.PoolView(
                SERVICE,
                "mysql.eraser.com_pool",
                pool,
                eligible,
                reason,
                Optional.of(GtidSet.parse("0-1-4711")),
                4711,
                nodes)),
        List.of(new SiteView.LinkView(new SiteId("site3"), false, -1, 12_400)));
  }

  public static NodeSnapshot standard() {
    return picture(
        List.of(
            node(P1, NodeType.PRIMARY, 0, Status.OK, State.ACTIVE, ""),
            node(
                S1,
                NodeType.SECONDARY,
                45,
                Status.FAIL,
                State.FAILED_OFFLINE,
                "Could not connect to mysql host 10.1.0.2:3306: Too many connections")),
        true);
  }

  public static NodeSnapshot picture(List<SiteView.NodeView> nodes, boolean holding) {
    return picture(nodes, holding, Status.OK, NOW - 100_000_000L);
  }

  public static NodeSnapshot picture(
      List<SiteView.NodeView> nodes, boolean holding, Status pool, long takenAt) {
    SiteView local = site("site1", nodes, pool, true, "Holds the lease.");
    SiteView two =
        site(
            "site2",
            List.of(
                node(
                    P2,
                    NodeType.PRIMARY,
                    1,
                    Status.OK_INFO,
                    State.STANDBY,
                    "(recovering) \u001b[31mLost connection")),
            Status.OK,
            true,
            "Ready to take over.");
    return new NodeSnapshot(
        takenAt,
        local,
        List.of(
            new NodeSnapshot.Peer(
                new SiteId("site2"), false, true, NOW - 200_000_000L, 210, Optional.of(two)),
            new NodeSnapshot.Peer(
                new SiteId("site3"), true, false, NOW - 12_400_000_000L, -1, Optional.empty())),
        List.of(
            new NodeSnapshot.Service(
                SERVICE,
                new Grant(
                    SERVICE,
                    7,
                    Optional.of(new SiteId(holding ? "site1" : "site2")),
                    "site1-run-1",
                    1204,
                    true,
                    Optional.of(new SiteId("site1")),
                    Set.of(new SiteId("site1"), new SiteId("site2"))),
                NOW + 5_200_000_000L,
                holding,
                holding ? NOW + 4_900_000_000L : Long.MIN_VALUE,
                "site1 holds the lease and 10.1.0.1:3306 is writable.",
                List.of(
                    new NodeSnapshot.SiteAddress(new SiteId("site1"), List.of("192.0.2.1")),
                    new NodeSnapshot.SiteAddress(new SiteId("site2"), List.of("198.51.100.1"))))),
        new Agreement.Health("site1", "LEADER", 3, 1250),
        NOW - 250_000_000L,
        true,
        12);
  }

  /** Two data sites and a witness under {@code rpo: zero}. */
  static FailoverPlan.Setting setting(ServiceName service) {
    Map<SiteId, BrainConfig.Member> members = new LinkedHashMap<>();
    members.put(new SiteId("site1"), new BrainConfig.Member(false, 100));
    members.put(new SiteId("site2"), new BrainConfig.Member(false, 90));
    members.put(new SiteId("site3"), new BrainConfig.Member(true, 0));
    long ms = 1_000_000;
    return new FailoverPlan.Setting(
        service,
        members,
        Set.of(new SiteId("site1"), new SiteId("site2")),
        true,
        new LeaseTiming(6000 * ms, 500 * ms, 1500 * ms, 0.001, 300 * ms, 4000 * ms),
        2000 * ms,
        OptionalLong.of(1000 * ms));
  }

  /** Nobody here holds a lease; the evidence of anybody's ends then. */
  public static NodeSnapshot lease(NodeSnapshot s, long leaseEnd) {
    return service(
        s,
        v ->
            new NodeSnapshot.Service(
                v.name(), v.grant(), leaseEnd, false, Long.MIN_VALUE, v.sentence(), v.addresses()));
  }

  public static NodeSnapshot sentence(NodeSnapshot s, String sentence) {
    return service(
        s,
        v ->
            new NodeSnapshot.Service(
                v.name(),
                v.grant(),
                v.leaseEnd(),
                v.holding(),
                v.validUntil(),
                sentence,
                v.addresses()));
  }

  /** Only site1 has every acknowledged write. */
  public static NodeSnapshot alone(NodeSnapshot s) {
    return service(
        s,
        v ->
            new NodeSnapshot.Service(
                v.name(),
                new Grant(
                    v.name(),
                    v.grant().epoch(),
                    v.grant().holder(),
                    v.grant().incarnation(),
                    v.grant().renewal(),
                    v.grant().serving(),
                    v.grant().servedBy(),
                    Set.of(new SiteId("site1"))),
                v.leaseEnd(),
                v.holding(),
                v.validUntil(),
                v.sentence(),
                v.addresses()));
  }

  /** ann paused the service. */
  public static NodeSnapshot paused(NodeSnapshot s) {
    return service(
        s,
        v -> {
          Grant g = v.grant();
          return new NodeSnapshot.Service(
              v.name(),
              new Grant(
                  g.service(),
                  g.epoch(),
                  g.holder(),
                  g.incarnation(),
                  g.renewal(),
                  g.serving(),
                  g.servedBy(),
                  g.inSync(),
                  g.stated(),
                  g.openedBy(),
                  new Directives(
                      Optional.of(new Grant.Paused("ann", "firmware")),
                      Optional.empty(),
                      Optional.empty(),
                      Optional.empty())),
              v.leaseEnd(),
              v.holding(),
              v.validUntil(),
              v.sentence(),
              v.addresses());
        });
  }

  /** ann set the weight of the SECONDARY. */
  public static NodeSnapshot overridden(NodeSnapshot s) {
    SiteView.PoolView pool = s.local().pools().getFirst();
    SiteView.NodeView n = pool.nodes().get(1);
    SiteView.NodeView set =
        new SiteView.NodeView(
            n.address(),
            n.type(),
            n.req(),
            n.status(),
            n.measured(),
            n.state(),
            n.message(),
            n.lastWallMillis(),
            n.skipped(),
            n.facts(),
            Optional.of(
                new SiteView.OverrideView(
                    NodeOverride.parse("weight", "0"), 0, "ann", "slow disk")));
    return new NodeSnapshot(
        s.takenAt(),
        site("site1", List.of(pool.nodes().getFirst(), set), pool.status(), true, pool.reason()),
        s.peers(),
        s.services(),
        s.ledger(),
        s.ledgerFreshAt(),
        s.insecure(),
        s.lastEventSequence());
  }

  private static NodeSnapshot service(NodeSnapshot s, UnaryOperator<NodeSnapshot.Service> change) {
    return new NodeSnapshot(
        s.takenAt(),
        s.local(),
        s.peers(),
        s.services().stream().map(change).toList(),
        s.ledger(),
        s.ledgerFreshAt(),
        s.insecure(),
        s.lastEventSequence());
  }

  /** site2 was ACTIVE when it was last heard, 13 s ago. */
  public static NodeSnapshot silent(NodeSnapshot s) {
    SiteView two =
        site(
            "site2",
            List.of(node(P2, NodeType.PRIMARY, 0, Status.OK, State.ACTIVE, "it was so")),
            Status.OK,
            false,
            "Holds the lease.");
    return new NodeSnapshot(
        s.takenAt(),
        s.local(),
        List.of(
            new NodeSnapshot.Peer(
                new SiteId("site2"), false, false, NOW - 13_000_000_000L, -1, Optional.of(two))),
        s.services(),
        s.ledger(),
        s.ledgerFreshAt(),
        s.insecure(),
        s.lastEventSequence());
  }

  public static final String TWIN = "b is passive, a acts for site1 (term 7); ready to take over";

  /**
   * As instance b sees it.
   *
   * @param passive whether b is; a is the opposite
   * @param up whether a is there
   */
  public static NodeSnapshot twin(boolean passive, boolean up) {
    NodeSnapshot s = standard();
    return new NodeSnapshot(
        s.takenAt(),
        instance(s.local(), "b", passive),
        s.peers(),
        s.services(),
        Map.of(),
        s.ledger(),
        s.ledgerFreshAt(),
        s.insecure(),
        s.lastEventSequence(),
        Optional.of(
            new NodeSnapshot.Twin(
                up, NOW - 210_000_000L, TWIN, Optional.of(instance(s.local(), "a", !passive)))));
  }

  private static SiteView instance(SiteView v, String name, boolean passive) {
    return new SiteView(
        v.site(),
        v.incarnation(),
        v.sequence(),
        v.witness(),
        v.version(),
        v.configHash(),
        v.reach(),
        v.checkpoints(),
        v.pools(),
        v.links(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        name,
        passive);
  }
}
