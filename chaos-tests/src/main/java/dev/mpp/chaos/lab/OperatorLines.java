package dev.mpp.chaos.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final List<LogTail> tails = new ArrayList<>();
  private final Thread thread;
  private volatile boolean stopped;

  /**
   * @param at when it was read (monotonic)
   */
  record Line(LabSite site, long at, String text) {}

  private OperatorLines(List<LabSite> sites, List<Path> logs) {
    logs.forEach(log -> tails.add(new LogTail(log)));
    thread = Thread.ofPlatform().daemon().name("operator").start(() -> run(sites));
  }

  /** Starts one {@code mpp watch} at each data site. */
  static OperatorLines follow(Lab lab) {
    List<Path> logs = new ArrayList<>();
    for (LabSite site : lab.data()) {
      Path log = lab.place(site).folder().resolve("watch.log");
      try {
        Files.writeString(log, "");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      logs.add(log);
    }
    OperatorLines lines = new OperatorLines(lab.data(), logs);
    for (int i = 0; i < logs.size(); i++) {
      // From the beginning, so that it is seen when it follows.
      var unused = lab.order(lab.data().get(i), List.of("watch", "--after", "0"), logs.get(i));
    }
    return lines;
  }

  private void run(List<LabSite> sites) {
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

  /** Every site has told something. */
  boolean follows(List<LabSite> sites) {
    return sites.stream()
        .allMatch(site -> lines.stream().anyMatch(line -> line.site().equals(site)));
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
