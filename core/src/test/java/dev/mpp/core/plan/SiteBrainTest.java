package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.State;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** One site's brain, event by event. */
final class SiteBrainTest extends HandPlay {

  /** What {@code mpp why-not} would say of this site, by kind. */
  private List<Guard.Kind> guards() {
    return brain.view(now, Map.of()).pool(S).orElseThrow().guards().stream()
        .map(Guard::kind)
        .toList();
  }

  private String guard(Guard.Kind kind) {
    return brain.view(now, Map.of()).pool(S).orElseThrow().guards().stream()
        .filter(g -> g.kind() == kind)
        .map(g -> g.what() + " -> " + g.remedy())
        .findFirst()
        .orElse("");
  }

  @Test
  void startsByFencingAndClaimsNothingBeforeItKnowsThePresent() {
    event(new BrainEvent.LedgerRestored(LedgerState.EMPTY));
    assertEquals(1, take(BrainCommand.DropDeadMan.class).size());
    List<BrainCommand.FenceNode> fences = take(BrainCommand.FenceNode.class);
    assertEquals(1, fences.size());
    event(new BrainEvent.FenceDone(S, NODE, fences.getFirst().commandId(), true, "FENCED", 1, ""));
    poll(facts(true, true, false));
    at(60_000);
    assertTrue(
        take(BrainCommand.Propose.class).stream()
            .allMatch(p -> p.command() instanceof LedgerCommand.Beat),
        "only beats until one of them is applied");
  }

  @Test
  void theWholeWayToActiveAndTheOrderOfItsSteps() {
    standby(facts(true, true, false));
    at(4000);
    at(4001);
    List<LedgerCommand> proposed =
        take(BrainCommand.Propose.class).stream().map(BrainCommand.Propose::command).toList();
    assertTrue(proposed.stream().anyMatch(LedgerCommand.Claim.class::isInstance));
    proposed.forEach(this::apply);
    now += MS;
    assertTrue(take(BrainCommand.Prepare.class).isEmpty(), "first it looks at the server again");
    poll(facts(true, true, false));
    assertTrue(take(BrainCommand.MakeWritable.class).isEmpty(), "nothing is opened by a claim");
    BrainCommand.Prepare p = take(BrainCommand.Prepare.class).getFirst();
    event(new BrainEvent.PrepareDone(S, NODE, p.commandId(), true, Optional.empty(), ""));
    assertTrue(take(BrainCommand.MakeWritable.class).isEmpty(), "first the ledger knows");
    commit();
    event(new BrainEvent.Tick());
    assertEquals(Set.of(A), ledger.grant(S).inSync());
    BrainCommand.MakeWritable w = take(BrainCommand.MakeWritable.class).getFirst();
    assertEquals(1, w.epoch());
    assertFalse(ledger.grant(S).serving(), "nothing is published before it is verified");
    event(new BrainEvent.WritableDone(S, NODE, w.commandId(), true, 1, ""));
    commit();
    assertTrue(ledger.grant(S).serving());
  }

  @Test
  void aNodeWithoutALivingDeadManIsNeverPromoted() {
    standby(facts(true, false, false));
    at(4000);
    at(10_000);
    assertTrue(
        take(BrainCommand.Propose.class).stream()
            .noneMatch(p -> p.command() instanceof LedgerCommand.Claim));
    assertTrue(brain.sentence(S, now).contains("no working dead-man"), brain.sentence(S, now));
    assertTrue(guards().contains(Guard.Kind.NO_DEAD_MAN), guards().toString());
  }

  @Test
  void aStandbyFoundWritableIsFenced() {
    standby(facts(true, true, false));
    commands.clear();
    poll(facts(false, true, false));
    assertEquals(1, take(BrainCommand.FenceNode.class).size());
  }

  @Test
  void withoutRenewalsItFencesBeforeTheEndAndPromisesTheDeadManNothing() {
    becomeActive();
    long until = brain.lease(S).validUntil();
    now = until - 1500 * MS;
    event(new BrainEvent.Tick());
    assertEquals(1, take(BrainCommand.FenceNode.class).size());
    assertEquals(1, take(BrainCommand.DropDeadMan.class).size());
    assertTrue(
        take(BrainCommand.HoldDeadMan.class).stream()
            .allMatch(h -> h.until() <= until - 4000 * MS));
    assertEquals(State.ACTIVE, state(), "shown until the fence is verified");
  }

  @Test
  void theRoleIsReleasedOnlyWhenTheDeadServerIsVerifiedOrItsDeadManMustHaveActed() {
    becomeActive();
    for (int i = 0; i < 4; i++) {
      event(new BrainEvent.NodeUnreachable(S, NODE, "no answer", false, 0));
    }
    assertEquals(State.FAILED_OFFLINE, state());
    for (int i = 0; i < 35; i++) {
      fenced(false);
      now += 100 * MS;
      event(new BrainEvent.Tick());
      assertTrue(
          take(BrainCommand.Propose.class).stream()
              .map(BrainCommand.Propose::command)
              .peek(this::apply)
              .noneMatch(LedgerCommand.Release.class::isInstance),
          "released after " + (i + 1) * 100 + " ms");
    }
    now += 700 * MS;
    event(new BrainEvent.Tick());
    event(new BrainEvent.Tick());
    assertTrue(
        take(BrainCommand.Propose.class).stream()
            .anyMatch(p -> p.command() instanceof LedgerCommand.Release));
  }

  /** A dead-man that was switched off does not fence, however often it was seen before. */
  @Test
  void aServerWhoseDeadManWasSwitchedOffIsNotTakenForFencedByIt() {
    becomeActive();
    for (int i = 0; i < 3; i++) {
      now += 1000 * MS;
      poll(facts(false, false, false));
      commit();
    }
    for (int i = 0; i < 4; i++) {
      event(new BrainEvent.NodeUnreachable(S, NODE, "no answer", false, 0));
    }
    for (int i = 0; i < 200; i++) {
      fenced(false);
      now += 100 * MS;
      event(new BrainEvent.Tick());
      for (BrainCommand.Propose p : take(BrainCommand.Propose.class)) {
        assertFalse(p.command() instanceof LedgerCommand.Release, "released while it may write");
        apply(p.command());
      }
    }
  }

  /** The second instance was taken away: the ledger still knows one that acted. */
  @Test
  void aSiteThatOnceHadTwoInstancesClaimsAgainWithOne() {
    standby(facts(true, true, false));
    Origin twin = new Origin(A, "twin", 1);
    apply(new LedgerCommand.Adopt(twin, 0));
    apply(new LedgerCommand.Claim(new Origin(A, "twin", 2), S, 0, 0));
    long adopted = 0;
    boolean served = false;
    for (int i = 0; i < 400 && !served; i++) {
      now += 100 * MS;
      poll(facts(true, true, false));
      fenced(true);
      for (BrainCommand.Propose p : take(BrainCommand.Propose.class)) {
        if (p.command() instanceof LedgerCommand.Adopt) {
          adopted = adopted == 0 ? now : adopted;
        } else if (!(p.command() instanceof LedgerCommand.Beat
            || p.command() instanceof LedgerCommand.Renew)) {
          assertTrue(
              adopted != 0 && now - adopted > TIMING.duration(),
              p.command() + " while the other's lease may run");
        }
        apply(p.command());
      }
      for (BrainCommand.Prepare p : take(BrainCommand.Prepare.class)) {
        event(new BrainEvent.PrepareDone(S, NODE, p.commandId(), true, Optional.empty(), ""));
      }
      for (BrainCommand.MakeWritable w : take(BrainCommand.MakeWritable.class)) {
        event(new BrainEvent.WritableDone(S, NODE, w.commandId(), true, 1, ""));
      }
      served =
          ledger.grant(S).heldBy(A, "a1") && ledger.grant(S).serving() && state() == State.ACTIVE;
    }
    assertTrue(served, ledger.grant(S) + " " + brain.sentence(S, now));
    assertEquals("a1", ledger.acting(A).incarnation());
  }

  /**
   * B opened after a hand-over with A in sync and was lost before it confirmed: what A received
   * since is gone if its server restarted, though A is the one that confirmed last.
   */
  @Test
  void whoConfirmedLastClaimsWithoutItsReceiverOnlyIfNobodyOpenedSince() {
    standby(facts(true, true, false));
    apply(new LedgerCommand.Claim(new Origin(A, "a0", 1), S, 0, 0));
    apply(new LedgerCommand.Serve(new Origin(A, "a0", 2), S, 1));
    apply(new LedgerCommand.InSync(new Origin(A, "a0", 3), S, 1, Set.of(A, B)));
    apply(new LedgerCommand.Release(new Origin(A, "a0", 4), S, 1));
    long renewal = ledger.grant(S).renewal();
    now += MS;
    poll(facts(true, true, false));
    assertFalse(guards().contains(Guard.Kind.RECEIVER), guards().toString());
    apply(new LedgerCommand.Claim(new Origin(B, "b1", 1), S, 1, renewal));
    apply(new LedgerCommand.InSync(new Origin(B, "b1", 2), S, 2, Set.of(A, B)));
    take(BrainCommand.Propose.class);
    for (int i = 0; i < 300; i++) {
      now += 100 * MS;
      poll(facts(true, true, false));
      for (BrainCommand.Propose p : take(BrainCommand.Propose.class)) {
        assertFalse(p.command() instanceof LedgerCommand.Claim, "it may lack what B wrote");
        apply(p.command());
      }
    }
    assertTrue(guards().contains(Guard.Kind.RECEIVER), guards().toString());
    poll(facts(true, true, true));
    assertFalse(guards().contains(Guard.Kind.RECEIVER), guards().toString());
  }

  @Test
  void aVerifiedFenceReleasesAtOnce() {
    becomeActive();
    for (int i = 0; i < 4; i++) {
      event(new BrainEvent.NodeUnreachable(S, NODE, "Connection refused", true, 0));
    }
    fenced(true);
    assertTrue(
        take(BrainCommand.Propose.class).stream()
            .anyMatch(p -> p.command() instanceof LedgerCommand.Release));
  }

  @Test
  void aLateUnfencingIsUndone() {
    standby(facts(true, true, false));
    at(4000);
    claimed();
    BrainCommand.Prepare p = take(BrainCommand.Prepare.class).getFirst();
    event(new BrainEvent.PrepareDone(S, NODE, p.commandId(), true, Optional.empty(), ""));
    commit();
    event(new BrainEvent.Tick());
    BrainCommand.MakeWritable w = take(BrainCommand.MakeWritable.class).getFirst();
    now = brain.lease(S).validUntil() - 1000 * MS;
    event(new BrainEvent.Tick());
    fenced(true);
    now += 200 * MS;
    event(new BrainEvent.WritableDone(S, NODE, w.commandId(), true, 1, "late"));
    assertEquals(
        1, take(BrainCommand.FenceNode.class).size(), "fenced again after the late answer");
    assertFalse(state() == State.ACTIVE);
  }

  @Test
  void aFenceCountsForNothingWhileAnUnfencingIsOnItsWay() {
    standby(facts(true, true, false));
    at(4000);
    claimed();
    BrainCommand.Prepare p = take(BrainCommand.Prepare.class).getFirst();
    event(new BrainEvent.PrepareDone(S, NODE, p.commandId(), true, Optional.empty(), ""));
    commit();
    event(new BrainEvent.Tick());
    BrainCommand.MakeWritable w = take(BrainCommand.MakeWritable.class).getFirst();
    event(new BrainEvent.StandDown("ending"));
    fenced(true);
    event(new BrainEvent.Tick());
    assertTrue(releases().isEmpty(), "the server may be opened after that fence");
    assertTrue(brain.pool(S).nodes().getFirst().mayWrite(), "so no other node may be promoted");
    event(new BrainEvent.WritableDone(S, NODE, w.commandId(), true, 1, "late"));
    assertTrue(releases().isEmpty(), "it was");
    now += 200 * MS;
    event(new BrainEvent.Tick());
    fenced(true);
    event(new BrainEvent.Tick());
    assertEquals(1, releases().size());
  }

  private List<LedgerCommand> releases() {
    return take(BrainCommand.Propose.class).stream()
        .map(BrainCommand.Propose::command)
        .filter(LedgerCommand.Release.class::isInstance)
        .toList();
  }

  @Test
  void aSiteThatMayLackAcknowledgedWritesDoesNotClaim() {
    standby(facts(true, true, true));
    Origin b = new Origin(B, "b1", 1);
    apply(new LedgerCommand.Claim(b, S, 0, 0));
    apply(new LedgerCommand.InSync(b, S, 1, Set.of(B)));
    apply(new LedgerCommand.Serve(b, S, 1));
    commands.clear();
    for (int i = 0; i < 20; i++) {
      now += 1000 * MS;
      poll(facts(true, true, true));
    }
    assertTrue(
        take(BrainCommand.Propose.class).stream()
            .noneMatch(p -> p.command() instanceof LedgerCommand.Claim));
    assertTrue(guards().contains(Guard.Kind.NOT_IN_SYNC), guards().toString());
    apply(new LedgerCommand.InSync(new Origin(B, "b1", 2), S, 1, Set.of(A, B)));
    now += 7000 * MS;
    poll(facts(true, true, true));
    now += 1000 * MS;
    poll(facts(true, true, true));
    event(new BrainEvent.Tick());
    assertTrue(
        take(BrainCommand.Propose.class).stream()
            .anyMatch(p -> p.command() instanceof LedgerCommand.Claim),
        brain.sentence(S, now));
  }

  @Test
  void aRestartedReceiverMayHaveLostItsRelayLog() {
    standby(facts(true, true, false));
    Origin b = new Origin(B, "b1", 1);
    apply(new LedgerCommand.Claim(b, S, 0, 0));
    apply(new LedgerCommand.InSync(b, S, 1, Set.of(A, B)));
    apply(new LedgerCommand.Serve(b, S, 1));
    commands.clear();
    now += 20_000 * MS;
    poll(facts(true, true, false));
    assertTrue(
        take(BrainCommand.Propose.class).stream()
            .noneMatch(p -> p.command() instanceof LedgerCommand.Claim));
    assertTrue(brain.sentence(S, now).contains("receiver was not running"), brain.sentence(S, now));
    assertTrue(guards().contains(Guard.Kind.RECEIVER), guards().toString());
  }

  @Test
  void aLapsedLeaseIsClaimedAtOnceWhenTheHolderIsSilent() {
    standby(facts(true, true, true));
    now = 10_000 * MS;
    event(new BrainEvent.Tick());
    Origin b = new Origin(B, "b1", 1);
    apply(new LedgerCommand.Claim(b, S, 0, 0));
    apply(new LedgerCommand.InSync(b, S, 1, Set.of(A, B)));
    apply(new LedgerCommand.Serve(b, S, 1));
    commands.clear();
    now += 6005 * MS;
    poll(facts(true, true, true));
    assertTrue(claims().isEmpty(), "not before the whole waiting time");
    now += 2 * MS;
    poll(facts(true, true, true));
    assertEquals(1, claims().size(), brain.sentence(S, now));
  }

  private List<LedgerCommand> claims() {
    return take(BrainCommand.Propose.class).stream()
        .map(BrainCommand.Propose::command)
        .filter(LedgerCommand.Claim.class::isInstance)
        .toList();
  }

  @Test
  void everyGuardIsNamedNotOnlyTheFirst() {
    event(new BrainEvent.LedgerRestored(LedgerState.EMPTY));
    assertEquals(
        List.of(Guard.Kind.LEDGER_NOT_LEARNT, Guard.Kind.NO_CANDIDATE, Guard.Kind.NOT_FENCED),
        guards());
    fenced(true);
    poll(facts(true, false, false));
    poll(facts(true, false, false));
    commit();
    Origin b = new Origin(B, "b1", 1);
    apply(new LedgerCommand.Claim(b, S, 0, 0));
    apply(new LedgerCommand.InSync(b, S, 1, Set.of(B)));
    apply(new LedgerCommand.Serve(b, S, 1));
    apply(new LedgerCommand.Pause(b, S, true, "ann", "firmware"));
    assertEquals(
        List.of(
            Guard.Kind.LEASE_HELD,
            Guard.Kind.PAUSED,
            Guard.Kind.NO_DEAD_MAN,
            Guard.Kind.NOT_IN_SYNC),
        guards());
    assertTrue(guard(Guard.Kind.LEASE_HELD).startsWith("b holds the lease of epoch 1"));
    assertTrue(guard(Guard.Kind.PAUSED).contains("by ann: firmware -> mpp resume"));
    for (int i = 0; i < 6; i++) {
      event(new BrainEvent.NodeUnreachable(S, NODE, "Connection refused", true, 0));
    }
    fenced(true);
    assertEquals(
        List.of(
            Guard.Kind.LEASE_HELD,
            Guard.Kind.PAUSED,
            Guard.Kind.NO_CANDIDATE,
            Guard.Kind.NOT_IN_SYNC,
            Guard.Kind.NODE),
        guards().stream().filter(k -> k != Guard.Kind.CUT_OFF).toList());
    assertTrue(
        guard(Guard.Kind.NODE).startsWith("10.0.0.1:3306 is FAILED_OFFLINE, FAIL: "),
        guard(Guard.Kind.NODE));
    event(new BrainEvent.StandDown("this process is ending"));
    assertEquals(Guard.Kind.STOPPING, guards().getFirst());
  }

  @Test
  void anOrderAboutTheSiteIsAGuardUntilItIsLifted() {
    standby(facts(true, true, true));
    SiteOrder order = new SiteOrder(SiteOrder.Mode.MAINTENANCE, "ann", "new rack");
    apply(
        new LedgerCommand.OrderSite(
            new Origin(B, "b1", 1), A, Optional.of(order), "ann", "new rack"));
    assertTrue(guards().contains(Guard.Kind.SITE_ORDER), guards().toString());
    assertTrue(
        guard(Guard.Kind.SITE_ORDER).startsWith("a is in maintenance by ann: new rack"),
        guard(Guard.Kind.SITE_ORDER));
    apply(new LedgerCommand.OrderSite(new Origin(B, "b1", 2), A, Optional.empty(), "ann", ""));
    assertFalse(guards().contains(Guard.Kind.SITE_ORDER), guards().toString());
  }

  @Test
  void nothingKeepsTheActiveSiteAndOneWithoutAMajoritySaysSo() {
    becomeActive();
    assertEquals(List.of(), guards());
    now += 6100 * MS;
    event(new BrainEvent.Tick());
    fenced(true);
    event(new BrainEvent.Tick());
    assertTrue(guards().contains(Guard.Kind.CUT_OFF), guards().toString());
    assertTrue(guard(Guard.Kind.CUT_OFF).contains("6000 ms"), guard(Guard.Kind.CUT_OFF));
  }

  @Test
  void standingDownFencesAndReleases() {
    becomeActive();
    event(new BrainEvent.StandDown("ending"));
    fenced(true);
    assertTrue(
        take(BrainCommand.Propose.class).stream()
            .anyMatch(p -> p.command() instanceof LedgerCommand.Release));
  }

  // ---- thinking in time, though only about what an event concerns ----------------------------

  /** Ticks as the loop's until the instant, and tells when such a command came first. */
  private long tickUntil(long end, Class<? extends BrainCommand> kind) {
    while (now < end) {
      now += 10 * MS;
      event(new BrainEvent.Tick());
      if (commands.stream().anyMatch(kind::isInstance)) {
        return now;
      }
    }
    return Long.MAX_VALUE;
  }

  @Test
  void theFenceBeforeTheEndOfTheLeaseWaitsForNoIdleThought() {
    becomeActive();
    long end = brain.lease(S).validUntil() - TIMING.fenceBudget();
    // A thought shortly before the end must not put the next one off beyond it.
    now = end - 37 * MS;
    event(new BrainEvent.Tick());
    long fencedAt = tickUntil(end + 1000 * MS, BrainCommand.FenceNode.class);
    assertTrue(fencedAt >= end && fencedAt <= end + 10 * MS, (fencedAt - end) / MS + " ms late");
  }

  @Test
  void aRenewalKeepsTheDeadManFromActingInTheSameTurn() {
    becomeActive();
    now += 600 * MS;
    event(new BrainEvent.Tick());
    take(BrainCommand.HoldDeadMan.class);
    commit();
    assertTrue(
        take(BrainCommand.HoldDeadMan.class).stream()
            .anyMatch(h -> h.until() == now + TIMING.duration() - TIMING.deadMan()));
  }

  @Test
  void aFenceThatFailedIsTriedAgainWithoutAnyOtherEvent() {
    event(new BrainEvent.LedgerRestored(LedgerState.EMPTY));
    fenced(false);
    long again = tickUntil(1000 * MS, BrainCommand.FenceNode.class);
    assertTrue(again <= 200 * MS, again / MS + " ms");
  }

  @Test
  void aLapsedLeaseIsClaimedWithinATickOfItsEnd() {
    standby(facts(true, true, true));
    now = 4000 * MS;
    apply(new LedgerCommand.Claim(new Origin(B, "b1", 1), S, 0, 0));
    long lapsedAt = now + TIMING.claimAfter();
    now = lapsedAt - 37 * MS;
    event(new BrainEvent.Tick());
    assertFalse(claimProposed());
    while (!claimProposed() && now < lapsedAt + 1000 * MS) {
      now += 10 * MS;
      event(new BrainEvent.Tick());
    }
    assertTrue(now >= lapsedAt && now <= lapsedAt + 10 * MS, (now - lapsedAt) / MS + " ms late");
  }

  private boolean claimProposed() {
    return commands.stream()
        .anyMatch(
            c -> c instanceof BrainCommand.Propose p && p.command() instanceof LedgerCommand.Claim);
  }
}
