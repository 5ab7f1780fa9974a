package dev.mpp.chaos.lab;

import dev.mpp.chaos.lab.Lab.Part;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what the kernel counts, twice. */
final class CostMeter {
  private static final Duration SETTLED_LIMIT = Duration.ofMinutes(10);
  private static final Duration WARM_UP = Duration.ofSeconds(60);

  /** USER_HZ of Linux on x86-64. */
  private static final double TICKS_PER_SECOND = 100;

  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern WRITTEN = Pattern.compile("(?m)^write_bytes: (\\d+)$");
  private static final Pattern BYTES = Pattern.compile("\\bbytes_(?:sent|received):(\\d+)");
  private static final Pattern LINK = Pattern.compile("\"bytes\":(\\d+)");

  private final Lab lab;
  private final int services;

  CostMeter(Lab lab, int services) {
    this.lab = lab;
    this.services = services;
  }

  /** Counters of one site at one instant. */
  private record Reading(
      long at,
      long ticks,
      long residentKib,
      long written,
      long wan,
      long ledger,
      long exchange,
      long grown) {}

  /** Waits until every service is served and for the compiler to finish, then measures. */
  List<Cost> measure(int seconds) {
    if (!Deadline.await(SETTLED_LIMIT, this::settled)) {
      throw new Trouble(
          "not every service got its ACTIVE within " + SETTLED_LIMIT, CatchUp.describe(lab));
    }
    lab.console().say("settled; warming up for " + WARM_UP.toSeconds() + " s");
    LockSupport.parkNanos(WARM_UP.toNanos());
    Map<LabSite, Reading> before = readAll();
    lab.console().say("measuring for " + seconds + " s");
    LockSupport.parkNanos(Duration.ofSeconds(seconds).toNanos());
    Map<LabSite, Reading> after = readAll();
    return lab.sites().stream()
        .map(
            site ->
                cost(
                    site,
                    Optional.ofNullable(before.get(site)).orElseThrow(),
                    Optional.ofNullable(after.get(site)).orElseThrow()))
        .toList();
  }

  private boolean settled() {
    LockSupport.parkNanos(200_000_000L);
    return CatchUp.wholeUnder(lab).isPresent()
        && lab.sites().stream()
            .allMatch(
                site ->
                    lab.gauges(site)
                        .filter(g -> (int) g.sum("mpp_service_serving") == services)
                        .isPresent());
  }

  private Map<LabSite, Reading> readAll() {
    return lab.sites().stream().collect(Collectors.toMap(Function.identity(), this::read));
  }

  private Reading read(LabSite site) {
    long pid = lab.child(Part.NODE, site).orElseThrow().pid();
    Path process = Path.of("/proc/" + pid);
    String stat = text(process.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    return new Reading(
        System.nanoTime(),
        Long.parseLong(fields[11]) + Long.parseLong(fields[12]),
        sum(RESIDENT, text(process.resolve("status"))),
        sum(WRITTEN, text(process.resolve("io"))),
        wan(site),
        streams(site, 7401),
        streams(site, 7400),
        size(lab.place(site).folder().resolve("data")));
  }

  private long wan(LabSite site) {
    String name = lab.network().namespace(site.label()).name();
    return sum(LINK, Ip.ask("-n", name, "-s", "-j", "link", "show", "wan").orElse(""));
  }

  /** Payload of all connections from or to this port, both directions (ss(8)). */
  private long streams(LabSite site, int port) {
    List<String> words =
        Stream.concat(
                lab.network().namespace(site.label()).words().stream(),
                Stream.of("ss", "-tinH", "( sport = :%d or dport = :%d )".formatted(port, port)))
            .toList();
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes());
      return sum(BYTES, output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Cost cost(LabSite site, Reading a, Reading b) {
    double seconds = (b.at() - a.at()) / 1e9;
    return new Cost(
        site,
        (b.ticks() - a.ticks()) / TICKS_PER_SECOND / seconds * 100,
        b.residentKib() / 1024.0,
        (b.wan() - a.wan()) / seconds,
        (b.ledger() - a.ledger()) / seconds,
        (b.exchange() - a.exchange()) / seconds,
        (b.written() - a.written()) / seconds * 3600,
        (b.grown() - a.grown()) / seconds * 3600);
  }

  private static long sum(Pattern number, String text) {
    Matcher found = number.matcher(text);
    long sum = 0;
    while (found.find()) {
      sum += Long.parseLong(found.group(1));
    }
    return sum;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
