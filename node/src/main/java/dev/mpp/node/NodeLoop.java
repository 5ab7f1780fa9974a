package dev.mpp.node;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.SiteBrain;
import dev.mpp.core.pool.PoolState;
import dev.mpp.node.agreement.Agreement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns every mutable decision. It takes events from a bounded mailbox, gives
 * them to the brain with the instant at which it took them, hands the commands on and replaces the
 * picture that all readers use. It performs no I/O itself.
 */
final class NodeLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeLoop.class);
  private static final int MAILBOX = 16_384;
  private static final long TICK_MILLIS = 50;
  private static final int BATCH = 64;
  private static final long LEADER_EVERY = 1_000_000_000L;

  /** Peers hear the view at least this often: its age is how they judge this loop. */
  private static final long VIEW_EVERY = 500_000_000L;

  private record Letter(BrainEvent event, @Nullable CompletableFuture<String> answer) {}

  /** What the loop hands its results to. */
  interface Shell {
    void perform(BrainCommand command);

    /** Appends to the journal; returns its sequence. Must not block. */
    long journal(BrainCommand.Journal entry);

    /** A pool's nodes changed. Must not block. */
    void changed(ServiceName service, PoolState pool, SiteView view);

    /** A new picture; {@code viewChanged} when the peers should hear of it at once. */
    void picture(NodeSnapshot snapshot, boolean viewChanged);

    Map<NodeAddress, Long> skippedPolls();

    Agreement.Health ledger();
  }

  private final SiteBrain brain;
  private final Shell shell;
  private final SystemTime time;
  private final List<ServiceAddresses> services;
  private final List<Member> peers;
  private final boolean insecure;
  private final Consumer<Throwable> onFatal;
  private final BlockingQueue<Letter> mailbox = new LinkedBlockingQueue<>(MAILBOX);
  private final Thread thread;
  private final Map<ServiceName, PoolState> seen = new HashMap<>();
  private volatile boolean closed;
  private volatile @Nullable NodeSnapshot snapshot;
  private @Nullable SiteView published;
  private long publishedAt;
  private long lastEventSequence;
  private long leaderAt = LeaseClock.NEVER;

  /** A service and every site's addresses for it. */
  record ServiceAddresses(ServiceName name, List<NodeSnapshot.SiteAddress> sites) {}

  record Member(SiteId site, boolean witness) {}

  /**
   * @param onFatal told when the brain threw: the process must fence and end
   */
  NodeLoop(
      SiteBrain brain,
      Shell shell,
      SystemTime time,
      List<ServiceAddresses> services,
      List<Member> peers,
      boolean insecure,
      Consumer<Throwable> onFatal) {
    this.brain = brain;
    this.shell = shell;
    this.time = time;
    this.services = List.copyOf(services);
    this.peers = List.copyOf(peers);
    this.insecure = insecure;
    this.onFatal = onFatal;
    this.thread = Thread.ofPlatform().name("loop").unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Hands an event in; waits only while the mailbox is full. */
  void post(BrainEvent event) {
    put(new Letter(event, null));
  }

  /** Hands an operator's order in; completes with the line for the operator. */
  CompletableFuture<String> ask(BrainEvent event) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    put(new Letter(event, answer));
    return answer;
  }

  private void put(Letter letter) {
    try {
      mailbox.put(letter);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The newest picture; empty before the first event was handled. */
  Optional<NodeSnapshot> snapshot() {
    return Optional.ofNullable(snapshot);
  }

  private void run() {
    try {
      while (!closed) {
        Letter letter = mailbox.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
        handle(letter == null ? new Letter(new BrainEvent.Tick(), null) : letter);
        for (int i = 0; i < BATCH && (letter = mailbox.poll()) != null; i++) {
          handle(letter);
        }
        picture();
      }
    } catch (InterruptedException e) {
      LOG.debug("loop interrupted");
    } catch (RuntimeException | Error e) {
      onFatal.accept(e);
    }
  }

  private void handle(Letter letter) {
    String answer = null;
    for (BrainCommand command : brain.on(letter.event(), time.nanos())) {
      switch (command) {
        case BrainCommand.Journal j -> lastEventSequence = shell.journal(j);
        case BrainCommand.Answer a -> answer = a.text();
        default -> shell.perform(command);
      }
    }
    if (letter.answer() != null) {
      letter.answer().complete(answer == null ? "OK" : answer);
    }
  }

  private void picture() {
    long now = time.nanos();
    SiteView view = brain.view(now, shell.skippedPolls());
    Agreement.Health ledger = shell.ledger();
    lead(ledger, now);
    boolean changed =
        published == null || now - publishedAt >= VIEW_EVERY || !sameButForTime(published, view);
    if (changed) {
      published = view;
      publishedAt = now;
    }
    NodeSnapshot next =
        new NodeSnapshot(
            now,
            view,
            peers.stream().map(this::peer).toList(),
            services.stream().map(s -> service(s, now)).toList(),
            ledger,
            brain.ledgerFreshAt(),
            insecure,
            lastEventSequence);
    snapshot = next;
    shell.picture(next, changed);
    for (ServiceAddresses s : services) {
      if (view.pool(s.name()).isPresent()) {
        PoolState pool = brain.pool(s.name());
        PoolState before = seen.put(s.name(), pool);
        if (before == null || !before.nodes().equals(pool.nodes())) {
          shell.changed(s.name(), pool, view);
        }
      }
    }
  }

  private void lead(Agreement.Health ledger, long now) {
    if (leaderAt != LeaseClock.NEVER && now - leaderAt < LEADER_EVERY) {
      return;
    }
    leaderAt = now;
    Optional<SiteId> leader =
        ledger.leader().isEmpty() ? Optional.empty() : Optional.of(new SiteId(ledger.leader()));
    brain.leader(leader, now).ifPresent(shell::perform);
  }

  private static boolean sameButForTime(SiteView a, SiteView b) {
    return a.reach() == b.reach()
        && a.checkpoints().equals(b.checkpoints())
        && a.pools().equals(b.pools())
        && upLinks(a).equals(upLinks(b));
  }

  private static List<SiteId> upLinks(SiteView v) {
    List<SiteId> up = new ArrayList<>();
    v.links().stream().filter(SiteView.LinkView::up).forEach(l -> up.add(l.peer()));
    return up;
  }

  private NodeSnapshot.Peer peer(Member m) {
    return new NodeSnapshot.Peer(
        m.site(),
        m.witness(),
        brain.peerUp(m.site()),
        brain.peerHeardAt(m.site()),
        brain.peerRttMicros(m.site()),
        brain.peerView(m.site()));
  }

  private NodeSnapshot.Service service(ServiceAddresses s, long now) {
    LeaseClock lease = brain.lease(s.name());
    return new NodeSnapshot.Service(
        s.name(),
        lease.grant(),
        lease.leaseEnd(),
        lease.mayAct(now),
        lease.validUntil(),
        brain.sentence(s.name(), now),
        s.sites());
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      thread.join(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
