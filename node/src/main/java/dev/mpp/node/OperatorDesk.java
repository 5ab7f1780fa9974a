package dev.mpp.node;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalQuery;
import dev.mpp.core.journal.Testimony;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.FailoverPlan;
import dev.mpp.node.api.Checkpoints;
import dev.mpp.node.api.NodeControl;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.store.NodeStore;
import dev.mpp.node.store.StoreException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The operators' side of a node: their orders go to the loop, their questions to the picture, the
 * store and the configuration. Nothing here decides.
 */
final class OperatorDesk implements NodeControl {
  private static final long ON_DISK_SECONDS = 2;

  private final LoopShell shell;
  private final NodeStore store;
  private final MppConfig config;
  private final List<Pool> pools;
  private final Leftovers leftovers;
  private final Checkpoints checkpoints;
  private final RoleTimes times;
  private final Supplier<List<String>> alarms;
  private final Supplier<List<String>> outbound;
  private final Membership membership;

  OperatorDesk(
      LoopShell shell,
      NodeStore store,
      MppConfig config,
      Checkpoints checkpoints,
      RoleTimes times,
      Supplier<List<String>> alarms,
      Supplier<List<String>> outbound,
      Membership membership) {
    this.shell = shell;
    this.store = store;
    this.config = config;
    this.pools = PoolTexts.of(config);
    this.leftovers = new Leftovers(config);
    this.checkpoints = checkpoints;
    this.times = times;
    this.alarms = alarms;
    this.outbound = outbound;
    this.membership = membership;
  }

  @Override
  public NodeSnapshot snapshot() {
    return shell.snapshot();
  }

  @Override
  public CompletableFuture<String> order(BrainEvent order) {
    CompletableFuture<String> answer = shell.ask(order);
    boolean kept =
        order instanceof BrainEvent.OperatorOverride || order instanceof BrainEvent.OperatorLift;
    return kept ? answer.thenCompose(this::onDisk) : answer;
  }

  /** An operator who reads OK finds it in force after a crash, or is told that it may not be. */
  private CompletableFuture<String> onDisk(String answer) {
    if (!answer.startsWith("OK")) {
      return CompletableFuture.completedFuture(answer);
    }
    return store
        .written()
        .orTimeout(ON_DISK_SECONDS, TimeUnit.SECONDS)
        .handle(
            (done, failure) ->
                failure == null
                    ? answer
                    : answer + " — in force, but not on disk yet: a restart may forget it");
  }

  @Override
  public List<JournalEntry> journal(JournalQuery query) {
    try {
      return store.journal(query).stream().map(LoopShell::entry).toList();
    } catch (StoreException e) {
      throw unreadable(e);
    }
  }

  @Override
  public JournalHead journalHead() {
    return store.head();
  }

  @Override
  public Verified verifyJournal(List<JournalHead> known) {
    List<Testimony> seen = new ArrayList<>();
    NodeSnapshot picture = snapshot();
    for (NodeSnapshot.Peer p : picture.peers()) {
      p.view().stream()
          .flatMap(v -> v.links().stream())
          .filter(l -> l.peer().equals(picture.local().site()))
          .flatMap(l -> l.journal().stream())
          .forEach(head -> seen.add(new Testimony(p.site() + " heard", head)));
    }
    List<Testimony> all = new ArrayList<>(seen);
    known.forEach(head -> all.add(new Testimony("was kept elsewhere", head)));
    try {
      return new Verified(store.verify(all), seen);
    } catch (StoreException e) {
      throw unreadable(e);
    }
  }

  private static IllegalStateException unreadable(StoreException e) {
    return new IllegalStateException("the journal cannot be read: " + e.getMessage(), e);
  }

  @Override
  public FailoverPlan.Setting failover(ServiceName service) {
    return ServiceWiring.failover(config, service);
  }

  @Override
  public Subscription subscribe(Watcher watcher) {
    return shell.subscribe(watcher);
  }

  @Override
  public List<Pool> pools() {
    return pools;
  }

  @Override
  public List<Stored> stored() {
    try {
      return leftovers.of(store.nodes(), store.overrides());
    } catch (StoreException e) {
      throw new IllegalStateException("the store cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void forget(List<Stored> nodes, String user, String reason) {
    for (Stored s : nodes) {
      var record = store.forgetNode(s.service(), s.pool(), s.node());
      if (!s.override().isEmpty()) {
        var override = store.forgetOverride(s.service(), s.node());
      }
      long entry =
          shell.journal(
              new BrainCommand.Journal(
                  s.service().name(),
                  "operator",
                  s.node().toString(),
                  "",
                  "pool delete",
                  0,
                  (reason.isEmpty() ? "" : reason + " — ") + "forgotten: pool " + s.pool(),
                  user));
    }
    try {
      store.written().orTimeout(ON_DISK_SECONDS, TimeUnit.SECONDS).join();
    } catch (CompletionException e) {
      throw new IllegalStateException("not written: " + e.getCause(), e);
    }
  }

  @Override
  public Checkpoints checkpoints() {
    return checkpoints;
  }

  @Override
  public Times times() {
    return times.measured();
  }

  @Override
  public List<String> alarms() {
    return alarms.get();
  }

  @Override
  public List<String> outbound() {
    return outbound.get();
  }

  @Override
  public List<Voter> voters() {
    return membership.voters();
  }

  @Override
  public String changeMember(MemberChange change) {
    return membership.change(change);
  }
}
