package dev.mpp.chaos.lab;

import dev.mpp.chaos.client.Family;
import dev.mpp.chaos.lab.Lab.Part;
import dev.mpp.chaos.process.Child;
import dev.mpp.chaos.process.Trouble;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A failure that was made, until it is mended. */
interface Injury {
  /** Longer than an orderly end of a server that still has clients. */
  Duration SHUTDOWN = Duration.ofSeconds(90);

  long RESET_PERIOD_NANOS = 20_000_000L;

  void mend();

  /**
   * Makes it.
   *
   * @param site with the server
   * @param source the ACTIVE site, when {@code site} is the standby
   */
  static Injury of(Failure failure, Lab lab, LabSite site, LabSite source) {
    return switch (failure) {
      case KILLED -> broken(lab, Breakage.mysql(site));
      case FROZEN -> broken(lab, new Breakage.Freeze(new Breakage.Victim(Part.MYSQL, site)));
      case REFUSED -> shutDown(lab, site);
      case RESET -> reset(lab, site);
      case DROPPED -> dropped(lab, site);
      case EXHAUSTED -> new Crowd(lab, site, false);
      case TOO_MANY_CONNECTIONS -> new Crowd(lab, site, true);
      case AUTHENTICATION -> lockedOut(lab, site);
      case READ_ONLY -> readOnly(lab, site);
      case APPLIER -> applierCrashed(lab, source);
      case LAG -> held(lab, site, "LOCK TABLES demo.ledger READ");
      case DISK_FULL -> diskFull(lab, site);
      case STALLED -> held(lab, site, "FLUSH TABLES WITH READ LOCK");
    };
  }

  private static Injury broken(Lab lab, Breakage breakage) {
    breakage.inject(lab);
    return () -> breakage.mend(lab);
  }

  /**
   * Mended as operators do: space is made, and the server started again, which otherwise hangs for
   * minutes among the sessions that piled up; MariaDB may also have ended by itself, in a rollback
   * that needed space.
   */
  private static Injury diskFull(Lab lab, LabSite site) {
    Injury full = lab.disk(site).fill();
    return () -> {
      full.mend();
      lab.child(Part.MYSQL, site).ifPresent(Child::kill);
      lab.start(Part.MYSQL, site);
    };
  }

  private static Injury shutDown(Lab lab, LabSite site) {
    Child server = lab.child(Part.MYSQL, site).orElseThrow();
    Thread end = Thread.ofPlatform().daemon().start(() -> server.stop(SHUTDOWN));
    return () -> {
      try {
        end.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      lab.start(Part.MYSQL, site);
    };
  }

  /**
   * The kernel of the server's host ends the connections with RST (ss(8), --kill), faster than a
   * session is of use; one reset alone is mended within the same poll, and nobody is told.
   */
  private static Injury reset(Lab lab, LabSite site) {
    Namespace namespace = lab.network().namespace(site.label());
    Thread resets =
        Thread.ofPlatform()
            .daemon()
            .start(
                () -> {
                  while (!Thread.currentThread().isInterrupted()) {
                    resetOnce(namespace, site);
                    LockSupport.parkNanos(RESET_PERIOD_NANOS);
                  }
                });
    return () -> {
      resets.interrupt();
      try {
        resets.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private static void resetOnce(Namespace namespace, LabSite site) {
    try {
      Tool.inside(
          namespace,
          "ss",
          "-K",
          "state",
          "established",
          "src",
          site.address() + ":" + LabConfiguration.MYSQL,
          "dst",
          site.address());
    } catch (Trouble e) {
      // Interrupted by the mending, or a connection ended by itself first.
    }
  }

  /**
   * What comes from the site's own address is dropped before the server sees it, without a word
   * (ip-xfrm(8), action block). The loopback device is exempt from policies until told.
   */
  private static Injury dropped(Lab lab, LabSite site) {
    Namespace namespace = lab.network().namespace(site.label());
    String policy =
        "dir in src %s/32 dst %s/32 proto tcp dport %d"
            .formatted(site.address(), site.address(), LabConfiguration.MYSQL);
    Network.policiesOnLoopback(namespace);
    Ip.batch(namespace, List.of("xfrm policy add " + policy + " action block"));
    return () -> Ip.batch(namespace, List.of("xfrm policy delete " + policy));
  }

  private static Injury lockedOut(Lab lab, LabSite site) {
    try (Administrator admin = lab.administrator(site)) {
      password(lab, admin, "changed by somebody");
      admin.killSessionsOf("mpp");
    }
    return () -> {
      // Another session: the dead-man may have ended every client's.
      try (Administrator admin = lab.administrator(site)) {
        password(lab, admin, lab.managerPassword());
      }
    };
  }

  private static void password(Lab lab, Administrator admin, String password) {
    admin.locally(lab.family(), "ALTER USER 'mpp'@'%' IDENTIFIED BY '" + password + "'");
  }

  private static Injury readOnly(Lab lab, LabSite site) {
    String flag = lab.family() == Family.MYSQL ? "super_read_only" : "read_only";
    try (Administrator admin = lab.administrator(site)) {
      admin.run("SET GLOBAL " + flag + " = 1");
    }
    return () -> {};
  }

  /** A change of a row that only the ACTIVE server has; its data is made anew afterwards. */
  private static Injury applierCrashed(Lab lab, LabSite source) {
    try (Administrator admin = lab.administrator(source)) {
      admin.run("SET SESSION sql_log_bin = 0");
      admin.run("INSERT INTO demo.probe (server, n) VALUES ('only here', 1)");
      admin.run("SET SESSION sql_log_bin = 1");
      admin.run("DELETE FROM demo.probe WHERE server = 'only here'");
    }
    return () -> {};
  }

  /** Until the session ends. */
  private static Injury held(Lab lab, LabSite site, String lock) {
    Administrator admin = lab.administrator(site);
    admin.run(lock);
    return admin::close;
  }

  /** The statement failed for a reason that is not the failure wanted. */
  static Trouble failed(String statement, SQLException e) {
    return new Trouble("cannot run " + statement.lines().findFirst().orElse("") + ": " + e, "");
  }
}
