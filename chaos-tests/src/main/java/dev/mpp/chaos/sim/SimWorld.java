package dev.mpp.chaos.sim;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.Move;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.CheckpointBoard;
import dev.mpp.core.pool.PoolConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One deployment on virtual time, made and driven by one seed. */
final class SimWorld {
  static final long MS = 1_000_000L;

  final Timeline time = new Timeline();
  final Chance chance;
  final Shape shape;
  final Broken broken;
  final SimBugs bugs;
  final SimNetwork net;
  final SimAgreement ledger;

  /** Two sites without a witness; else null. */
  final @Nullable SimPair pair;

  final SimChecker checker;
  final SimSite[] sites;
  final List<SimService> services = new ArrayList<>();
  private final @Nullable List<String> story;
  private final Map<SiteId, BrainConfig.Member> members = new LinkedHashMap<>();
  private final Map<NodeAddress, SimServer> servers = new HashMap<>();
  private final Map<SiteId, Integer> indexes = new HashMap<>();
  private int stints;

  /** Ticks that change nothing are left out. */
  final boolean skipping;

  /** The faults are over: statements succeed, proposals are committed promptly. */
  boolean calm;

  private long sessions;

  /**
   * @param story where every decision and fault is told; null for silence
   */
  SimWorld(Shape shape, Chance chance, Broken broken, @Nullable List<String> story) {
    this(shape, chance, broken, story, true);
  }

  SimWorld(
      Shape shape, Chance chance, Broken broken, @Nullable List<String> story, boolean skipping) {
    this.skipping = skipping;
    this.shape = shape;
    this.chance = chance;
    this.broken = broken;
    this.story = story;
    bugs = new SimBugs(broken);
    net = new SimNetwork(shape.members(), shape.ways(), chance);
    pair = shape.pair() ? new SimPair(this) : null;
    ledger = pair == null ? new SimLedger(this) : pair;
    sites = new SimSite[shape.members()];
    for (int i = 0; i < sites.length; i++) {
      boolean witness = i >= shape.data();
      SiteId id = new SiteId(witness ? "witness" + (i - shape.data() + 1) : "site" + (i + 1));
      members.put(id, new BrainConfig.Member(witness, 100 - 10 * chance.below(3)));
      indexes.put(id, i);
    }
    List<List<BrainConfig.Service>> pools = services();
    List<SiteId> ids = List.copyOf(members.keySet());
    for (int i = 0; i < sites.length; i++) {
      boolean witness = i >= shape.data();
      sites[i] =
          new SimSite(
              this,
              ids.get(i),
              i,
              witness,
              bugs.timing(shape.timing(), i),
              pools.get(i),
              witness && shape.observing()
                  ? services.stream().map(s -> s.name).toList()
                  : List.of());
    }
    checker = new SimChecker(services.size(), Arrays.asList(sites), shape.rpoZero());
    for (SimSite s : sites) {
      s.boot(true, false);
    }
  }

  /** For every member the services with a pool there. */
  private List<List<BrainConfig.Service>> services() {
    List<List<BrainConfig.Service>> bySite = new ArrayList<>();
    for (int i = 0; i < sites.length; i++) {
      bySite.add(new ArrayList<>());
    }
    List<SiteId> ids = List.copyOf(members.keySet());
    for (int k = 0; k < shape.services(); k++) {
      SimService service = new SimService(this, new ServiceName("db" + k + ".eraser.test"), k);
      services.add(service);
      Map<SiteId, List<NodeAddress>> pools = new LinkedHashMap<>();
      for (int i = 0; i < shape.data(); i++) {
        pools.put(ids.get(i), pool(service, i));
      }
      for (int i = 0; i < shape.data(); i++) {
        bySite.get(i).add(service(service, pools, Objects.requireNonNull(pools.get(ids.get(i)))));
      }
    }
    return bySite;
  }

  private List<NodeAddress> pool(SimService service, int site) {
    List<NodeAddress> nodes = new ArrayList<>();
    for (int n = 0; n < shape.nodes(); n++) {
      NodeAddress a =
          new NodeAddress("10.%d.%d.%d".formatted(service.index, site + 1, n + 1), 3306);
      int id = service.servers.size() + 1;
      SimServer s = new SimServer(this, service, a, id, site);
      service.servers.add(s);
      servers.put(a, s);
      nodes.add(a);
    }
    return nodes;
  }

  private BrainConfig.Service service(
      SimService service, Map<SiteId, List<NodeAddress>> pools, List<NodeAddress> own) {
    List<PoolConfig.Member> nodes = new ArrayList<>();
    for (NodeAddress a : own) {
      nodes.add(new PoolConfig.Member(a, nodes.isEmpty() ? NodeType.PRIMARY : NodeType.SECONDARY));
    }
    return new BrainConfig.Service(
        service.name,
        shape.rpoZero(),
        shape.rpoZero(),
        PoolConfig.failover("pool", nodes),
        pools,
        Reach.GLOBAL,
        false,
        30,
        shape.holdDown(),
        shape.pollInterval(),
        Math.min(200 * MS, shape.pollInterval()),
        shape.siteFailback());
  }

  // ---- what belongs to nobody ---------------------------------------------------------------

  boolean telling() {
    return story != null;
  }

  void tell(String what) {
    if (story != null) {
      story.add("%9.3f %s".formatted(time.now() / 1e9, what));
    }
  }

  /** A clock within the bound; half of them at one of its ends. */
  SimClock clock() {
    double part = chance.oneIn(2) ? chance.below(2) : chance.unit();
    return new SimClock(chance.ms(0, 1_000_000), 1 + part * shape.drift());
  }

  int nextStint() {
    return ++stints;
  }

  long nextSession() {
    return ++sessions;
  }

  Map<SiteId, BrainConfig.Member> members() {
    return members;
  }

  SimServer server(NodeAddress address) {
    return Objects.requireNonNull(servers.get(address));
  }

  SimService service(ServiceName name) {
    for (SimService s : services) {
      if (s.name.equals(name)) {
        return s;
      }
    }
    throw new IllegalArgumentException("no service " + name);
  }

  int index(SiteId site) {
    return Objects.requireNonNull(indexes.get(site));
  }

  /** Before links change: what went over them until now. */
  void settle() {
    services.forEach(SimService::settle);
  }

  /** A replica follows what its site takes for the ACTIVE server. */
  void follow(SimSite site, SimServer replica) {
    SimService service = replica.service;
    Grant grant = ledger.view(site).grant(service.name);
    Optional<SiteId> handedTo =
        grant.move().filter(m -> m.position().isPresent()).map(Move::target);
    int active = handedTo.or(grant::servedBy).map(this::index).orElse(-1);
    SimServer source = null;
    for (SimServer s : service.servers) {
      if (s != replica && s.site == active && (source == null || s.writable())) {
        source = s;
      }
    }
    if (source != null) {
      replica.follow(source);
    }
  }

  CheckpointBoard checkpoints() {
    return pair == null ? new CheckpointBoard(List.of(), true) : pair.outlook.board();
  }

  /** Whether an operator sees to it that a site does not start. */
  boolean keptDown() {
    return Arrays.stream(sites).anyMatch(s -> s.keptDown);
  }

  /** A pair's ledger hears of the peer on every way. */
  void heard(SimSite site) {
    if (pair != null) {
      SimPairSide side = pair.side(site);
      site.whenAwake(side::heard);
    }
  }

  // ---- what the checker is told -------------------------------------------------------------

  void committed(SimLedger.Entry e) {
    if (!(e.outcome() instanceof LedgerOutcome.Accepted)) {
      return;
    }
    SimSite by = sites[e.proposer()];
    long now = time.now();
    switch (e.command()) {
      case LedgerCommand.Claim c -> {
        int service = service(c.service()).index;
        long epoch = e.after().grant(c.service()).epoch();
        checker.claimed(service, epoch, by.index, leaseEnd(by, e.proposedAt()), now);
      }
      case LedgerCommand.Adopt a -> {
        for (ServiceName name : ((LedgerOutcome.Accepted) e.outcome()).services()) {
          long epoch = e.after().grant(name).epoch();
          checker.claimed(service(name).index, epoch, by.index, leaseEnd(by, e.proposedAt()), now);
        }
      }
      case LedgerCommand.Renew r -> {
        for (ServiceName name : ((LedgerOutcome.Accepted) e.outcome()).services()) {
          checker.renewed(service(name).index, leaseEnd(by, e.proposedAt()));
        }
      }
      case LedgerCommand.Release r -> checker.released(service(r.service()), by.index, now);
      case LedgerCommand.Handover h -> checker.released(service(h.service()), by.index, now);
      case LedgerCommand.Serve s -> checker.served(service(s.service()).index, s.epoch(), by.index);
      case LedgerCommand.InSync i -> {}
      case LedgerCommand.Pause p -> {}
      case LedgerCommand.BeginMove m -> {}
      case LedgerCommand.EndMove m -> {}
      case LedgerCommand.OrderSite o -> {}
      case LedgerCommand.Prefer p -> {}
      case LedgerCommand.Beat b -> {}
    }
  }

  /** By the deployment's lease, whatever the site is configured with. */
  long leaseEnd(SimSite by, long proposedAt) {
    return proposedAt + by.clock().span(shape.timing().duration());
  }

  /** A site publishes itself without asking the ledger. */
  void published(SimSite site, ServiceName name, long epoch) {
    checker.answered(site.index, service(name), epoch, site.index, time.now() + MS, time.now());
  }
}
