package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Commits;
import dev.mpp.core.model.ServerFacts.SemiSync;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server of either family. Six sessions, each with one job, are kept open, so that a fence never
 * needs a login: poll, tripwire, the dead-man's lock, the fence's two, and one for everything else;
 * on an ACTIVE server a seventh commits heartbeats. All methods may be called from any thread.
 */
final class ControlledServer implements MySqlServer {
  private static final Logger log = LoggerFactory.getLogger(ControlledServer.class);
  private static final int ADMIN_READ_MILLIS = 300_000;
  private static final long KEEP_EVERY_MILLIS = 5_000;

  private final ServerOptions options;
  private final LongSupplier clock;
  private final Handshakes handshakes;
  private final Family family = new Family();
  private final Link poll;
  private final Link setter;
  private final Link prover;
  private final Link admin;
  private final Tripwire tripwire;
  private final DeadManLock lock;
  private final LoginBlock logins;
  private final CommitProbe commits;
  private final VitalSigns vitals;
  private final ServerFence fence;
  private final ServerPromotion promotion;
  private final ServerReplication replication;
  private final Refusals refusals = new Refusals();
  private final Semaphore keep = new Semaphore(0);
  private final AtomicInteger fencing = new AtomicInteger();
  private volatile SemiSync semiSync = SemiSync.OFF;
  private volatile boolean up;
  private volatile boolean closed;

  /**
   * From the beginning of a promotion to the next fence: an order to follow that was on its way
   * when the promotion began must not start a receiver on a server that becomes the source.
   */
  private volatile boolean promoted;

  ControlledServer(ServerOptions options, Handshakes handshakes) {
    this.options = options;
    this.clock = options.clock();
    this.handshakes = handshakes;
    Connector connector = new Connector(options, family);
    int pollMillis = (int) options.pollTimeout().toMillis();
    poll =
        new Link(
            connector,
            options.threadName("poll"),
            pollMillis,
            clock,
            () -> handshakes.forPoll(clock));
    setter = link(connector, "fence-set", (int) ServerFence.PENDING.toMillis() + 10_000);
    prover = link(connector, "fence-prove", ADMIN_READ_MILLIS);
    admin = link(connector, "admin", ADMIN_READ_MILLIS);
    tripwire = new Tripwire(connector, options.threadName("tripwire"), handshakes);
    lock = new DeadManLock(options, connector);
    logins = new LoginBlock(options.fence(), family, admin, prover, clock);
    fence =
        new ServerFence(
            family,
            setter,
            prover,
            lock,
            logins,
            this::sessions,
            options.credentials().user(),
            refusals,
            clock);
    promotion =
        new ServerPromotion(
            family,
            admin,
            prover,
            lock,
            logins,
            () -> fencing.get() > 0 || fence.isPending(),
            clock);
    replication =
        new ServerReplication(family, admin, options.replication(), () -> promoted, clock);
    commits =
        new CommitProbe(
            options, connector, family, handshakes, lock, admin, () -> up, () -> semiSync);
    vitals = new VitalSigns(options, family, admin, () -> up, commits::last);
    tripwire.start();
    commits.start();
    vitals.start();
    lock.start();
    Thread.ofVirtual().name(options.threadName("keeper")).start(this::keepOpen);
  }

  private Link link(Connector connector, String role, int readTimeoutMillis) {
    return new Link(connector, options.threadName(role), readTimeoutMillis, clock);
  }

  private List<Long> sessions() {
    return List.of(poll.id(), setter.id(), prover.id(), admin.id(), tripwire.id(), lock.id());
  }

  @Override
  public NodeAddress address() {
    return options.address();
  }

  @Override
  public Poll poll() {
    long now = clock.getAsLong();
    long before = poll.id();
    try {
      ServerFacts facts =
          poll.call(
              now + options.pollTimeout().toNanos(),
              c -> family.get().polling().read(c, now, poll.id() != before));
      semiSync = facts.semiSync();
      refusals.other();
      if (!up) {
        up = true;
        keep.release();
      }
      tripwire.rearm();
      return new Poll.Answered(facts.withLoginsClosed(logins.closed()).with(vitals.read()));
    } catch (LinkException e) {
      up = false;
      if (e.kind() == LinkException.Kind.REFUSED) {
        refusals.refused(clock.getAsLong());
      } else {
        refusals.other();
      }
      if (e.kind() == LinkException.Kind.SQL) {
        poll.drop(); // a session keeps the privileges it began with
      }
      return new Poll.ConnectFailed(e.trouble(), e.getMessage() + hint(e));
    }
  }

  /** A binary log that cannot be written, for want of space, keeps its position from polls, too. */
  private String hint(LinkException e) {
    Commits c = commits.last();
    return e.trouble() == PollTrouble.NO_ANSWER && c.outcome() == Commits.Outcome.STALLED
        ? "; commits have hung for " + c.millis() / 1000 + " s: " + c.detail()
        : "";
  }

  /** Opens the other sessions once the server answers, and finds the ones that died silently. */
  private void keepOpen() {
    while (!closed) {
      try {
        boolean unused = keep.tryAcquire(KEEP_EVERY_MILLIS, TimeUnit.MILLISECONDS);
      } catch (InterruptedException e) {
        return;
      }
      keep.drainPermits();
      for (Link link : List.of(prover, setter, admin)) {
        if (up && !closed && !link.busy() && !keep(link)) {
          return;
        }
      }
      if (up && !closed) {
        if (logins.unfinished()) {
          log.info("{}: {}", options.address(), logins.offline());
        }
        logins.look();
      }
    }
  }

  /** Returns false when this thread is told to end. */
  private boolean keep(Link link) {
    if (link.id() != 0) {
      touch(link);
      return true;
    }
    try {
      // Queued outside of the link: a fence that needs it meanwhile makes the session itself.
      handshakes.inReserve(
          () -> {
            if (up && !closed && !link.busy()) {
              touch(link);
            }
          });
      return true;
    } catch (InterruptedException e) {
      return false;
    } catch (LinkException e) {
      throw new IllegalStateException(e);
    }
  }

  private void touch(Link link) {
    try {
      long now = clock.getAsLong();
      link.call(now + options.pollTimeout().toNanos(), now, c -> Rows.query(c, "DO 1"));
    } catch (LinkException e) {
      log.debug("{}: {}", options.address(), e.getMessage());
    }
  }

  @Override
  public void onConnectionLost(Runnable listener) {
    tripwire.listener(listener);
  }

  @Override
  public Fence fence(Duration budget, String reason) {
    return fence(budget, reason, false);
  }

  @Override
  public Fence fenceReleased(Duration budget, String reason) {
    return fence(budget, reason, true);
  }

  private Fence fence(Duration budget, String reason, boolean released) {
    fencing.incrementAndGet();
    promoted = false;
    try {
      Fence result = fence.fence(budget, released);
      log.info(
          "{}: fence ({}): {} after {} us, {}",
          options.address(),
          reason,
          result.outcome(),
          result.micros(),
          result.detail());
      keep.release();
      return result;
    } finally {
      fencing.decrementAndGet();
    }
  }

  @Override
  public void holdDeadManUntil(long nanos) {
    lock.holdUntil(nanos);
  }

  @Override
  public void takeDeadManUntil(long nanos) {
    lock.takeUntil(nanos);
  }

  @Override
  public void dropDeadMan() {
    lock.release();
  }

  @Override
  public Prepared prepare(Duration budget) {
    promoted = true;
    Prepared result = promotion.prepare(budget);
    promoted &= result.ok();
    return result;
  }

  @Override
  public Promoted makeWritable(String service, long epoch, String site, Duration budget) {
    return promotion.makeWritable(service, epoch, site, budget);
  }

  @Override
  public Change startReplication(Duration budget) {
    return replication.start(budget);
  }

  @Override
  public Change follow(NodeAddress source, Duration budget) {
    return replication.follow(source, budget);
  }

  @Override
  public Change stopReplication(Duration budget) {
    return replication.stop(budget);
  }

  @Override
  public Change semiSyncSource(boolean on, Duration budget) {
    return replication.semiSyncSource(on, budget);
  }

  /** Breaks all sessions. A dead-man lock that was held is gone with them. */
  @Override
  public void close() {
    closed = true;
    keep.release();
    lock.close();
    commits.close();
    vitals.close();
    tripwire.close();
    List.of(poll, setter, prover, admin).forEach(Link::close);
  }
}
