package dev.mpp.node.publish;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.dns.TransferZones;
import dev.mpp.dns.TsigKey;
import dev.mpp.node.NodeSnapshot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;
import org.xbill.DNS.TSIG;

/**
 * What this node tells other name servers: the zone to secondaries, and updates to the servers of
 * people who cannot delegate. One virtual thread for each of them; the loop only hands pictures
 * over.
 */
public final class DnsOutbound implements AutoCloseable {

  /** Reads a key anew, as it may have been changed. May block. */
  @FunctionalInterface
  public interface KeySource {
    /**
     * @throws IOException naming the place, never the value
     */
    TsigKey read() throws IOException;
  }

  /** A secondary to be told of new serials. */
  public record Secondary(InetSocketAddress server, Optional<KeySource> key) {}

  /**
   * A name at another server.
   *
   * @param zone as that server has it, without a final dot
   * @param service whose addresses
   * @param name that gets them, without a final dot
   * @param ttl seconds
   * @param withdraw whether a holder that does not serve takes the addresses away
   */
  public record Push(
      InetSocketAddress server,
      String zone,
      ServiceName service,
      String name,
      long ttl,
      boolean withdraw,
      KeySource key) {}

  private static final Duration PUSH_TIMEOUT = Duration.ofSeconds(2);

  private final @Nullable SecondaryZone zone;
  private final List<ZoneNotify> notifies;
  private final List<PushWorker> pushes;
  private final Signal changes = new Signal();
  private final List<Thread> threads = new ArrayList<>();

  /**
   * Starts nothing yet.
   *
   * @param zones where the zone for secondaries is put; empty without secondaries
   * @param picture the newest; null before the first
   * @param nanos the clock of the pictures
   * @param journal must not block
   */
  public DnsOutbound(
      DnsTables tables,
      Optional<TransferZones> zones,
      List<Secondary> secondaries,
      List<Push> pushes,
      Supplier<@Nullable NodeSnapshot> picture,
      LongSupplier nanos,
      Consumer<BrainCommand.Journal> journal) {
    this.zone = zones.map(z -> new SecondaryZone(tables, z)).orElse(null);
    String apex = tables.settings().zone() + ".";
    this.notifies =
        secondaries.stream().map(s -> new ZoneNotify(apex, s.server(), s.key())).toList();
    long lease = tables.settings().leaseNanos();
    this.pushes =
        pushes.stream()
            .map(
                p ->
                    new PushWorker(
                        new PushRule(p.service(), lease, p.withdraw()),
                        new DynamicUpdate(
                            p.server(),
                            Name.fromConstantString(p.zone() + "."),
                            Name.fromConstantString(p.name() + "."),
                            p.ttl(),
                            PUSH_TIMEOUT),
                        () -> tsig(p.key().read()),
                        picture,
                        nanos,
                        changes,
                        journal))
            .toList();
  }

  static TSIG tsig(TsigKey key) {
    return new TSIG(
        Name.fromConstantString(key.algorithm() + "."),
        Name.fromConstantString(key.name().toString()),
        key.secret());
  }

  /** Begins to tell. */
  public void start() {
    Stream.concat(notifies.stream(), pushes.stream())
        .forEach(task -> threads.add(Thread.ofVirtual().name("dns-outbound").start(task)));
  }

  /**
   * Makes the zone of the picture the one that secondaries get; before the answers change, so that
   * who is told of the new serial finds it. Called by the loop; never blocks.
   *
   * @return to be called when the answers have changed
   */
  public Runnable picture(NodeSnapshot next) {
    OptionalLong serial = zone == null ? OptionalLong.empty() : zone.publish(next);
    return () -> {
      serial.ifPresent(s -> notifies.forEach(n -> n.announce(s)));
      changes.raise();
    };
  }

  /** Where each of them stands, a sentence each. */
  public List<String> lines() {
    return Stream.concat(
            notifies.stream().map(ZoneNotify::line), pushes.stream().map(PushWorker::line))
        .toList();
  }

  /** What does not work. */
  public List<String> alarms() {
    return Stream.concat(
            notifies.stream().map(ZoneNotify::alarm).flatMap(Optional::stream),
            pushes.stream().map(PushWorker::alarm).flatMap(Optional::stream))
        .toList();
  }

  /** As metrics. */
  public List<CounterSource> counters() {
    List<CounterSource> all = new ArrayList<>();
    if (!notifies.isEmpty()) {
      all.add(
          new Counts(
              "mpp.dns.notify", "NOTIFY messages to secondaries by result", this::notifyCounts));
    }
    if (!pushes.isEmpty()) {
      all.add(
          new Counts(
              "mpp.dns.push", "Dynamic updates of other servers by result", this::pushCounts));
    }
    return all;
  }

  private record Counts(String name, String help, Supplier<Map<Map<String, String>, Long>> read)
      implements CounterSource {
    @Override
    public Map<Map<String, String>, Long> counts() {
      return read.get();
    }
  }

  private Map<Map<String, String>, Long> notifyCounts() {
    Map<Map<String, String>, Long> out = new HashMap<>();
    for (ZoneNotify n : notifies) {
      String server = text(n.server());
      out.merge(Map.of("server", server, "result", "acknowledged"), n.acknowledged(), Long::sum);
      out.merge(Map.of("server", server, "result", "refused"), n.refused(), Long::sum);
      out.merge(Map.of("server", server, "result", "unanswered"), n.unanswered(), Long::sum);
    }
    return out;
  }

  private Map<Map<String, String>, Long> pushCounts() {
    Map<Map<String, String>, Long> out = new HashMap<>();
    for (PushWorker p : pushes) {
      for (PushWorker.Result result : PushWorker.Result.values()) {
        out.merge(
            Map.of(
                "server",
                text(p.target().server()),
                "result",
                result.name().toLowerCase(Locale.ROOT)),
            p.count(result),
            Long::sum);
      }
    }
    return out;
  }

  static String text(InetSocketAddress a) {
    String host = a.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + a.getPort();
  }

  /** Ends the threads; a message on its way is not waited for. */
  @Override
  public void close() {
    changes.end();
    notifies.forEach(ZoneNotify::end);
    threads.forEach(Thread::interrupt);
  }
}
