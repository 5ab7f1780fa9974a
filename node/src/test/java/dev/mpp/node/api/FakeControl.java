package dev.mpp.node.api;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalQuery;
import dev.mpp.core.journal.JournalReport;
import dev.mpp.core.journal.Testimony;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.FailoverPlan;
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
  public static final String HASH = "9f".repeat(32);
  private final List<JournalEntry> journal = new CopyOnWriteArrayList<>();
  public final List<JournalHead> verified = new CopyOnWriteArrayList<>();
  public volatile JournalReport report =
      new JournalReport(12, new JournalHead(12, HASH), 0, 0, List.of(), 0);
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
  public List<JournalEntry> journal(JournalQuery q) {
    List<JournalEntry> matching =
        journal.stream()
            .filter(e -> e.sequence() > q.after() && e.wallMillis() >= q.sinceWallMillis())
            .filter(e -> q.service().isEmpty() || e.service().equals(q.service()))
            .filter(e -> q.kind().isEmpty() || e.kind().equals(q.kind()))
            .toList();
    int count = matching.size();
    return q.newest()
        ? matching.subList(Math.max(0, count - q.max()), count)
        : matching.subList(0, Math.min(count, q.max()));
  }

  @Override
  public JournalHead journalHead() {
    return new JournalHead(journal.size(), HASH);
  }

  @Override
  public Verified verifyJournal(List<JournalHead> known) {
    verified.addAll(known);
    return new Verified(report, List.of(new Testimony("site2 heard", journalHead())));
  }

  @Override
  public FailoverPlan.Setting failover(ServiceName service) {
    return Pictures.setting(service);
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
            journal.size() + 1,
            Pictures.WALL,
            Pictures.SERVICE.name(),
            kind,
            Pictures.SERVICE.name(),
            7,
            text,
            user,
            HASH);
    journal.add(entry);
    for (Watcher w : new ArrayList<>(watchers)) {
      w.entry(entry);
      w.committed();
    }
  }
}
