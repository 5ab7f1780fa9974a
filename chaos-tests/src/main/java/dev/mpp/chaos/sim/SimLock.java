package dev.mpp.chaos.sim;

/**
 * The dead-man lock of one server as its site's process keeps it: a session that is refreshed five
 * times within the server's time-out, as long as that is permitted. The refreshes are not events;
 * when they end, the last of them is chosen among the instants at which it may have been.
 */
final class SimLock {
  private static final long MS = SimWorld.MS;
  private static final int REFRESHES = 5;

  private final SimWorld world;
  private final SimSite site;
  private final SimServer server;
  private long until = Long.MIN_VALUE;
  private boolean wanted;
  private boolean refreshing;
  private boolean acquiring;
  private long since;
  private long session;

  SimLock(SimWorld world, SimSite site, SimServer server) {
    this.world = world;
    this.site = site;
    this.server = server;
  }

  /** Nanoseconds of the site's clock. */
  void holdUntil(long local) {
    until = local;
    wanted = true;
    if (!refreshing) {
      acquire(world.chance.ms(1, 60));
    }
  }

  private boolean permitted() {
    return wanted && site.now() < until;
  }

  /** Whether it is held now, by this process. */
  boolean held() {
    return permitted() && server.lockedBy(session);
  }

  long until() {
    return until;
  }

  private void acquire(long delay) {
    if (!acquiring) {
      acquiring = true;
      long run = site.run;
      world.time.after(delay, () -> acquireNow(run));
    }
  }

  private void acquireNow(long run) {
    if (site.run != run) {
      return;
    }
    acquiring = false;
    if (refreshing || site.frozen || !permitted()) {
      return;
    }
    if (!server.answers() || (server.locked() && !server.lockedBy(session))) {
      acquire(world.chance.ms(50, 150));
      return;
    }
    session = world.nextSession();
    refreshing = true;
    since = world.time.now();
    server.lock(session, Long.MAX_VALUE);
    lapseAt();
  }

  private void lapseAt() {
    long mine = session;
    world.time.at(
        site.clock().when(until),
        () -> {
          if (refreshing && mine == session) {
            if (permitted()) {
              lapseAt();
            } else {
              stop();
            }
          }
        });
  }

  /** No refresh is sent from here on; the server counts from the last one. */
  private void stop() {
    refreshing = false;
    long span = server.lockSpan();
    long sent = world.time.now() - (long) (world.chance.unit() * span / REFRESHES);
    long last = Math.max(since, sent) + world.chance.ms(0, 20);
    if (server.lockedBy(session)) {
      server.lock(session, last + span);
    }
  }

  /** Given up: the session is broken, and the server notices. */
  void drop() {
    wanted = false;
    broken();
  }

  private void broken() {
    if (refreshing || server.lockedBy(session)) {
      refreshing = false;
      long gone = session;
      world.time.after(
          world.chance.ms(0, 30),
          () -> {
            if (server.lockedBy(gone)) {
              server.lock(gone, world.time.now());
            }
          });
    }
  }

  void frozen() {
    if (refreshing) {
      stop();
    }
  }

  void thawed() {
    if (!permitted()) {
      return;
    }
    if (server.answers() && server.lockedBy(session)) {
      refreshing = true;
      since = world.time.now();
      server.lock(session, Long.MAX_VALUE);
      lapseAt();
    } else {
      acquire(world.chance.ms(1, 60));
    }
  }

  /** The server crashed, or lost its patience while it was frozen. */
  void serverLost() {
    refreshing = false;
    if (permitted()) {
      acquire(world.chance.ms(20, 100));
    }
  }

  /**
   * The process is gone.
   *
   * @param silently its host too: nobody closes the session
   */
  void killed(boolean silently) {
    if (silently) {
      frozen();
    } else {
      broken();
    }
    wanted = false;
    refreshing = false;
    acquiring = false;
  }
}
