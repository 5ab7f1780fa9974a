package dev.mpp.node;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.TwinState;
import dev.mpp.core.pool.PoolState;
import dev.mpp.node.agreement.Agreement;
import dev.mpp.node.api.NodeControl;
import dev.mpp.node.store.JournalEvent;
import dev.mpp.node.store.NodeRecord;
import dev.mpp.node.store.NodeStore;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the loop hands its results to: journal, states and overrides go to the store, commands to
 * the actuator, pictures to whoever reads them. Nothing here blocks the loop.
 */
final class LoopShell implements NodeLoop.Shell {
  private static final Logger JOURNAL = LoggerFactory.getLogger("mpp.journal");

  private final NodeStore store;
  private final KeptOverrides overrides;
  private final Actuator actuator;
  private final List<NodePoller> pollers;
  private final Supplier<Agreement.Health> ledger;
  private final SystemTime time;
  private final Consumer<SiteView> peers;
  private final Consumer<NodeSnapshot> readers;
  private final Consumer<TwinState> twin;
  private final List<NodeControl.Watcher> watchers = new CopyOnWriteArrayList<>();
  private volatile @Nullable NodeLoop loop;

  /**
   * @param peers gets the view whenever it changed
   * @param readers gets every picture
   * @param twin gets what the site's other instance shall know
   */
  LoopShell(
      NodeStore store,
      Actuator actuator,
      List<NodePoller> pollers,
      Supplier<Agreement.Health> ledger,
      SystemTime time,
      Consumer<SiteView> peers,
      Consumer<NodeSnapshot> readers,
      Consumer<TwinState> twin) {
    this.store = store;
    this.overrides = new KeptOverrides(store, time);
    this.actuator = actuator;
    this.pollers = List.copyOf(pollers);
    this.ledger = ledger;
    this.time = time;
    this.peers = peers;
    this.readers = readers;
    this.twin = twin;
  }

  void attach(NodeLoop started) {
    loop = started;
  }

  // ---- the loop's side ----------------------------------------------------------------------

  @Override
  public void perform(BrainCommand command) {
    if (command instanceof BrainCommand.KeepOverride k) {
      overrides.keep(k);
    } else {
      actuator.perform(command);
    }
  }

  @Override
  public long journal(BrainCommand.Journal j) {
    long wall = time.wallMillis();
    JournalEvent event =
        new JournalEvent(
            wall,
            j.service(),
            j.kind(),
            j.subject(),
            j.from(),
            j.to(),
            j.epoch(),
            j.reason(),
            j.by());
    NodeStore.Appended appended = store.append(event);
    JOURNAL.info(
        "{} {} {}{} — {}",
        j.service(),
        j.kind(),
        j.subject(),
        change(j.from(), j.to()),
        j.reason());
    var entry = entry(new dev.mpp.node.store.JournalEntry(appended.sequence(), event));
    watchers.forEach(w -> w.entry(entry));
    var unused = appended.durable().thenRun(() -> watchers.forEach(NodeControl.Watcher::committed));
    return appended.sequence();
  }

  private static String change(String from, String to) {
    return from.isEmpty() && to.isEmpty() ? "" : " " + (from.isEmpty() ? "" : from + " -> ") + to;
  }

  @Override
  public void changed(@Nullable PoolState before, PoolState after, SiteView.PoolView view) {
    for (int i = 0; i < after.nodes().size(); i++) {
      NodeRecord record = record(after, i, view);
      if (before == null
          || !before.nodes().get(i).equals(after.nodes().get(i))
              && !record.equals(record(before, i, view))) {
        var unused = store.save(record);
      }
    }
  }

  private static NodeRecord record(PoolState pool, int index, SiteView.PoolView view) {
    PoolState.Node n = pool.nodes().get(index);
    return new NodeRecord(
        view.service(),
        view.name(),
        n.address(),
        n.req(),
        n.measured(),
        n.floor(),
        n.state(),
        n.message(),
        view.nodes().get(index).lastWallMillis());
  }

  @Override
  public void picture(NodeSnapshot snapshot, boolean viewChanged) {
    readers.accept(snapshot);
    if (viewChanged) {
      peers.accept(snapshot.local());
      watchers.forEach(w -> w.picture(snapshot));
    }
  }

  @Override
  public void twin(TwinState state) {
    twin.accept(state);
  }

  @Override
  public Map<NodeAddress, Long> skippedPolls() {
    Map<NodeAddress, Long> skipped = new HashMap<>();
    for (NodePoller p : pollers) {
      long count = p.skipped();
      if (count > 0) {
        skipped.put(p.address(), count);
      }
    }
    return skipped;
  }

  @Override
  public Agreement.Health ledger() {
    return ledger.get();
  }

  @Override
  public JournalHead journalHead() {
    return store.head();
  }

  // ---- the operators' side ------------------------------------------------------------------

  private NodeLoop running() {
    NodeLoop l = loop;
    if (l == null) {
      throw new IllegalStateException("this node is still starting");
    }
    return l;
  }

  NodeSnapshot snapshot() {
    return running()
        .snapshot()
        .orElseThrow(() -> new IllegalStateException("this node is still starting"));
  }

  /** Hands an operator's order to the loop; completes with its answer. */
  CompletableFuture<String> ask(BrainEvent order) {
    return running().ask(order);
  }

  static NodeControl.JournalEntry entry(dev.mpp.node.store.JournalEntry e) {
    JournalEvent j = e.event();
    return new NodeControl.JournalEntry(
        e.sequence(),
        j.wallMillis(),
        j.service(),
        j.kind(),
        j.subject(),
        j.epoch(),
        (change(j.from(), j.to()) + " " + j.reason()).strip(),
        j.by(),
        e.hash());
  }

  NodeControl.Subscription subscribe(NodeControl.Watcher watcher) {
    watchers.add(watcher);
    return () -> watchers.remove(watcher);
  }
}
