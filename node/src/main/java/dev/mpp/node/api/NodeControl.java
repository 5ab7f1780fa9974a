package dev.mpp.node.api;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.NodeSnapshot;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What operators may see and do through one node. Every method may be called from any thread. */
public interface NodeControl {

  /** The newest picture; never blocks. */
  NodeSnapshot snapshot();

  /**
   * Asks for a manual recovery; returns at once.
   *
   * @return completes with the line for the operator, for example {@code OK: Cached level reset
   *     from OK/0 (FAILED_OFFLINE) to OK_WARN/0 (UNKNOWN) for 10.0.0.1:3306}; fails with an {@link
   *     IllegalArgumentException} or {@link IllegalStateException} whose message says why not
   */
  CompletableFuture<String> recover(Recovery order);

  /**
   * Journal entries with a sequence above {@code after}, oldest first; may block on the disk.
   *
   * @param max at least 1
   */
  List<JournalEntry> journal(long after, int max);

  /** Tells the watcher of every later picture and entry until the subscription is closed. */
  Subscription subscribe(Watcher watcher);

  /**
   * @param pool pool name; empty when the node is in one pool only
   * @param reason free text of the operator, may be empty
   * @param user who asks, as the operator's machine says
   */
  record Recovery(NodeAddress node, String pool, String reason, String user) {}

  /**
   * One line of the journal.
   *
   * @param sequence grows with every entry of this node
   * @param kind short name of what happened
   * @param subject service, pool or node it is about, may be empty
   * @param user empty when the node acted by itself
   */
  record JournalEntry(
      long sequence,
      long wallMillis,
      String kind,
      String subject,
      long epoch,
      String text,
      String user) {}

  /** Called on any thread, the loop's included: must return at once and must not throw. */
  interface Watcher {
    void picture(NodeSnapshot snapshot);

    void entry(JournalEntry entry);
  }

  /** Ends a subscription; closing twice is harmless. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
