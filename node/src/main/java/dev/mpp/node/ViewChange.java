package dev.mpp.node;

import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.CheckpointView;
import dev.mpp.core.model.SiteView.LinkView;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * Tells a change that peers act on (a state, a health level, eligibility, a receiver that stopped,
 * a link, in a switchover the position too) from one that merely moved on (positions, lag, times of
 * day, counters, wording).
 */
final class ViewChange {
  private ViewChange() {}

  static boolean matters(SiteView before, SiteView after) {
    return before.reach() != after.reach()
        || before.passive() != after.passive()
        || !before.roles().equals(after.roles())
        || !upLinks(before).equals(upLinks(after))
        || !same(before.checkpoints(), after.checkpoints(), ViewChange::sameCheckpoint)
        || !same(before.pools(), after.pools(), ViewChange::samePool);
  }

  private static List<SiteId> upLinks(SiteView v) {
    return v.links().stream().filter(LinkView::up).map(LinkView::peer).toList();
  }

  private static boolean sameCheckpoint(CheckpointView a, CheckpointView b) {
    return a.status() == b.status() && a.spec().equals(b.spec());
  }

  private static boolean samePool(PoolView a, PoolView b) {
    return a.status() == b.status()
        && a.eligible() == b.eligible()
        && a.phase().equals(b.phase())
        && (b.phase().isEmpty() || (a.best().equals(b.best()) && a.advance() == b.advance()))
        && a.service().equals(b.service())
        && same(a.nodes(), b.nodes(), ViewChange::sameNode);
  }

  private static boolean sameNode(NodeView a, NodeView b) {
    return a.state() == b.state()
        && a.status() == b.status()
        && a.override().equals(b.override())
        && a.address().equals(b.address())
        && same(a.facts(), b.facts(), ViewChange::sameFacts);
  }

  private static boolean sameFacts(ServerFacts a, ServerFacts b) {
    return a == b
        || a.readOnly() == b.readOnly()
            && a.deadMan() == b.deadMan()
            && a.loginsClosed().equals(b.loginsClosed())
            && a.vitals().commits().outcome() == b.vitals().commits().outcome()
            && sameSemiSync(a.semiSync(), b.semiSync())
            && same(a.replication(), b.replication(), ViewChange::sameReplication);
  }

  private static boolean sameSemiSync(ServerFacts.SemiSync a, ServerFacts.SemiSync b) {
    return a.sourceEnabled() == b.sourceEnabled()
        && a.clients() == b.clients()
        && a.operational() == b.operational()
        && a.givenUp() == b.givenUp()
        && a.replicaEnabled() == b.replicaEnabled();
  }

  private static boolean sameReplication(ServerFacts.Replication a, ServerFacts.Replication b) {
    return a.receiverStarted() == b.receiverStarted()
        && a.receiverRunning() == b.receiverRunning()
        && a.applierRunning() == b.applierRunning()
        && a.source().equals(b.source())
        && a.error().equals(b.error());
  }

  private static <T> boolean same(Optional<T> a, Optional<T> b, BiPredicate<T, T> same) {
    return a.isPresent() == b.isPresent() && (a.isEmpty() || same.test(a.get(), b.get()));
  }

  private static <T> boolean same(List<T> a, List<T> b, BiPredicate<T, T> same) {
    if (a.size() != b.size()) {
      return false;
    }
    for (int i = 0; i < a.size(); i++) {
      if (!same.test(a.get(i), b.get(i))) {
        return false;
      }
    }
    return true;
  }
}
