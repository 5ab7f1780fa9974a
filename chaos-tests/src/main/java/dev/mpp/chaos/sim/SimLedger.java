package dev.mpp.chaos.sim;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a correct Raft may do to a proposal, and no more: lose it before it is committed, commit it
 * late though its proposer gave up, commit it twice. One log that only grows; each member applies
 * it in order, some later than others; a leader commits only while it hears a majority and is heard
 * by it; a change of leader may lose, or commit, what was not committed.
 */
final class SimLedger implements SimAgreement {
  private static final long MS = SimWorld.MS;
  private static final long GIVES_UP = 2_000 * MS;
  private static final int NOBODY = -1;

  /**
   * @param proposedAt true time at which its proposer read its clock
   */
  record Entry(
      LedgerCommand command,
      LedgerOutcome outcome,
      LedgerState after,
      int proposer,
      long proposedAt) {}

  /** A proposal on its way. */
  private record Proposal(int from, long run, LedgerCommand command, long proposedAt) {}

  private final SimWorld world;
  private final List<Proposal> uncommitted = new ArrayList<>();
  private final List<Entry> log = new ArrayList<>();
  private int leader;
  private int term;
  private boolean electing;

  SimLedger(SimWorld world) {
    this.world = world;
  }

  int leader() {
    return leader;
  }

  private LedgerState state() {
    return after(log.size());
  }

  /** What a member has that applied so many entries. */
  private LedgerState after(int applied) {
    return applied == 0 ? LedgerState.EMPTY : log.get(applied - 1).after();
  }

  @Override
  public LedgerState view(SimSite site) {
    return after(site.applied);
  }

  @Override
  public Grant grant(ServiceName service) {
    return state().grant(service);
  }

  @Override
  public void boot(SimSite site, boolean emptyDisk) {
    // A snapshot, and what the log on the disk holds beyond it.
    site.applied = emptyDisk ? 0 : Math.max(0, site.applied - world.chance.below(40));
    site.caughtUp &= !emptyDisk || site.inert;
  }

  @Override
  public void booted(SimSite site) {}

  @Override
  public void freezing(SimSite site) {}

  @Override
  public void thawed(SimSite site) {}

  @Override
  public void propose(SimSite from, LedgerCommand command) {
    Proposal p = new Proposal(from.index, from.run, command, world.time.now());
    if (world.broken.is(Break.FORKED_LEDGER) && from.forked(this)) {
      from.commitAlone(command);
      return;
    }
    int late = world.shape.lateCommits();
    if (late > 0 && !world.calm && world.chance.oneIn(late)) {
      // It reached the leader, and is committed whatever becomes of the proposer.
      long delay = world.chance.oneIn(8) ? world.chance.ms(1200, 9000) : world.chance.ms(20, 1200);
      world.time.after(delay, () -> commitAnyway(p));
      if (world.chance.oneIn(2)) {
        return;
      }
    }
    arriveAfter(hop(from.index), p);
  }

  private long hop(int from) {
    return world.net.delay(from, leader == NOBODY ? from : leader) + world.chance.ms(1, 12);
  }

  private void arriveAfter(long delay, Proposal p) {
    world.time.after(delay, () -> arrive(p));
  }

  private void arrive(Proposal p) {
    SimSite from = world.sites[p.from];
    boolean heard =
        leader != NOBODY
            && world.net.link(p.from, leader)
            && world.sites[leader].alive()
            && !world.net.loses(p.from, leader);
    if (heard && leads(leader)) {
      commit(p);
    } else if (heard) {
      uncommitted.add(p); // the leader waits for a majority
      look();
    } else if (from.run == p.run
        && from.running
        && world.time.now() - p.proposedAt < GIVES_UP
        && !from.frozen) {
      look();
      arriveAfter(world.chance.ms(80, 150) + hop(p.from), p);
    }
  }

  private void commitAnyway(Proposal p) {
    if (leader != NOBODY && leads(leader)) {
      commit(p);
    }
  }

  private void commit(Proposal p) {
    LedgerCommand command = world.bugs.rewritten(p.command, state());
    LedgerState.Applied applied = state().apply(command);
    Entry e = new Entry(command, applied.outcome(), applied.state(), p.from, p.proposedAt);
    log.add(e);
    world.committed(e);
    deliver(command, p.from);
  }

  private void deliver(LedgerCommand command, int proposer) {
    boolean beat = command instanceof LedgerCommand.Beat;
    for (SimSite s : world.sites) {
      // The beat of another changes nothing at all: it is applied with what comes next.
      if (!beat || s.index == proposer) {
        deliver(s);
      }
    }
  }

  /** The member applies what it has not applied yet, after a while. */
  private void deliver(SimSite site) {
    if (site.running && !site.delivering && leader != NOBODY && !site.inert) {
      site.delivering = true;
      long run = site.run;
      long delay = world.net.delay(leader, site.index) + site.applyLag;
      world.time.after(delay, () -> delivered(site, run));
    }
  }

  private void delivered(SimSite site, long run) {
    if (site.run != run) {
      return;
    }
    site.delivering = false;
    if (site.frozen || leader == NOBODY || !world.net.both(leader, site.index)) {
      return; // when it thaws or the link heals
    }
    site.beforeApplying();
    int end = log.size();
    while (site.applied < end && site.run == run) {
      site.apply(log.get(site.applied++));
    }
    site.caughtUp = true;
  }

  /** Links or members changed: everybody looks again. */
  @Override
  public void changed() {
    for (SimSite s : world.sites) {
      if (s.applied < log.size()) {
        deliver(s);
      }
    }
    look();
  }

  /** A leader without a majority is replaced after an election time. */
  private void look() {
    if (!electing && (leader == NOBODY || !leads(leader))) {
      electing = true;
      world.time.after(world.chance.ms(1000, 3200), this::elect);
    }
  }

  private void elect() {
    electing = false;
    if (leader != NOBODY && leads(leader)) {
      flush(false);
      return;
    }
    List<Integer> able = new ArrayList<>();
    for (SimSite s : world.sites) {
      if (s.voter() && leads(s.index)) {
        able.add(s.index);
      }
    }
    if (able.isEmpty()) {
      return; // whatever changes that, looks again
    }
    lead(world.chance.of(able));
  }

  private void lead(int next) {
    leader = next;
    term++;
    if (world.telling()) {
      world.tell(world.sites[next].id + " leads the ledger in term " + term);
    }
    flush(true);
    changed();
  }

  @Override
  public void giveWay(SimSite from, SiteId to) {
    if (from.index == leader) {
      prefer(world.sites[world.index(to)]);
    }
  }

  @Override
  public Optional<SiteId> leaderFor(int member) {
    return leader != NOBODY && world.net.both(member, leader)
        ? Optional.of(world.sites[leader].id)
        : Optional.empty();
  }

  /** Whoever was asked to lead does, after a moment without commits. */
  @Override
  public void prefer(SimSite site) {
    if (leader != NOBODY && site.index != leader && leads(leader)) {
      int from = leader;
      leader = NOBODY;
      electing = true;
      world.time.after(
          world.chance.ms(5, 300),
          () -> {
            electing = false;
            lead(leads(site.index) ? site.index : from);
            look();
          });
    }
  }

  /** What the leader, or the one before it, had not committed. */
  private void flush(boolean mayLose) {
    List<Proposal> waiting = List.copyOf(uncommitted);
    uncommitted.clear();
    for (Proposal p : waiting) {
      if (!mayLose || world.chance.oneIn(2)) {
        commit(p);
      }
    }
  }

  /** Whether the member could lead: it hears a majority of voters, and they hear it. */
  boolean leads(int member) {
    if (!world.sites[member].alive()) {
      return false;
    }
    int with = 0;
    for (SimSite s : world.sites) {
      if (s.voter() && world.net.both(member, s.index)) {
        with++;
      }
    }
    return 2 * with > world.sites.length;
  }
}
