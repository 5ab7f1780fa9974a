package dev.mpp.node;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.SiteBrain;
import dev.mpp.core.plan.TwinState;
import dev.mpp.core.pool.PoolState;
import dev.mpp.node.agreement.Agreement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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
  private static final long TICK = 50_000_000L;

  /** Letters, and nanoseconds, after which a tick and the picture get their turn. */
  private static final int BATCH = 64;

  private static final long BATCH_TIME = 5_000_000L;
  private static final long LEADER_EVERY = 250_000_000L;

  /**
   * Peers hear the view at least this often, its age is how they judge this loop; and of mere
   * positions and times no more often.
   */
  private static final long VIEW_EVERY = 500_000_000L;

  private record Letter(BrainEvent event, @Nullable CompletableFuture<String> answer) {}

  /** What the loop hands its results to. */
  interface Shell {
    void perform(BrainCommand command);

    /** Appends to the journal; returns its sequence. Must not block. */
    long journal(BrainCommand.Journal entry);

    /**
     * A pool's nodes changed. Must not block.
     *
     * @param before null for the first time
     */
    void changed(@Nullable PoolState before, PoolState after, SiteView.PoolView view);

    /** A new picture; {@code viewChanged} when the peers should hear of it at once. */
    void picture(NodeSnapshot snapshot, boolean viewChanged);

    /** What the site's other instance shall know. Must not block. */
    void twin(TwinState state);

    /** Skipped poll cycles of the nodes that have any. */
    Map<NodeAddress, Long> skippedPolls();

    Agreement.Health ledger();

    /** Where the journal ends on disk. Must not block. */
    JournalHead journalHead();
  }

  private final SiteBrain brain;
  private final Shell shell;
  private final SystemTime time;
  private final List<ServiceAddresses> services;
  private final List<Member> peers;
  private final boolean insecure;
  private final Consumer<Throwable> onFatal;
  private final Mailbox<Letter> mailbox = new Mailbox<>(MAILBOX);
  private final PicturePace pace = new PicturePace();
  private final List<Runnable> answers = new ArrayList<>();
  private final Thread thread;
  private final Map<ServiceName, PoolState> seen = new HashMap<>();
  private volatile boolean closed;
  private volatile @Nullable NodeSnapshot snapshot;
  private @Nullable SiteView published;
  private @Nullable TwinState told;
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
      if (isPoll(letter.event())) {
        mailbox.putPoll(letter);
      } else {
        mailbox.put(letter);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The newest picture; empty before the first event was handled. */
  Optional<NodeSnapshot> snapshot() {
    return Optional.ofNullable(snapshot);
  }

  private static boolean isPoll(BrainEvent event) {
    return event instanceof BrainEvent.NodeAnswered || event instanceof BrainEvent.NodeUnreachable;
  }

  private void run() {
    try {
      long tickAt = time.nanos();
      while (!closed) {
        long now = time.nanos();
        Letter letter = mailbox.take(Math.min(tickAt, pace.dueAt(now)) - now);
        long begin = time.nanos();
        if (begin - tickAt >= 0) {
          tickAt = begin + TICK;
          handle(new BrainEvent.Tick());
        }
        for (int i = 0; letter != null; letter = mailbox.take(0)) {
          handle(letter);
          if (++i == BATCH || time.nanos() - begin >= BATCH_TIME) {
            break;
          }
        }
        if (pace.due(time.nanos())) {
          picture();
          answers.forEach(Runnable::run);
          answers.clear();
        }
      }
    } catch (InterruptedException e) {
      LOG.debug("loop interrupted");
    } catch (RuntimeException | Error e) {
      onFatal.accept(e);
    }
  }

  private void handle(Letter letter) {
    if (isPoll(letter.event())) {
      poll(letter.event());
      return;
    }
    pace.urgent();
    String answer = handle(letter.event());
    CompletableFuture<String> asked = letter.answer();
    if (asked != null) {
      // Who hears the answer may look next: the picture comes first.
      pace.answer();
      answers.add(() -> asked.complete(answer == null ? "OK" : answer));
    }
  }

  /** Most polls bring nothing but new positions. */
  private void poll(BrainEvent event) {
    ServiceName service =
        switch (event) {
          case BrainEvent.NodeAnswered a -> a.service();
          case BrainEvent.NodeUnreachable u -> u.service();
          default -> throw new IllegalArgumentException("no poll: " + event);
        };
    PoolState before = brain.pool(service);
    String unused = handle(event);
    if (!sameRoles(before, brain.pool(service))) {
      pace.urgent();
    }
  }

  private static boolean sameRoles(PoolState a, PoolState b) {
    if (a == b) {
      return true;
    }
    for (int i = 0; i < a.nodes().size(); i++) {
      PoolState.Node x = a.nodes().get(i);
      PoolState.Node y = b.nodes().get(i);
      if (x.state() != y.state() || x.status() != y.status() || x.pending() != y.pending()) {
        return false;
      }
    }
    return true;
  }

  /** Returns the line for the operator who asked. */
  private @Nullable String handle(BrainEvent event) {
    String answer = null;
    for (BrainCommand command : brain.on(event, time.nanos())) {
      if (!routine(command)) {
        pace.urgent();
      }
      switch (command) {
        case BrainCommand.Journal j -> lastEventSequence = shell.journal(j);
        case BrainCommand.Answer a -> answer = a.text();
        case BrainCommand.Show s -> pace.urgent();
        default -> shell.perform(command);
      }
    }
    return answer;
  }

  /** Whether the command belongs to a healthy day and changes nothing that readers act on. */
  private static boolean routine(BrainCommand command) {
    return command instanceof BrainCommand.PollWithin
        || command instanceof BrainCommand.HoldDeadMan
        || command instanceof BrainCommand.Propose;
  }

  private void picture() {
    long now = time.nanos();
    Agreement.Health ledger = shell.ledger();
    SiteView view =
        brain.view(now, shell.skippedPolls()).with(replica(ledger, now), shell.journalHead());
    lead(ledger, now);
    boolean changed =
        published == null || now - publishedAt >= VIEW_EVERY || ViewChange.matters(published, view);
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
            brain.siteOrders(),
            ledger,
            brain.ledgerFreshAt(),
            insecure,
            lastEventSequence,
            twin(now));
    snapshot = next;
    shell.picture(next, changed);
    brain.twinState(view, now, time.wallMillis()).ifPresent(t -> tell(t, changed));
    for (SiteView.PoolView p : view.pools()) {
      PoolState pool = brain.pool(p.service());
      PoolState before = seen.put(p.service(), pool);
      if (before == null || before != pool && !before.nodes().equals(pool.nodes())) {
        shell.changed(before, pool, p);
      }
    }
    pace.made(now, time.nanos());
  }

  private Optional<NodeSnapshot.Twin> twin(long now) {
    return brain
        .twinSentence(now)
        .map(
            sentence ->
                new NodeSnapshot.Twin(
                    brain.twinUp(),
                    brain.twinHeardAt(),
                    sentence,
                    brain.twinHeard().map(TwinState::view)));
  }

  private void tell(TwinState state, boolean changed) {
    TwinState last = told;
    if (changed
        || last == null
        || last.acting() != state.acting()
        || last.handing() != state.handing()
        || last.ready() != state.ready()
        || last.term() != state.term()
        || !last.busy().equals(state.busy())) {
      told = state;
      shell.twin(state);
    }
  }

  private SiteView.Replica replica(Agreement.Health ledger, long now) {
    long fresh = brain.ledgerFreshAt();
    return new SiteView.Replica(
        ledger.leader(),
        ledger.appliedIndex(),
        fresh == LeaseClock.NEVER ? -1 : (now - fresh) / 1_000_000);
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
        brain.holding(s.name(), now),
        brain.acts() ? lease.validUntil() : lease.leaseEnd(),
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
