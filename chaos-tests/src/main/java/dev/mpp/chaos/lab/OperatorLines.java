package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Child;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * What {@code mpp watch} tells operators at both data sites, with the instant of each line, read
 * once a millisecond.
 */
final class OperatorLines implements AutoCloseable {
  private static final long PERIOD_NANOS = 1_000_000L;

  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(500);

  private final Lab lab;
  private final List<LabSite> sites;
  private final Map<LabSite, Path> logs = new LinkedHashMap<>();
  private final Map<LabSite, Child> watches = new LinkedHashMap<>();
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final List<LogTail> tails = new ArrayList<>();
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param at when it was read (monotonic)
   */
  record Line(LabSite site, long at, String text) {}

  private OperatorLines(Lab lab) {
    this.lab = lab;
    this.sites = lab.data();
    for (LabSite site : sites) {
      Path log = lab.place(site).folder().resolve("watch.log");
      try {
        Files.writeString(log, "");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      logs.put(site, log);
      tails.add(new LogTail(log));
    }
    thread = Thread.ofPlatform().daemon().name("operator").start(this::run);
  }

  /**
   * Returns when both tell something.
   *
   * @throws Trouble when they do not in time
   */
  static OperatorLines follow(Lab lab) {
    OperatorLines lines = new OperatorLines(lab);
    if (!Deadline.await(LIMIT, LOOK, lines::told)) {
      lines.close();
      throw new Trouble("mpp watch tells nothing", CatchUp.describe(lab));
    }
    return lines;
  }

  /** A watch that did not get an answer at its start ends; then another one is started. */
  private boolean told() {
    boolean all = true;
    for (LabSite site : sites) {
      boolean alive = Optional.ofNullable(watches.get(site)).filter(Child::alive).isPresent();
      if (!alive) {
        // From the beginning, so that it is seen when it follows.
        watches.put(
            site,
            lab.order(
                site,
                List.of("watch", "--after", "0"),
                Optional.ofNullable(logs.get(site)).orElseThrow()));
      }
      all &=
          alive && lines.stream().anyMatch(line -> line.site().equals(site) && told(line.text()));
    }
    return all;
  }

  /** Not the complaint of a watch that found nobody to ask. */
  private static boolean told(String line) {
    return !line.isBlank() && !line.startsWith("mpp: ");
  }

  private void run() {
    while (!stopped) {
      long now = System.nanoTime();
      for (int i = 0; i < tails.size(); i++) {
        for (String text : tails.get(i).more()) {
          lines.add(new Line(sites.get(i), now, text));
        }
      }
      LockSupport.parkNanos(PERIOD_NANOS);
    }
    tails.forEach(LogTail::close);
  }

  /** The first line at a site since an instant. */
  Optional<Line> first(LabSite site, long since, Predicate<String> wanted) {
    return lines.stream()
        .filter(line -> line.site().equals(site) && line.at() - since >= 0)
        .filter(line -> wanted.test(line.text()))
        .findFirst();
  }

  /** Since an instant, for the evidence. */
  List<Line> since(long instant) {
    return lines.stream().filter(line -> line.at() - instant >= 0).toList();
  }

  @Override
  public void close() {
    stopped = true;
    try {
      thread.join(3_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
