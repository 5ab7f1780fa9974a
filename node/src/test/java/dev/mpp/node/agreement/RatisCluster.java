package dev.mpp.node.agreement;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.node.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.slf4j.LoggerFactory;

/** Members of one ledger in this JVM, each on its own loopback address. */
final class RatisCluster implements AutoCloseable {
  static final ServiceName SERVICE = new ServiceName("mysql.eraser.com");

  /** One run of one member, with everything its replica told. */
  static final class Run implements Agreement.Listener {
    final RatisAgreement agreement;
    private final List<String> applied = new ArrayList<>();
    private final List<LedgerState> restored = new ArrayList<>();
    private final List<String> fatal = new ArrayList<>();
    private LedgerState state = LedgerState.EMPTY;

    Run(LedgerConfig config) {
      agreement = new RatisAgreement(config, this, this::fatal);
    }

    private synchronized void fatal(String reason) {
      fatal.add(reason);
    }

    @Override
    public synchronized void applied(
        LedgerCommand command, LedgerOutcome outcome, LedgerState after) {
      if (restored.isEmpty()) {
        throw new AssertionError("applied before restored");
      }
      applied.add(command + " -> " + outcome);
      state = after;
    }

    @Override
    public synchronized void restored(LedgerState loaded) {
      restored.add(loaded);
      applied.clear();
      state = loaded;
    }

    synchronized List<String> applied() {
      return List.copyOf(applied);
    }

    synchronized List<LedgerState> restored() {
      return List.copyOf(restored);
    }

    synchronized List<String> fatal() {
      return List.copyOf(fatal);
    }

    synchronized LedgerState state() {
      return state;
    }
  }

  private final Path directory;
  private final List<LedgerMember> members = new ArrayList<>();
  private final Map<SiteId, Run> runs = new TreeMap<>();
  private final AtomicLong sequence = new AtomicLong();
  private final long snapshotEvery;

  /** Of each member, for those that have TLS. */
  final Map<SiteId, LedgerTls> tls = new TreeMap<>();

  RatisCluster(Path directory, int size, long snapshotEvery) {
    ((Logger) LoggerFactory.getLogger("org.apache.ratis")).setLevel(Level.ERROR);
    ((Logger) LoggerFactory.getLogger("io.netty")).setLevel(Level.WARN);
    this.directory = directory;
    this.snapshotEvery = snapshotEvery;
    for (int i = 1; i <= size; i++) {
      String address = "127.0." + i + ".1";
      members.add(new LedgerMember(new SiteId("site" + i), address, FreePorts.next(address)));
    }
  }

  List<SiteId> sites() {
    return members.stream().map(LedgerMember::site).toList();
  }

  LedgerConfig config(SiteId site, boolean bootstrap) {
    return config(site, bootstrap, false);
  }

  private LedgerConfig config(SiteId site, boolean bootstrap, boolean join) {
    LedgerConfig c =
        LedgerConfig.of("test", site, members, directory.resolve(site.name()), bootstrap);
    return new LedgerConfig(
        c.deployment(),
        c.own(),
        c.members(),
        c.bindAddress(),
        c.storage(),
        c.bootstrap(),
        join,
        c.timings(),
        snapshotEvery,
        Optional.ofNullable(tls.get(site)));
  }

  Run start(SiteId site, boolean bootstrap) {
    return start(site, config(site, bootstrap));
  }

  /** On an empty disk, to be added by the others. */
  Run join(SiteId site) {
    return start(site, config(site, false, true));
  }

  /** One more site, which nobody votes with yet. */
  SiteId another() {
    SiteId site = new SiteId("site" + (members.size() + 1));
    String address = "127.0." + (members.size() + 1) + ".1";
    members.add(new LedgerMember(site, address, FreePorts.next(address)));
    return site;
  }

  Path storage(SiteId site) {
    return directory.resolve(site.name());
  }

  /** As the exchange does when the members meet. */
  RatisCluster introduce(Agreement.Formats formats) {
    for (Run run : runs.values()) {
      runs.keySet().forEach(site -> run.agreement.reads(site, "", formats));
    }
    return this;
  }

  Agreement.Member asMember(SiteId site) {
    return new Agreement.Member(
        site, run(site).agreement.ownMember(), config(site, false).own().endpoint());
  }

  private Run start(SiteId site, LedgerConfig config) {
    Run run = new Run(config);
    run.agreement.start();
    runs.put(site, run);
    return run;
  }

  RatisCluster startAll(boolean bootstrap) {
    sites().forEach(s -> start(s, bootstrap));
    return this;
  }

  void stop(SiteId site) {
    Run run = runs.remove(site);
    if (run != null) {
      run.agreement.close();
    }
  }

  Run run(SiteId site) {
    Run run = runs.get(site);
    if (run == null) {
      throw new IllegalStateException(site + " is down");
    }
    return run;
  }

  List<SiteId> up() {
    return List.copyOf(runs.keySet());
  }

  Origin origin(SiteId site) {
    return new Origin(site, "run-1", sequence.incrementAndGet());
  }

  /** The site that a running member believes to lead and that believes it itself. */
  SiteId leader() {
    await(
        Duration.ofSeconds(10),
        "a leader",
        () -> runs.values().stream().anyMatch(r -> r.agreement.health().role().equals("LEADER")));
    return runs.entrySet().stream()
        .filter(e -> e.getValue().agreement.health().role().equals("LEADER"))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  SiteId follower() {
    SiteId leader = leader();
    return up().stream().filter(s -> !s.equals(leader)).findFirst().orElseThrow();
  }

  /**
   * Proposes until a replica applied it; the commands are compare-and-set, so again is harmless.
   */
  LedgerOutcome commit(SiteId from, LedgerCommand command, Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    while (true) {
      CompletableFuture<LedgerOutcome> proposal = run(from).agreement.propose(command);
      try {
        return proposal.get(10, TimeUnit.SECONDS);
      } catch (ExecutionException | TimeoutException e) {
        if (System.nanoTime() > deadline) {
          throw new AssertionError("not committed within " + within, e);
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  LedgerOutcome beat(SiteId from) {
    return commit(from, new LedgerCommand.Beat(origin(from)), Duration.ofSeconds(10));
  }

  /** Every running replica has the same state and, since its last load, the same stream's end. */
  void awaitSame() {
    await(
        Duration.ofSeconds(10),
        "equal replicas",
        () -> {
          long index = -1;
          for (Run r : runs.values()) {
            long own = r.agreement.health().appliedIndex();
            if (index >= 0 && own != index) {
              return false;
            }
            index = own;
          }
          return runs.values().stream().map(Run::state).distinct().count() == 1;
        });
  }

  static void await(Duration within, String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("no " + what + " within " + within);
      }
      try {
        Thread.sleep(5);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Override
  public void close() {
    List.copyOf(runs.values()).forEach(r -> r.agreement.close());
    runs.clear();
  }
}
