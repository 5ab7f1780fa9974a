package dev.mpp.node.api;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.NodeSnapshot;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A pause or its end on its way through the ledger. What the brain answers is only that it was
 * proposed; it is in force once the picture's grant says so.
 */
final class Pausing implements NodeControl.Watcher {
  private final ServiceName service;
  private final boolean on;
  private final long since;
  private final CompletableFuture<Void> inForce = new CompletableFuture<>();
  private final NodeControl.Subscription subscription;
  private final String proposed;

  private Pausing(
      NodeControl control, ServiceName service, boolean on, BrainEvent order, long since) {
    this.service = service;
    this.on = on;
    this.since = since;
    this.subscription = control.subscribe(this);
    boolean asked = false;
    try {
      this.proposed = Orders.await(control.order(order));
      asked = true;
    } finally {
      if (!asked) {
        subscription.close();
      }
    }
    picture(control.snapshot());
  }

  /**
   * @param now of the clock that the pictures' instants come from
   */
  static Pausing begin(
      NodeControl control, ServiceName service, boolean on, String by, String reason, long now) {
    return new Pausing(
        control, service, on, new BrainEvent.OperatorPause(service, on, by, reason), now);
  }

  @Override
  public void picture(NodeSnapshot snapshot) {
    // An older one may show a pause that has ended meanwhile.
    if (snapshot.takenAt() - since >= 0 && paused(snapshot).isPresent() == on) {
      inForce.complete(null);
    }
  }

  @Override
  public void entry(NodeControl.JournalEntry entry) {
    // Only the ledger's word counts.
  }

  private Optional<Grant.Paused> paused(NodeSnapshot snapshot) {
    return snapshot.services().stream()
        .filter(s -> s.name().equals(service))
        .findFirst()
        .flatMap(s -> s.grant().paused());
  }

  /**
   * Waits for it.
   *
   * @param leftNanos how long
   * @param saidNanos how long it was waited for in all, for the message
   */
  String outcome(long leftNanos, long saidNanos) {
    String word = on ? "pausing" : "resuming";
    if (!proposed.equals("OK: " + word + " " + service)) {
      subscription.close();
      return proposed; // refused, or in force already
    }
    try (NodeControl.Subscription unused = subscription) {
      inForce.get(leftNanos, TimeUnit.NANOSECONDS);
      return "OK: " + service + (on ? " is paused" : " is not paused any more");
    } catch (TimeoutException e) {
      return String.format(
          Locale.ROOT,
          "ERROR: %s %s is not confirmed by the ledger within %.1f s: no majority? It may still come"
              + " into force: look at mpp status",
          word,
          service,
          saidNanos / 1e9);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "ERROR: interrupted while " + word + " " + service + "; look at mpp status";
    }
  }
}
