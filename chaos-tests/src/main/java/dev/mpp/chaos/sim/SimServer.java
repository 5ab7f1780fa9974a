package dev.mpp.chaos.sim;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A model of a MariaDB server with one replication source: what MYSQL.md measured, simplified. What
 * its clients and its replication do between two events is worked out by its service when somebody
 * looks.
 */
final class SimServer {
  private static final long MS = SimWorld.MS;
  private static final long EVENT_PERIOD = 1_000 * MS;
  private static final int CLIENTS = 8;
  private static final long JUMP = 1_000_000;

  final NodeAddress address;
  final int id;
  final int site;
  final SimService service;
  final History log = new History();
  private final SimWorld world;
  private final SimClock clock;
  private final long eventPhase;

  @Nullable SimServer source;
  boolean up = true;
  boolean frozen;
  private long frozenAt;

  /** Was suspended while writable: it may serve until its own timers fire. */
  boolean thawed;

  boolean readOnly = true;
  boolean receiverStarted;
  boolean receiverConnected;
  boolean applierRunning;
  boolean semiSync;
  long boots = 1;

  /** How much of the log is executed; the rest is received only, and gone with a crash. */
  long applied;

  /** How much of what it executed as the origin was acknowledged, or will never be. */
  long acked;

  /** How far into its source's log it has received. */
  private long received;

  /** A SET read_only that the server has not carried out yet: nothing is opened meanwhile. */
  boolean fencePending;

  /** When the lock's session is gone unless it is refreshed; MIN_VALUE: there is none. */
  private long lockUntil = Long.MIN_VALUE;

  private long lockSession;
  private boolean eventArmed;
  private long nextWrite;
  private @Nullable Stint stint;

  /** Of the last opening, as the canary says it. */
  long epoch;

  SimServer(SimWorld world, SimService service, NodeAddress address, int id, int site) {
    this.world = world;
    this.service = service;
    this.address = address;
    this.id = id;
    this.site = site;
    this.clock = world.clock();
    this.eventPhase = world.chance.ms(0, 1000);
  }

  boolean writable() {
    return up && !frozen && !readOnly;
  }

  boolean answers() {
    return up && !frozen;
  }

  // ---- processes ----------------------------------------------------------------------------

  void crash() {
    if (!up) {
      return;
    }
    service.settle();
    if (readOnly || !semiSync) {
      acked = log.total();
    }
    up = false;
    frozen = false;
    thawed = false;
    boots++;
    receiverStarted = false;
    receiverConnected = false;
    applierRunning = false;
    semiSync = false;
    fencePending = false;
    lockUntil = Long.MIN_VALUE;
    log.truncate(applied);
    service.looked(this);
  }

  /** Boots read-only, replication stopped; the never acknowledged tail is truncated. */
  void boot() {
    if (up) {
      return;
    }
    service.settle();
    up = true;
    boolean writable = world.broken.is(Break.BOOTS_WRITABLE) && !readOnly;
    readOnly = true;
    log.truncate(acked);
    applied = log.total();
    if (writable) {
      open(epoch);
    }
    service.looked(this);
  }

  void freeze() {
    if (answers()) {
      service.settle();
      frozen = true;
      frozenAt = world.time.now();
      service.looked(this);
    }
  }

  void thaw() {
    if (!frozen) {
      return;
    }
    service.settle();
    frozen = false;
    thawed = !readOnly && !world.broken.is(Break.SERVER_FREEZES);
    if (world.time.now() - frozenAt > 1000 * MS) {
      lockUntil = Math.min(lockUntil, world.time.now() + world.chance.ms(0, 100));
    }
    service.looked(this);
    if (fencePending) {
      world.time.after(world.chance.ms(0, 20), this::fence);
    }
    armEvent(Math.max(world.time.now(), lockUntil));
  }

  // ---- the lock and the event that looks at it ----------------------------------------------

  /** The lock's session was refreshed for the last time, or is refreshed until further notice. */
  void lock(long session, long until) {
    if (up) {
      lockSession = session;
      lockUntil = until;
      if (until != Long.MAX_VALUE) {
        armEvent(until);
      }
    }
  }

  boolean lockedBy(long session) {
    return lockSession == session && world.time.now() < lockUntil;
  }

  /** That long after the last refresh the lock's session is gone. */
  long lockSpan() {
    return clock.span(world.shape.lockTimeout());
  }

  boolean locked() {
    return world.time.now() < lockUntil;
  }

  /** Looks at the lock at the event's first turn after {@code from}. */
  private void armEvent(long from) {
    if (eventArmed || readOnly || from == Long.MAX_VALUE) {
      return;
    }
    eventArmed = true;
    long local = clock.local(Math.max(from, world.time.now())) - eventPhase;
    long turn = (Math.floorDiv(local, EVENT_PERIOD) + 1) * EVENT_PERIOD + eventPhase;
    world.time.at(clock.when(turn), this::event);
  }

  private void event() {
    eventArmed = false;
    if (!writable()) {
      return; // armed again when it thaws or opens
    }
    if (locked()) {
      armEvent(lockUntil);
    } else if (!world.broken.is(Break.DEAD_MAN_LIES)) {
      long boot = boots;
      long kills = world.chance.oneIn(4) ? world.chance.ms(0, 950) : world.chance.ms(0, 100);
      world.time.after(kills, () -> deadMan(boot));
    }
  }

  private void deadMan(long boot) {
    if (boot == boots && writable()) {
      if (world.telling()) {
        world.tell("dead-man fences " + address);
      }
      fence();
    } else if (frozen) {
      armEvent(world.time.now());
    }
  }

  // ---- statements ---------------------------------------------------------------------------

  /** Client sessions are killed by a fence: what waited is never acknowledged. */
  void fence() {
    if (answers()) {
      service.settle();
      readOnly = true;
      thawed = false;
      fencePending = false;
      acked = log.total();
      service.looked(this);
    }
  }

  /** Clients write from here on. */
  void open(long inEpoch) {
    service.settle();
    epoch = inEpoch;
    readOnly = false;
    receiverStarted = false;
    receiverConnected = false;
    jump(inEpoch);
    nextWrite = world.time.now() + world.chance.ms(0, 30);
    service.looked(this);
    armEvent(lockUntil);
  }

  /**
   * The transaction that precedes every opening: no number of one that a restart truncated is given
   * again.
   */
  void jump(long inEpoch) {
    service.settle();
    log.truncate(applied);
    long next = log.lastSequence() + 1;
    if (world.broken.is(Break.REUSED_GTIDS)) {
      stint = new Stint(world.nextStint(), id, next);
    } else {
      stint = new Stint(world.nextStint(), id, next + JUMP + inEpoch);
      log.add(stint, 1);
      applied = log.total();
    }
    acked = log.total();
  }

  void applyAll() {
    service.settle();
    if (world.broken.is(Break.LOST_RELAY)) {
      log.truncate(applied);
    }
    applied = log.total();
  }

  void follow(SimServer from) {
    service.settle();
    source = from;
    receiverStarted = true;
    applierRunning = true;
    log.truncate(applied); // MariaDB throws the relay log away when both threads were stopped
  }

  void stopReceiver() {
    service.settle();
    receiverStarted = false;
    receiverConnected = false;
  }

  void waitForReplicas(boolean on) {
    service.settle();
    semiSync = on;
    if (!on && writable()) {
      acknowledge(log.total());
    }
  }

  // ---- between two events -------------------------------------------------------------------

  /** Its clients wrote until now; without anybody who acknowledges each waits after one commit. */
  void write(boolean acknowledged) {
    long now = world.time.now();
    if (!writable() || now < nextWrite || stint == null) {
      return;
    }
    long every = world.shape.writeEvery();
    long n = (now - nextWrite) / every + 1;
    nextWrite += n * every;
    if (waits() && !acknowledged) {
      n = Math.min(n, CLIENTS - (log.total() - acked));
    }
    log.add(stint, n);
    applied = log.total();
    if (!waits()) {
      acknowledge(log.total());
    }
  }

  private boolean waits() {
    return semiSync && !world.broken.is(Break.EARLY_ACK);
  }

  private void acknowledge(long upTo) {
    if (upTo > acked) {
      acked = upTo;
      Stint s = stint;
      if (s != null && up) {
        world.checker.acknowledged(this, s.number(), log.of(s.number(), upTo), world.time.now());
      }
    }
  }

  /** Whether its receiver has had a connection since the last event. */
  boolean connected() {
    SimServer s = source;
    return answers()
        && receiverStarted
        && s != null
        && s.up
        && world.net.both(s.site, site)
        && s.log.positionOf(log) >= 0;
  }

  /** Receives what its source executed until now, all but what is on the way. */
  void replicate() {
    SimServer s = source;
    if (!receiverConnected || s == null || s.frozen) {
      return;
    }
    long from = s.log.positionOf(log);
    long to = s.applied - (world.chance.oneIn(4) ? world.chance.below(3) : 0);
    if (from >= 0 && to > from) {
      log.append(s.log, from, to);
      received = to;
    } else {
      received = Math.max(from, 0);
    }
    if (s.semiSync && s.writable()) {
      s.acknowledge(Math.min(received - (world.chance.oneIn(4) ? 1 : 0), s.log.total()));
    }
    long behind = log.total() - applied;
    if (applierRunning && behind > 0) {
      applied += world.chance.below(3) > 0 ? behind : world.chance.below((int) Math.min(behind, 9));
    }
  }

  // ---- pictures -----------------------------------------------------------------------------

  GtidSet executed() {
    return log.gtids(applied);
  }

  ServerFacts facts() {
    service.settle();
    long waiting = writable() && semiSync ? log.total() - acked : 0;
    return new ServerFacts(
        "sim",
        readOnly,
        executed(),
        Optional.of(
            new ServerFacts.Replication(
                source == null ? "" : "source",
                receiverStarted,
                receiverConnected,
                applierRunning,
                "",
                OptionalLong.of(0),
                log.gtids(log.total()))),
        new ServerFacts.SemiSync(
            semiSync, service.replicasOf(this), waiting > 0 ? 1 : 0, semiSync, true),
        true);
  }
}
