package dev.mpp.chaos.lab;

import dev.mpp.chaos.client.Login;
import dev.mpp.chaos.process.Trouble;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that take every connection a server has and, if wanted, those of MPP: its sessions are
 * killed again and again, and what becomes free is taken at once.
 */
final class Crowd implements Injury {
  private static final long PERIOD_NANOS = 5_000_000L;

  /** So that the hunted are not only ever met while they log in. */
  private static final long HUNT_NANOS = 100_000_000L;

  private final String address;
  private final Login login;
  private final List<Connection> taken = new CopyOnWriteArrayList<>();
  private final Lab lab;
  private final LabSite site;
  private final boolean hunting;
  private Administrator administrator;
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param hunting also kills the sessions of MPP
   */
  Crowd(Lab lab, LabSite site, boolean hunting) {
    this.lab = lab;
    this.site = site;
    this.address = site.address();
    this.login = lab.application();
    this.hunting = hunting;
    this.administrator = lab.administrator(site);
    while (take()) {
      // As many as it has.
    }
    thread = Thread.ofPlatform().daemon().name("crowd").start(this::run);
  }

  private boolean take() {
    try {
      return taken.add(login.open(address));
    } catch (SQLException e) {
      return false;
    }
  }

  private void run() {
    long next = System.nanoTime();
    while (!stopped) {
      if (hunting && System.nanoTime() - next >= 0) {
        next += HUNT_NANOS;
        hunt();
      }
      boolean more = take();
      LockSupport.parkNanos(more ? 1 : PERIOD_NANOS);
    }
  }

  /** A fence ends the administrator's session, too; its next one has to find a place. */
  private void hunt() {
    try {
      administrator.killSessionsOf("mpp");
    } catch (Trouble e) {
      administrator.close();
      try {
        administrator = lab.administrator(site);
      } catch (Trouble full) {
        // The next time.
      }
    }
  }

  @Override
  public void mend() {
    stopped = true;
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    administrator.close();
    for (Connection connection : taken) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        // It is gone.
      }
    }
  }
}
