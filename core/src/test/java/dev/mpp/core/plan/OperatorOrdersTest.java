package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.Failback;
import dev.mpp.core.pool.RoleRule;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Overrides, pause and the return of a pool that was FAIL, as one site's brain carries them out.
 */
final class OperatorOrdersTest {
  private static final NodeAddress P = new NodeAddress("10.0.0.1", 3306);
  private static final NodeAddress SECOND = new NodeAddress("10.0.0.2", 3306);

  private static LocalPool calm(int nodes, RoleRule rule) {
    LocalPool pool = new LocalPool(7, nodes, rule);
    pool.rough = false;
    pool.otherClaims = false;
    pool.run(12_000);
    return pool;
  }

  private static LocalPool calm(int nodes) {
    LocalPool pool = calm(nodes, new RoleRule.Failover(Failback.AUTO));
    assertTrue(server(pool, P).writable(), () -> String.join("\n", pool.story));
    return pool;
  }

  private static LocalPool.Server server(LocalPool pool, NodeAddress node) {
    return java.util.Objects.requireNonNull(pool.servers.get(node));
  }

  private static NodeView view(LocalPool pool, NodeAddress node) {
    return pool.brain.view(pool.now, Map.of()).pool(LocalPool.S).orElseThrow().nodes().stream()
        .filter(n -> n.address().equals(node))
        .findFirst()
        .orElseThrow();
  }

  private static void set(LocalPool pool, NodeAddress node, String key, String value, long millis) {
    pool.event(
        new BrainEvent.OperatorOverride(
            LocalPool.S,
            node,
            NodeOverride.parse(key, value),
            millis * LocalPool.MS,
            millis == 0 ? 0 : 1_000_000 + millis,
            "ann",
            "disk swap"));
  }

  private static void pause(LocalPool pool, boolean on) {
    pool.event(new BrainEvent.OperatorPause(LocalPool.S, on, "ann", "switch upgrade"));
    pool.run(1000);
  }

  @Test
  void anOverrideMovesTheRoleAndIsShownWithItsAuthorUntilItEnds() {
    LocalPool pool = calm(2);
    set(pool, SECOND, "state", "ACTIVE", 20_000);
    pool.run(3000);
    assertTrue(server(pool, SECOND).writable());
    assertFalse(server(pool, P).writable());
    NodeView shown = view(pool, SECOND);
    assertEquals("ann", shown.override().orElseThrow().by());
    assertEquals("disk swap", shown.override().orElseThrow().reason());
    assertEquals(State.ACTIVE, shown.state());
    pool.run(25_000);
    assertTrue(view(pool, SECOND).override().isEmpty());
    assertTrue(server(pool, P).writable(), "the failback to the PRIMARY is on again");
    assertTrue(pool.story.stream().anyMatch(l -> l.contains("its time is over")));
    assertEquals(List.of(), pool.violations);
  }

  @Test
  void aStatusOverrideIsShownBesideWhatIsMeasuredAndMovesNoRole() {
    LocalPool pool = calm(2);
    set(pool, P, "status", "FAIL", 0);
    pool.run(3000);
    assertEquals(Status.FAIL, view(pool, P).status());
    assertEquals(Status.OK, view(pool, P).measured());
    assertTrue(server(pool, P).writable());
  }

  @Test
  void aHeldNodeStaysWhereItIsOverARestartOfMpp() {
    LocalPool pool = calm(2);
    set(pool, P, "state", "FAILED_ONLINE", 0);
    pool.run(3000);
    assertFalse(server(pool, P).writable());
    assertTrue(server(pool, SECOND).writable());
    LocalPool next = new LocalPool(8, 2, new RoleRule.Failover(Failback.AUTO));
    next.rough = false;
    next.otherClaims = false;
    next.event(
        new BrainEvent.OverrideRestored(LocalPool.S, P, view(pool, P).override().orElseThrow(), 0));
    next.run(12_000);
    assertEquals(State.FAILED_ONLINE, view(next, P).state());
    assertTrue(server(next, SECOND).writable(), () -> String.join("\n", next.story));
  }

  @Test
  void whilePausedTheRoleStaysWithADeadServerAndComesBackToIt() {
    LocalPool pool = calm(2);
    pause(pool, true);
    assertEquals("ann", pool.brain.lease(LocalPool.S).grant().paused().orElseThrow().by());
    server(pool, P).up = false;
    pool.run(8000);
    assertEquals(State.ACTIVE, view(pool, P).state());
    assertEquals(Status.OK_CRITICAL, view(pool, P).status());
    assertFalse(server(pool, SECOND).writable());
    server(pool, P).up = true;
    server(pool, P).readOnly = true;
    pool.run(6000);
    assertTrue(server(pool, P).writable(), () -> String.join("\n", pool.story));
    server(pool, P).up = false;
    pause(pool, false);
    pool.run(6000);
    assertTrue(server(pool, SECOND).writable(), () -> String.join("\n", pool.story));
    assertEquals(List.of(), pool.violations);
  }

  @Test
  void anMppThatEndsUnderAPauseLeavesNoLeaseToWaitFor() {
    LocalPool pool = calm(1);
    pause(pool, true);
    pool.event(new BrainEvent.StandDown("upgrade"));
    pool.run(2000);
    assertFalse(server(pool, P).writable());
    assertTrue(
        pool.brain.lease(LocalPool.S).grant().holder().isEmpty(),
        () -> String.join("\n", pool.story));
  }

  @Test
  void anActiveThatFailsWhileItIsFencedUnderAPauseComesBackByItself() {
    LocalPool pool = calm(1);
    pause(pool, true);
    server(pool, P).up = false;
    pool.connect(false);
    pool.run(20_000);
    assertEquals(State.FAILED_OFFLINE, view(pool, P).state());
    pool.connect(true);
    server(pool, P).up = true;
    server(pool, P).readOnly = true;
    pool.run(20_000);
    assertTrue(server(pool, P).writable(), () -> String.join("\n", pool.story));
    assertEquals(List.of(), pool.violations);
  }

  @Test
  void whilePausedNobodyElseIsGrantedTheRole() {
    LocalPool pool = calm(1);
    pause(pool, true);
    pool.otherClaims = true;
    pool.connect(false);
    pool.run(20_000);
    assertFalse(server(pool, P).writable(), "without renewals it fences itself, paused or not");
    pool.connect(true);
    pool.run(20_000);
    assertTrue(server(pool, P).writable(), () -> String.join("\n", pool.story));
    assertTrue(pool.story.stream().noneMatch(l -> l.contains("holder site2")));
  }

  @Test
  void aClusterBelowItsMinimumIsFailAndReturnsAfterItsHoldDown() {
    LocalPool pool = calm(2, new RoleRule.Cluster(2, 2));
    assertTrue(server(pool, P).writable() && server(pool, SECOND).writable());
    server(pool, SECOND).up = false;
    pool.run(6000);
    assertFalse(server(pool, P).writable(), () -> String.join("\n", pool.story));
    server(pool, SECOND).up = true;
    server(pool, SECOND).readOnly = true;
    pool.run(2000);
    assertFalse(server(pool, P).writable(), "not before the hold-down");
    pool.run(20_000);
    assertTrue(
        server(pool, P).writable() && server(pool, SECOND).writable(),
        () -> String.join("\n", pool.story));
    assertEquals(List.of(), pool.violations);
  }

  @Test
  void noRuleAndNoPinOpensANodeWithoutADeadMan() {
    LocalPool pool = calm(2);
    server(pool, SECOND).deadMan = false;
    pool.run(3000);
    set(pool, SECOND, "state", "ACTIVE", 0);
    pool.run(3000);
    assertTrue(server(pool, P).writable(), "the order is refused before anybody is fenced");
    server(pool, P).up = false;
    pool.run(8000);
    assertFalse(server(pool, SECOND).writable(), () -> String.join("\n", pool.story));
    assertTrue(pool.story.stream().anyMatch(l -> l.contains("no working dead-man")));
    assertEquals(List.of(), pool.violations);
  }

  @Test
  void aSiteWhosePinnedNodeIsDownLeavesTheRoleToOthers() {
    LocalPool pool = calm(2);
    set(pool, SECOND, "state", "ACTIVE", 0);
    pool.run(3000);
    assertTrue(server(pool, SECOND).writable());
    pool.connect(false);
    pool.run(8000);
    server(pool, SECOND).up = false;
    pool.run(3000);
    pool.connect(true);
    pool.run(20_000);
    assertFalse(
        pool.brain.view(pool.now, Map.of()).pool(LocalPool.S).orElseThrow().eligible(),
        () -> String.join("\n", pool.story));
    assertFalse(pool.brain.lease(LocalPool.S).holds(pool.now));
    server(pool, SECOND).up = true;
    server(pool, SECOND).readOnly = true;
    pool.run(10_000);
    assertTrue(server(pool, SECOND).writable(), () -> String.join("\n", pool.story));
    assertEquals(List.of(), pool.violations);
  }
}
