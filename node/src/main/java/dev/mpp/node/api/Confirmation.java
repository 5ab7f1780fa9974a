package dev.mpp.node.api;

import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.NodeSnapshot;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

/**
 * An order on its way through the ledger. What the brain answers is only that it was proposed; it
 * is in force once a picture shows it.
 */
final class Confirmation implements NodeControl.Watcher {
  private final Predicate<NodeSnapshot> inForce;
  private final long since;
  private final CompletableFuture<Void> seen = new CompletableFuture<>();

  private Confirmation(Predicate<NodeSnapshot> inForce, long since) {
    this.inForce = inForce;
    this.since = since;
  }

  /**
   * Gives the order and waits until it is in force.
   *
   * @param now of the clock that the pictures' instants come from
   * @param withinNanos how long
   * @return the brain's answer, or an {@code ERROR:} that says that it was not confirmed
   */
  static String of(
      NodeControl control,
      BrainEvent order,
      Predicate<NodeSnapshot> inForce,
      long now,
      long withinNanos) {
    Confirmation waiting = new Confirmation(inForce, now);
    try (NodeControl.Subscription unused = control.subscribe(waiting)) {
      String answer = Orders.await(control.order(order));
      if (answer.startsWith("ERROR")) {
        return answer;
      }
      waiting.picture(control.snapshot());
      waiting.seen.get(withinNanos, TimeUnit.NANOSECONDS);
      return answer;
    } catch (TimeoutException e) {
      return "ERROR: the ledger did not confirm it within %d ms: no majority? It may still come into force: look at mpp status"
          .formatted(TimeUnit.NANOSECONDS.toMillis(withinNanos));
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "ERROR: interrupted; look at mpp status";
    }
  }

  @Override
  public void picture(NodeSnapshot snapshot) {
    if (snapshot.takenAt() - since >= 0 && inForce.test(snapshot)) {
      seen.complete(null);
    }
  }

  @Override
  public void entry(NodeControl.JournalEntry entry) {
    // Only the ledger's word counts.
  }
}
