package dev.mpp.chaos.sim;

import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.pool.PoolConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Two data sites and a witness: the production brains, a model of the replicated ledger, of the
 * servers and of the network. Everything is driven by one seed.
 */
final class SimWorld {
  static final long MS = 1_000_000L;
  static final ServiceName SERVICE = new ServiceName("mysql.eraser.test");
  private static final long SERVER_LATENCY = 2 * MS;

  final Timeline time = new Timeline();
  final Random random;
  final SimChecker checker = new SimChecker();
  final List<String> story = new ArrayList<>();
  final Map<SiteId, SimSite> sites = new LinkedHashMap<>();
  final List<SimServer> servers = new ArrayList<>();
  final Map<SiteId, BrainConfig.Member> members = new LinkedHashMap<>();
  final LeaseTiming timing =
      new LeaseTiming(6000 * MS, 500 * MS, 1500 * MS, 0.001, 300 * MS, 4000 * MS);

  /** The committed log, and how far each member has applied it. */
  private final List<LedgerCommand> log = new ArrayList<>();

  private SiteId ledgerLeader;
  private long electionUntil;

  /** Proposals may be committed late and out of order. */
  final boolean lateCommits;

  /** Preparing a promotion may fail. */
  final boolean failingPrepares;

  private long transactions;

  SimWorld(long seed) {
    random = new Random(seed);
    lateCommits = seed % 4 == 1;
    failingPrepares = seed % 4 == 3;
    List<SiteId> names = List.of(new SiteId("site1"), new SiteId("site2"), new SiteId("witness"));
    ledgerLeader = names.getFirst();
    Map<SiteId, List<NodeAddress>> pools = new LinkedHashMap<>();
    for (int i = 0; i < 3; i++) {
      members.put(names.get(i), new BrainConfig.Member(i == 2, 100 - i * 10));
      if (i < 2) {
        SimServer s = new SimServer(NodeAddress.parse("10.0." + i + ".1:3306"), i + 1);
        servers.add(s);
        pools.put(names.get(i), List.of(s.address));
      }
    }
    servers.get(0).source = servers.get(1);
    servers.get(1).source = servers.get(0);
    for (int i = 0; i < 3; i++) {
      SiteId name = names.get(i);
      List<BrainConfig.Service> services =
          i == 2
              ? List.of()
              : List.of(
                  new BrainConfig.Service(
                      SERVICE,
                      true,
                      true,
                      PoolConfig.failover(
                          "pool",
                          List.of(new PoolConfig.Member(servers.get(i).address, NodeType.PRIMARY))),
                      pools,
                      Reach.GLOBAL,
                      false,
                      30,
                      3000 * MS,
                      1000 * MS,
                      200 * MS));
      sites.put(name, new SimSite(this, name, i == 2, timing, members, services));
    }
    sites.values().forEach(s -> s.boot(true));
    time.every(20 * MS, this::traffic);
    servers.forEach(s -> time.every(1000 * MS + s.id * MS, () -> deadManEvent(s)));
  }

  void tell(String what) {
    story.add("%9.3f %s".formatted(time.now() / 1e9, what));
  }

  SimServer server(NodeAddress address) {
    return servers.stream().filter(s -> s.address.equals(address)).findFirst().orElseThrow();
  }

  void changed() {
    checker.look(servers, time.now());
  }

  long jitter(long minMs, long maxMs) {
    return minMs * MS + (long) (random.nextDouble() * (maxMs - minMs) * MS);
  }

  boolean linked(SiteId a, SiteId b) {
    return a.equals(b) || (site(a).network && site(b).network && !site(a).cut.contains(b));
  }

  SimSite site(SiteId id) {
    return java.util.Objects.requireNonNull(sites.get(id));
  }

  // ---- the ledger ---------------------------------------------------------------------------

  void propose(SiteId from, LedgerCommand command) {
    if (lateCommits && random.nextInt(4) == 0) {
      // It reached the leader, which commits it later, whatever became of the proposer.
      time.after(jitter(20, 1200), () -> commitAnyway(command));
      return;
    }
    time.after(jitter(2, 30), () -> commit(from, command, 40));
  }

  private void commitAnyway(LedgerCommand command) {
    if (sites.keySet().stream().anyMatch(s -> alive(s) && hasMajority(s))) {
      log.add(command);
      sites.values().forEach(this::deliver);
    }
  }

  /** Commits when a majority is connected; a lost leader costs an election. */
  private void commit(SiteId from, LedgerCommand command, int tries) {
    SimSite proposer = site(from);
    if (!proposer.running || proposer.frozen) {
      return;
    }
    if (!hasMajority(from)) {
      if (tries > 0 && random.nextInt(4) > 0) {
        time.after(100 * MS, () -> commit(from, command, tries - 1));
      }
      return;
    }
    if (!alive(ledgerLeader) || !linked(from, ledgerLeader) || !hasMajority(ledgerLeader)) {
      ledgerLeader = from;
      electionUntil = time.now() + jitter(1400, 3000);
    }
    if (time.now() < electionUntil) {
      time.after(50 * MS, () -> commit(from, command, tries));
      return;
    }
    log.add(command);
    sites.values().forEach(this::deliver);
  }

  void heal() {
    sites.values().forEach(this::deliver);
  }

  private boolean alive(SiteId id) {
    return site(id).running && !site(id).frozen;
  }

  private boolean hasMajority(SiteId id) {
    return sites.keySet().stream().filter(o -> alive(o) && linked(id, o)).count() >= 2;
  }

  private void deliver(SimSite site) {
    if (!site.running || site.deliveryScheduled || !hasMajority(site.id)) {
      return;
    }
    site.deliveryScheduled = true;
    long run = site.run;
    time.after(
        jitter(1, 40),
        () -> {
          site.deliveryScheduled = false;
          if (!site.running || site.run != run || site.frozen || !hasMajority(site.id)) {
            return;
          }
          while (site.appliedTo < log.size()) {
            LedgerCommand c = log.get(site.appliedTo++);
            LedgerState.Applied a = site.ledger.apply(c);
            site.ledger = a.state();
            LedgerOutcome outcome = a.outcome();
            site.event(new BrainEvent.LedgerApplied(c, outcome, a.state()));
          }
        });
  }

  // ---- clients, replication, dead-man -------------------------------------------------------

  private void traffic() {
    for (SimServer s : servers) {
      if (s.writable() && s.unacked.size() < 8) {
        SimServer.Tx tx = new SimServer.Tx(++transactions, s.id, s.lastSequence() + 1);
        s.executed.add(tx);
        s.unacked.add(tx.number());
        if (!s.semiSync) {
          acknowledge(s);
        }
      }
    }
    servers.forEach(this::replicate);
  }

  private void acknowledge(SimServer s) {
    s.unacked.forEach(tx -> checker.acknowledged(s, tx, time.now()));
    s.unacked.clear();
  }

  /** Called when semi-sync is switched off: the waiters return as acknowledged. */
  void releaseWaiters(SimServer s) {
    if (s.up) {
      acknowledge(s);
    }
  }

  private void replicate(SimServer replica) {
    SimServer source = java.util.Objects.requireNonNull(replica.source);
    boolean connected =
        replica.up
            && !replica.frozen
            && replica.receiverStarted
            && source.up
            && linked(siteOf(source).id, siteOf(replica).id);
    replica.receiverConnected = connected;
    if (!connected || source.frozen) {
      return;
    }
    long have =
        replica.relay.isEmpty() ? replica.lastSequence() : replica.relay.getLast().sequence();
    for (SimServer.Tx t : source.executed) {
      if (t.sequence() > have) {
        replica.relay.add(t);
        if (source.semiSync && source.unacked.remove(t.number())) {
          checker.acknowledged(source, t.number(), time.now());
        }
      }
    }
    if (random.nextInt(3) > 0) {
      replica.executed.addAll(replica.relay);
      replica.relay.clear();
    }
  }

  SimSite siteOf(SimServer s) {
    return new ArrayList<>(sites.values()).get(s.id - 1);
  }

  private void deadManEvent(SimServer s) {
    if (s.up && !s.frozen && !s.readOnly && !s.lockHeld(time.now())) {
      s.readOnly = true;
      s.thawed = false;
      s.unacked.clear();
      tell("dead-man fences server " + s.id);
      changed();
    }
  }

  /** Client sessions are killed by a fence: what waited is never acknowledged. */
  void fence(SimServer s) {
    s.readOnly = true;
    s.thawed = false;
    s.unacked.clear();
    changed();
  }

  long latency() {
    return SERVER_LATENCY + jitter(0, 10);
  }
}
