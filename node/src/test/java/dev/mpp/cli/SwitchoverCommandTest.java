package dev.mpp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.Directives;
import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.Move;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.api.FakeControl;
import dev.mpp.node.api.Pictures;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code mpp switchover}, {@code mpp site} and {@code mpp prefer} against a real server. */
final class SwitchoverCommandTest {
  private static final SiteId ONE = new SiteId("site1");
  private static final SiteId TWO = new SiteId("site2");

  private OperatorBench bench;
  private FakeControl control;

  @BeforeEach
  void start() throws Exception {
    bench = new OperatorBench();
    control = bench.control;
    control.picture = Pictures.standard();
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private OperatorBench.Result mpp(String... args) {
    return bench.mpp(args);
  }

  /** The picture with another grant, and with the phase that site1 shows. */
  private static NodeSnapshot picture(Grant grant, String phase, long acknowledged) {
    NodeSnapshot s = Pictures.standard();
    NodeSnapshot.Service v = s.services().getFirst();
    return new NodeSnapshot(
        Pictures.NOW,
        view(s.local(), phase, acknowledged),
        s.peers().stream()
            .map(
                p ->
                    new NodeSnapshot.Peer(
                        p.site(),
                        p.witness(),
                        p.connected(),
                        p.heardAt(),
                        p.rttMicros(),
                        p.view().map(w -> view(w, "", acknowledged))))
            .toList(),
        List.of(
            new NodeSnapshot.Service(
                v.name(),
                grant,
                v.leaseEnd(),
                v.holding(),
                v.validUntil(),
                v.sentence(),
                v.addresses())),
        s.ledger(),
        s.ledgerFreshAt(),
        s.insecure(),
        s.lastEventSequence());
  }

  private static SiteView view(SiteView v, String phase, long acknowledged) {
    SiteView.PoolView p = v.pools().getFirst();
    return new SiteView(
        v.site(),
        v.incarnation(),
        v.sequence(),
        v.witness(),
        v.version(),
        v.configHash(),
        v.reach(),
        v.checkpoints(),
        List.of(
            new SiteView.PoolView(
                p.service(),
                p.name(),
                p.status(),
                p.eligible(),
                p.reason(),
                p.best(),
                p.advance(),
                p.nodes(),
                phase,
                List.of())),
        v.links(),
        acknowledged == 0
            ? List.of()
            : List.of(new SiteView.RoleView(Pictures.SERVICE, acknowledged)));
  }

  private static Grant grant(
      SiteId holder, long epoch, Optional<Move> move, Optional<Move.Outcome> last) {
    Grant g = Pictures.standard().services().getFirst().grant();
    return new Grant(
        g.service(),
        epoch,
        Optional.of(holder),
        "run",
        g.renewal(),
        true,
        Optional.of(holder),
        g.inSync(),
        1,
        Optional.empty(),
        new Directives(Optional.empty(), Optional.empty(), move, last));
  }

  private BrainEvent.OperatorSwitchover ordered() {
    while (control.orders.isEmpty()) {
      Thread.onSpinWait();
    }
    return (BrainEvent.OperatorSwitchover) control.orders.getFirst();
  }

  private static Move move(BrainEvent.OperatorSwitchover o, Optional<GtidSet> position) {
    return new Move(o.id(), o.target(), o.budget(), o.by(), o.reason(), position);
  }

  private void play(java.util.function.Consumer<BrainEvent.OperatorSwitchover> ledger) {
    Thread unused = Thread.startVirtualThread(() -> ledger.accept(ordered()));
  }

  @Test
  void aDryRunNamesEveryConditionAndOrdersNothing() {
    OperatorBench.Result refused = mpp("switchover", "--to", "site2", "--dry-run");
    assertEquals(1, refused.exit());
    assertTrue(refused.out().contains("ok   role      site1 is ACTIVE in epoch 7"), refused.out());
    assertTrue(refused.out().contains("NO   answers   [site3] is not heard"), refused.out());
    assertTrue(refused.out().contains("ok   ready     site2: Ready to take over."), refused.out());
    assertTrue(refused.err().contains("--ignore-silent leaves it out"), refused.err());
    OperatorBench.Result possible =
        mpp("switchover", "--to", "site2", "--dry-run", "--ignore-silent");
    assertEquals(0, possible.exit());
    assertTrue(possible.out().contains("possible: "), possible.out());
    assertTrue(control.orders.isEmpty());
  }

  @Test
  void thePhasesAreToldUntilEverySiteFollows() {
    control.answer = CompletableFuture.completedFuture("OK: moving");
    play(
        o -> {
          Optional<Move> begun = Optional.of(move(o, Optional.empty()));
          control.publish(picture(grant(ONE, 7, begun, Optional.empty()), "FENCE", 0));
          Optional<Move> given = Optional.of(move(o, Optional.of(GtidSet.parse("0-1-4711"))));
          control.publish(picture(grant(ONE, 7, given, Optional.empty()), "", 0));
          Optional<Move.Outcome> done = Optional.of(new Move.Outcome(o.id(), TWO, true, ""));
          control.publish(picture(grant(TWO, 8, Optional.empty(), done), "", 0));
          control.publish(picture(grant(TWO, 8, Optional.empty(), done), "", 8));
        });
    OperatorBench.Result r =
        mpp(
            "switchover",
            "--to",
            "site2",
            "--ignore-silent",
            "--timeout",
            "7",
            "--reason",
            "racks",
            "--user",
            "ann");
    assertEquals(0, r.exit(), r.err());
    BrainEvent.OperatorSwitchover o = ordered();
    assertEquals(TWO, o.target());
    assertEquals(7_000_000_000L, o.budget());
    assertEquals("racks", o.reason());
    int fence = r.out().indexOf("FENCE        at site1");
    int takeOver = r.out().indexOf("TAKE_OVER    at site2");
    int acknowledge = r.out().indexOf("ACKNOWLEDGE  at site2");
    int done = r.out().indexOf("done: site2 is ACTIVE in epoch 8");
    assertTrue(0 < fence && fence < takeOver && takeOver < acknowledge, r.out());
    assertTrue(acknowledge < done, r.out());
  }

  @Test
  void aRollBackSaysWhyAndWhoHasTheRole() {
    control.answer = CompletableFuture.completedFuture("OK: moving");
    play(
        o ->
            control.publish(
                picture(
                    grant(
                        ONE,
                        7,
                        Optional.empty(),
                        Optional.of(new Move.Outcome(o.id(), TWO, false, "site2 is not heard"))),
                    "",
                    0)));
    OperatorBench.Result r = mpp("switchover", "--to", "site2", "--ignore-silent", "--reason", "x");
    assertEquals(1, r.exit());
    assertTrue(
        r.err().contains("rolled back: site2 is not heard; site1 has the role, epoch 7"), r.err());
  }

  @Test
  void theSameOrderJoinsWhatIsUnderWayAndNothingHappensAtTheTarget() {
    Move other = new Move("other", TWO, 1, "bob", "before", Optional.empty());
    control.picture = picture(grant(ONE, 7, Optional.of(other), Optional.empty()), "CATCH_UP", 0);
    OperatorBench.Result refused =
        mpp("switchover", "--to", "site2", "--dry-run", "--ignore-silent");
    assertTrue(refused.err().contains("a switchover to site2 is under way"), refused.err());
    control.picture = picture(grant(TWO, 8, Optional.empty(), Optional.empty()), "", 0);
    OperatorBench.Result nothing = mpp("switchover", "--to", "site2", "--reason", "x");
    assertEquals(0, nothing.exit());
    assertTrue(nothing.out().contains("nothing to do: site2 is ACTIVE already"), nothing.out());
    assertTrue(control.orders.isEmpty());
  }

  /** Two people order the same: the second one hears the end of the first one's move. */
  @Test
  void anEarlierOrderForTheSameTargetIsFollowedToItsEnd() {
    control.answer = CompletableFuture.completedFuture("OK: moving");
    Move other = new Move("other", TWO, 1_000_000, "bob", "racks", Optional.empty());
    play(
        o -> {
          control.publish(
              picture(grant(ONE, 7, Optional.of(other), Optional.empty()), "CATCH_UP", 0));
          Optional<Move.Outcome> done = Optional.of(new Move.Outcome("other", TWO, true, ""));
          control.publish(picture(grant(TWO, 8, Optional.empty(), done), "", 8));
        });
    OperatorBench.Result r = mpp("switchover", "--to", "site2", "--ignore-silent", "--reason", "x");
    assertEquals(0, r.exit(), r.err());
    assertTrue(r.out().contains("done: site2 is ACTIVE in epoch 8"), r.out());
  }

  /** The other one was over before this one's watcher saw it. */
  @Test
  void anEarlierOrderThatIsOverAlreadyIsTheEndToo() {
    control.answer = CompletableFuture.completedFuture("OK: moving");
    play(
        o -> {
          Optional<Move.Outcome> done = Optional.of(new Move.Outcome("other", TWO, true, ""));
          control.publish(picture(grant(TWO, 8, Optional.empty(), done), "", 8));
        });
    OperatorBench.Result r = mpp("switchover", "--to", "site2", "--ignore-silent", "--reason", "x");
    assertEquals(0, r.exit(), r.err());
    assertTrue(r.out().contains("done: site2 is ACTIVE in epoch 8"), r.out());
  }

  @Test
  void whatIsMissingOnTheCommandLineIsNamed() {
    assertEquals(2, mpp("switchover", "--reason", "x").exit());
    assertTrue(mpp("switchover", "--reason", "x").err().contains("needs --to SITE"));
    assertTrue(mpp("switchover", "--to", "site2").err().contains("needs --reason"));
    OperatorBench.Result unknown = mpp("switchover", "--to", "nowhere", "--reason", "x");
    assertEquals(1, unknown.exit());
    assertTrue(
        unknown.err().contains("there is no site nowhere; there is site1, site2, site3"),
        unknown.err());
    assertTrue(mpp("prefer", "mysql.eraser.com").err().contains("needs a SITE, or --none"));
    assertTrue(mpp("site", "drain", "site1").err().contains("needs --reason"));
  }

  @Test
  void anOrderAboutASiteIsInForceWhenTheLedgerSaysSo() {
    control.answer = CompletableFuture.completedFuture("OK: ordering site2");
    OperatorBench.Result late =
        mpp("--timeout", "1", "site", "drain", "site2", "--reason", "power");
    assertEquals(1, late.exit());
    assertTrue(late.err().contains("the ledger did not confirm it"), late.err());
    control.picture = picture(grant(ONE, 7, Optional.empty(), Optional.empty()), "", 0);
    OperatorBench.Result none = mpp("site", "return", "site2");
    assertEquals(new OperatorBench.Result(0, "OK: ordering site2\n", ""), none);
    assertEquals(
        new BrainEvent.OperatorSite(TWO, Optional.empty(), System.getProperty("user.name", ""), ""),
        control.orders.getLast());
  }
}
