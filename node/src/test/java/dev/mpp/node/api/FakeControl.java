package dev.mpp.node.api;

import dev.mpp.node.NodeSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** A node that does what the test says. */
public final class FakeControl implements NodeControl {
  public volatile NodeSnapshot picture = Pictures.standard();
  public final List<Recovery> recoveries = new CopyOnWriteArrayList<>();
  public final List<Watcher> watchers = new CopyOnWriteArrayList<>();
  private final List<JournalEntry> journal = new CopyOnWriteArrayList<>();
  public volatile CompletableFuture<String> recoverAnswer =
      CompletableFuture.completedFuture(
          "OK: Cached level reset from OK/0 (FAILED_OFFLINE) to OK_WARN/0 (UNKNOWN) for"
              + " 10.1.0.2:3306");

  @Override
  public NodeSnapshot snapshot() {
    return picture;
  }

  @Override
  public CompletableFuture<String> recover(Recovery order) {
    recoveries.add(order);
    return recoverAnswer;
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
