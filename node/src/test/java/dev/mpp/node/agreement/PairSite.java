package dev.mpp.node.agreement;

import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pair.PairConfig;
import dev.mpp.core.pair.PairOutput;
import dev.mpp.core.pair.PairPicture;
import dev.mpp.core.pair.PairTiming;
import dev.mpp.core.pair.Target;
import dev.mpp.node.wire.GrpcTransport;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** One side of a pair over real sockets and a real disk, with everything it told. */
final class PairSite implements PairAgreement.Events, AutoCloseable {
  static final ServiceName SERVICE = new ServiceName("mysql.eraser.com");
  static final SiteId A = new SiteId("a");
  static final SiteId B = new SiteId("b");
  static final LeaseTiming LEASE =
      new LeaseTiming(
          Duration.ofSeconds(4).toNanos(),
          Duration.ofMillis(500).toNanos(),
          Duration.ofSeconds(1).toNanos(),
          0.001,
          Duration.ofMillis(100).toNanos(),
          Duration.ofSeconds(2).toNanos());

  private static final AtomicLong RUNS = new AtomicLong();
  private static final Target EDGE = new Target(Target.Kind.EDGE, Optional.empty(), "edge");

  final PairAgreement agreement;
  final SiteId site;
  private final String incarnation;
  private final AtomicLong sequence = new AtomicLong();
  private final List<String> applied = new ArrayList<>();
  private final List<PairOutput.Overlap> overlaps = new ArrayList<>();
  private final List<String> fatal = new ArrayList<>();
  private LedgerState state = LedgerState.EMPTY;
  private PairPicture picture = new PairPicture(false, false, false, Map.of());

  /** Whether the peer's edge answers from here. */
  volatile boolean edge = true;

  PairSite(SiteId site, int port, List<InetSocketAddress> paths, Path storage, boolean bootstrap) {
    this.site = site;
    SiteId peer = site.equals(A) ? B : A;
    incarnation = site + "-" + RUNS.incrementAndGet();
    agreement =
        new PairAgreement(
            new PairAgreement.Settings(
                "demo", new InetSocketAddress("127.0.0.1", port), paths, storage, bootstrap),
            new PairConfig(
                site,
                peer,
                incarnation,
                A,
                Set.of(SERVICE),
                Set.of(),
                List.of(EDGE),
                PairTiming.of(LEASE, Duration.ofSeconds(1).toNanos())),
            GrpcTransport.plaintext(),
            System::nanoTime,
            this,
            fence -> Map.of(EDGE, edge ? Target.Answer.ANSWERED : Target.Answer.SILENT),
            this::fatal);
  }

  private synchronized void fatal(String why) {
    fatal.add(why);
  }

  @Override
  public synchronized void applied(
      LedgerCommand command, LedgerOutcome outcome, LedgerState after) {
    applied.add(command.getClass().getSimpleName() + " of " + command.origin().site());
    state = after;
  }

  @Override
  public synchronized void restored(LedgerState loaded) {
    state = loaded;
  }

  @Override
  public synchronized void picture(PairPicture next) {
    picture = next;
  }

  @Override
  public synchronized void overlap(PairOutput.Overlap overlap) {
    overlaps.add(overlap);
  }

  synchronized LedgerState state() {
    return state;
  }

  synchronized PairPicture picture() {
    return picture;
  }

  synchronized List<String> applied() {
    return List.copyOf(applied);
  }

  synchronized List<PairOutput.Overlap> overlaps() {
    return List.copyOf(overlaps);
  }

  synchronized List<String> fatal() {
    return List.copyOf(fatal);
  }

  Optional<SiteId> holder() {
    return state().grant(SERVICE).holder();
  }

  CompletableFuture<LedgerOutcome> propose(Function<Origin, LedgerCommand> command) {
    return agreement.propose(
        command.apply(new Origin(site, incarnation, sequence.incrementAndGet())));
  }

  CompletableFuture<LedgerOutcome> claim() {
    long epoch = state().grant(SERVICE).epoch();
    long renewal = state().grant(SERVICE).renewal();
    return propose(o -> new LedgerCommand.Claim(o, SERVICE, epoch, renewal));
  }

  CompletableFuture<LedgerOutcome> renew() {
    long epoch = state().grant(SERVICE).epoch();
    return propose(
        o -> new LedgerCommand.Renew(o, List.of(new LedgerCommand.Held(SERVICE, epoch))));
  }

  Map<String, Long> counts() {
    Map<String, Long> counts = new HashMap<>();
    applied().forEach(a -> counts.merge(a, 1L, Long::sum));
    return counts;
  }

  @Override
  public void close() {
    agreement.close();
  }
}
