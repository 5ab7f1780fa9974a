package dev.mpp.node.agreement;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.pair.PairConfig;
import dev.mpp.core.pair.PairInput;
import dev.mpp.core.pair.PairLedger;
import dev.mpp.core.pair.PairOutput;
import dev.mpp.core.pair.PairPicture;
import dev.mpp.core.pair.PairStored;
import dev.mpp.core.pair.Target;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.proto.v1.PairEnvelope;
import dev.mpp.tls.PeerRule;
import io.grpc.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger of two sites. Decides nothing: {@link PairLedger} does, and this carries its messages,
 * its disk and its looks. One thread of its own runs it, its streams and its clock.
 */
public final class PairAgreement implements Agreement {
  private static final Logger LOG = LoggerFactory.getLogger(PairAgreement.class);
  private static final long TICK_MILLIS = 50;
  private static final long STREAM_SILENCE = 1_500_000_000L;
  private static final int DISK_ATTEMPTS = 20;
  private static final long DISK_PAUSE_MILLIS = 200;

  private final Settings settings;
  private final PairConfig config;
  private final GrpcTransport transport;
  private final PeerRule peer;
  private final LongSupplier nanos;
  private final Events events;
  private final Lookout lookout;
  private final Consumer<String> onFatal;
  private final PairStorage storage;
  private final ScheduledThreadPoolExecutor thread;
  private final List<PairPath> paths;
  private final Map<Long, CompletableFuture<LedgerOutcome>> proposals = new HashMap<>();
  private volatile PairPicture picture = new PairPicture(false, false, false, Map.of());
  private volatile long applied;

  /** Told once, perhaps before the start. */
  private volatile Map<ServiceName, Long> reaches = Map.of();

  private volatile boolean closed;
  private @Nullable PairLedger ledger;
  private @Nullable Server server;

  /** Told on the ledger's thread; must return quickly. */
  public interface Events extends Listener {
    void picture(PairPicture picture);

    void overlap(PairOutput.Overlap overlap);
  }

  /** Looks at the peer's addresses; blocks for at most a few seconds, on a thread of its own. */
  public interface Lookout {
    /**
     * @param fence whether servers that are found read-only shall be fenced
     */
    Map<Target, Target.Answer> look(boolean fence);
  }

  /**
   * @param bind address of the ledger's port
   * @param paths every address of the peer's ledger port, unresolved
   * @param storage directory of this member alone
   * @param bootstrap allows an empty {@code storage}
   */
  public record Settings(
      String deployment,
      InetSocketAddress bind,
      List<InetSocketAddress> paths,
      Path storage,
      boolean bootstrap) {
    public Settings {
      paths = List.copyOf(paths);
    }
  }

  /**
   * @param nanos the node's monotonic clock
   * @param onFatal told when the disk refuses for seconds, with a sentence; the process should
   *     fence and exit, so that its peer can go on alone
   */
  public PairAgreement(
      Settings settings,
      PairConfig config,
      GrpcTransport transport,
      LongSupplier nanos,
      Events events,
      Lookout lookout,
      Consumer<String> onFatal) {
    this.settings = settings;
    this.config = config;
    this.transport = transport;
    this.nanos = nanos;
    this.events = events;
    this.lookout = lookout;
    this.onFatal = onFatal;
    this.storage =
        new PairStorage(
            settings.storage(), settings.deployment(), config.self(), config.peer().name());
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().daemon().name("ledger").factory(),
            // gRPC may still hand in callbacks of calls that close() has cancelled.
            new ThreadPoolExecutor.DiscardPolicy());
    PeerRule peer = PeerRule.site(settings.deployment(), config.peer().name());
    this.peer = peer;
    this.paths =
        settings.paths().stream()
            .map(a -> new PairPath(a, transport, peer, thread, nanos, STREAM_SILENCE))
            .toList();
  }

  @Override
  public void start() {
    PairStored stored = storage.open(settings.bootstrap());
    PairLedger l = new PairLedger(config, stored, nanos.getAsLong());
    ledger = l;
    events.restored(l.view());
    try {
      server =
          transport
              .server(settings.bind(), "ledger", peer)
              .addService(
                  new PairInbound(
                      settings.deployment(),
                      config.peer().name(),
                      m -> in(new PairInput.Received(m))))
              .build()
              .start();
    } catch (IOException e) {
      throw new LedgerStartException(
          ("%s cannot listen on %s for the ledger (%s). Stop the other process, or correct the"
                  + " site's address or port.")
              .formatted(config.self(), settings.bind(), e.getMessage()),
          e);
    }
    in(new PairInput.Reaches(reaches));
    var unused = thread.scheduleAtFixedRate(this::tick, 0, TICK_MILLIS, TimeUnit.MILLISECONDS);
    LOG.info(
        "Ledger: {} and {} are a pair, storage {}, {} way(s)",
        config.self(),
        config.peer(),
        settings.storage(),
        paths.size());
  }

  private void tick() {
    try {
      long now = nanos.getAsLong();
      paths.forEach(p -> p.tend(now));
      handle(new PairInput.Tick());
    } catch (RuntimeException e) {
      broken(e);
    }
  }

  private void in(PairInput input) {
    thread.execute(
        () -> {
          try {
            handle(input);
          } catch (RuntimeException e) {
            broken(e);
          }
        });
  }

  private void broken(RuntimeException e) {
    LOG.error("the ledger failed", e);
    fatal("the ledger failed: " + e);
  }

  private void fatal(String why) {
    if (!closed) {
      closed = true;
      onFatal.accept(why);
    }
  }

  private void handle(PairInput input) {
    PairLedger l = ledger;
    if (l == null || closed) {
      return;
    }
    for (PairOutput output : l.on(input, nanos.getAsLong())) {
      perform(output);
    }
  }

  private void perform(PairOutput output) {
    switch (output) {
      case PairOutput.Send s -> {
        PairEnvelope e = PairCodec.encode(settings.deployment(), s.message());
        paths.forEach(p -> p.send(e));
      }
      case PairOutput.Persist p -> Thread.ofVirtual().name("ledger-disk").start(() -> keep(p));
      case PairOutput.Applied a -> {
        applied++;
        events.applied(a.command(), a.outcome(), a.after());
      }
      case PairOutput.Settled s -> {
        CompletableFuture<LedgerOutcome> f = proposals.remove(s.sequence());
        if (f != null) {
          f.complete(s.outcome());
        }
      }
      case PairOutput.GivenUp g -> {
        CompletableFuture<LedgerOutcome> f = proposals.remove(g.sequence());
        if (f != null) {
          f.completeExceptionally(new IOException(g.reason()));
        }
      }
      case PairOutput.Look l -> Thread.ofVirtual().name("ledger-look").start(() -> look(l.fence()));
      case PairOutput.Overlap o -> events.overlap(o);
      case PairOutput.Picture p -> {
        picture = p.picture();
        events.picture(p.picture());
      }
    }
  }

  /** A disk that refuses for seconds ends the process: its silence frees the peer. */
  private void keep(PairOutput.Persist p) {
    for (int attempt = 1; !closed; attempt++) {
      try {
        storage.write(p.stored());
        in(new PairInput.Persisted(p.generation()));
        return;
      } catch (IOException e) {
        LOG.error(
            "Ledger: cannot write {} (attempt {}): {}", settings.storage(), attempt, e.toString());
        if (attempt == DISK_ATTEMPTS) {
          fatal("the ledger cannot be written to " + settings.storage() + ": " + e);
          return;
        }
      }
      try {
        Thread.sleep(Duration.ofMillis(DISK_PAUSE_MILLIS));
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void look(boolean fence) {
    long startedAt = nanos.getAsLong();
    Map<Target, Target.Answer> answers = Map.of();
    try {
      answers = lookout.look(fence);
    } catch (RuntimeException e) {
      LOG.error("looking at {} failed", config.peer(), e);
    }
    in(new PairInput.Looked(startedAt, answers));
  }

  @Override
  public CompletableFuture<LedgerOutcome> propose(LedgerCommand command) {
    CompletableFuture<LedgerOutcome> result = new CompletableFuture<>();
    if (ledger == null || closed) {
      result.completeExceptionally(new IOException("the ledger is not running"));
      return result;
    }
    thread.execute(
        () -> {
          proposals.put(command.origin().sequence(), result);
          try {
            handle(new PairInput.Propose(command));
          } catch (RuntimeException e) {
            broken(e);
          }
        });
    return result.orTimeout(config.timing().lease() * 2, TimeUnit.NANOSECONDS);
  }

  @Override
  public void reaches(Map<ServiceName, Long> seenAt) {
    reaches = seenAt;
    in(new PairInput.Reaches(seenAt));
  }

  @Override
  public void force(ServiceName service, String by, String reason) {
    in(new PairInput.Force(service, by, reason));
  }

  @Override
  public void peerHeard() {
    in(new PairInput.Heard());
  }

  /** Nobody leads: each register has its owner. */
  @Override
  public void preferLeadership() {}

  @Override
  public Health health() {
    return new Health("", "pair: " + config.peer() + " " + picture.word(), 0, applied);
  }

  @Override
  public void close() {
    closed = true;
    Server s = server;
    if (s != null) {
      s.shutdownNow();
    }
    thread.execute(
        () -> {
          paths.forEach(PairPath::close);
          List<CompletableFuture<LedgerOutcome>> open = new ArrayList<>(proposals.values());
          proposals.clear();
          open.forEach(f -> f.completeExceptionally(new IOException("the ledger is closed")));
        });
    thread.shutdown();
    try {
      if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
