package dev.mpp.node.api;

import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.NodeSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node that does what the test says. */
public final class FakeControl implements NodeControl {
  public volatile NodeSnapshot picture = Pictures.standard();
  public final List<BrainEvent> orders = new CopyOnWriteArrayList<>();
  public final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  public final List<Pool> pools = new CopyOnWriteArrayList<>();
  public final List<Stored> stored = new CopyOnWriteArrayList<>();
  public final List<Time> measured = new CopyOnWriteArrayList<>();
  private final List<JournalEntry> journal = new CopyOnWriteArrayList<>();
  public volatile CompletableFuture<String> answer =
      CompletableFuture.completedFuture(
          "OK: Cached level reset from OK/0 (FAILED_OFFLINE) to OK_WARN/0 (UNKNOWN) for"
              + " 10.1.0.2:3306");

  @Override
  public NodeSnapshot snapshot() {
    return picture;
  }

  @Override
  public CompletableFuture<String> order(BrainEvent order) {
    orders.add(order);
    return answer;
  }

  @Override
  public List<JournalEntry> journal(long after, int max) {
    return journal.stream().filter(e -> e.sequence() > after).limit(max).toList();
  }

  @Override
  public Subscription subscribe(Watcher watcher) {
    watchers.add(watcher);
    return () -> watchers.remove(watcher);
  }

  @Override
  public List<Pool> pools() {
    return pools;
  }

  @Override
  public List<Stored> stored() {
    return stored;
  }

  @Override
  public void forget(List<Stored> nodes, String user, String reason) {
    stored.removeAll(nodes);
  }

  @Override
  public Checkpoints checkpoints() {
    return new Checkpoints() {
      @Override
      public List<Listed> list() {
        return picture.local().checkpoints().stream()
            .map(c -> new Listed(c.spec(), "http", Duration.ofSeconds(4), Duration.ofSeconds(2)))
            .toList();
      }

      @Override
      public Tested test(String spec) {
        if (list().stream().noneMatch(c -> c.spec().equals(spec))) {
          throw new IllegalArgumentException("\"" + spec + "\" is not class:method:target:profile");
        }
        boolean ok = spec.startsWith("external");
        return new Tested(spec, ok, 12_300, ok ? "HTTP 200" : "connection timed out after 4 s");
      }
    };
  }

  @Override
  public Times times() {
    return new Times(Pictures.WALL, measured);
  }

  public void publish(NodeSnapshot snapshot) {
    picture = snapshot;
    watchers.forEach(w -> w.picture(snapshot));
  }

  public void log(String kind, String text, String user) {
    JournalEntry entry =
        new JournalEntry(
            journal.size() + 1, Pictures.WALL, kind, Pictures.SERVICE.name(), 7, text, user);
    journal.add(entry);
    new ArrayList<>(watchers).forEach(w -> w.entry(entry));
  }
}
