package dev.mpp.node;

import dev.mpp.core.plan.BrainCommand;
import dev.mpp.tls.SiteTls;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at this site's certificates every few seconds and says, once each, what changed: new ones
 * in use, files that cannot be used, an end that comes near. On one virtual thread of its own.
 */
final class CertificateWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
  private static final Duration PERIOD = Duration.ofSeconds(2);
  private static final List<Duration> WARNINGS =
      List.of(Duration.ofDays(1), Duration.ofDays(7), Duration.ofDays(30));

  private final SiteTls tls;
  private final InstantSource wall;
  private final Consumer<BrainCommand.Journal> journal;
  private final Runnable tick;
  private Instant expires;
  private Optional<String> problem = Optional.empty();
  private Duration warned = Duration.ofDays(10_000);
  private final Thread thread;

  /**
   * @param tick done each time too
   */
  CertificateWatch(
      SiteTls tls, InstantSource wall, Consumer<BrainCommand.Journal> journal, Runnable tick) {
    this.tls = tls;
    this.wall = wall;
    this.journal = journal;
    this.tick = tick;
    this.expires = tls.expires();
    this.thread = Thread.ofVirtual().name("certificates").unstarted(this::run);
  }

  CertificateWatch start() {
    thread.start();
    return this;
  }

  private void run() {
    try {
      while (true) {
        look();
        tick.run();
        Thread.sleep(PERIOD);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** One round. */
  void look() {
    Optional<String> now = tls.problem();
    if (!now.equals(problem)) {
      problem = now;
      now.ifPresent(p -> say("certificate", "new files are not used: " + p));
    }
    Instant end = tls.expires();
    if (!end.equals(expires)) {
      expires = end;
      warned = Duration.ofDays(10_000);
      say("certificate", "new certificates are in use, until " + end);
    }
    Duration left = Duration.between(wall.instant(), end);
    for (Duration limit : WARNINGS) {
      if (left.compareTo(limit) <= 0) {
        if (limit.compareTo(warned) < 0) {
          warned = limit;
          say("certificate", sentence(left, end));
        }
        return;
      }
    }
  }

  private static String sentence(Duration left, Instant end) {
    return left.isNegative()
        ? "this site's certificates expired on "
            + end
            + ": no new connection is possible; issue new ones (mpp certs issue) and replace the files"
        : "this site's certificates expire on %s, in %s: issue new ones (mpp certs issue) and replace the files; no restart is needed"
            .formatted(
                end, left.toDays() > 0 ? left.toDays() + " days" : left.toHours() + " hours");
  }

  /** What a status screen has to warn of now; empty when all is well. */
  static Optional<String> warning(SiteTls tls, InstantSource wall) {
    Optional<String> problem = tls.problem();
    if (problem.isPresent()) {
      return problem.map(p -> "new certificate files are not used: " + p);
    }
    Duration left = Duration.between(wall.instant(), tls.expires());
    return left.compareTo(WARNINGS.getLast()) <= 0
        ? Optional.of(sentence(left, tls.expires()))
        : Optional.empty();
  }

  private void say(String kind, String text) {
    LOG.warn("{}", text);
    journal.accept(new BrainCommand.Journal("", kind, tls.identity().name(), "", "", 0, text));
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
