package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.State;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** When the operator's commands fence, and what their word counts for. */
final class FenceHookTest {

  abstract static class Play extends HandPlay {
    Play(HookPolicy hooks) {
      super(false, Optional.empty(), hooks, NODE);
    }

    List<BrainCommand.FenceHook> hooks() {
      return take(BrainCommand.FenceHook.class);
    }

    /** The ACTIVE server answers nothing any more. */
    void lost() {
      for (int i = 0; i < 4; i++) {
        event(new BrainEvent.NodeUnreachable(S, NODE, "no answer", false, 0));
      }
    }

    void answer(String outcome, boolean safe) {
      for (BrainCommand.FenceNode f : take(BrainCommand.FenceNode.class)) {
        event(
            new BrainEvent.FenceDone(S, f.node(), f.commandId(), safe, outcome, 1_500_000, "test"));
      }
    }

    void tick(long millis) {
      now += millis * MS;
      event(new BrainEvent.Tick());
    }

    boolean released() {
      return take(BrainCommand.Propose.class).stream()
          .anyMatch(p -> p.command() instanceof LedgerCommand.Release);
    }

    void done(BrainCommand.FenceHook h, boolean verified) {
      event(new BrainEvent.HookDone(S, h.node(), h.commandId(), verified, "power-off: test"));
    }
  }

  @Nested
  final class OnFailure extends Play {
    OnFailure() {
      super(new HookPolicy(true, false));
    }

    @Test
    void aVerifiedHookFencesWhatTheOtherTiersCouldNot() {
      becomeActive();
      lost();
      assertTrue(hooks().isEmpty(), "first the other tiers");
      answer("FAILED", false);
      BrainCommand.FenceHook h = hooks().getFirst();
      assertEquals(NODE, h.node());
      assertEquals(A, h.site());
      assertEquals(1, h.epoch());
      assertEquals("FAILED", h.result());
      assertTrue(h.failed());
      tick(200);
      answer("FAILED", false);
      assertTrue(hooks().isEmpty(), "one at a time");
      assertFalse(released());
      done(h, true);
      tick(20);
      assertTrue(released(), "its server can write no more");
      assertTrue(
          take(BrainCommand.Journal.class).stream()
              .anyMatch(
                  j ->
                      j.kind().equals("fence")
                          && j.to().equals("FENCED")
                          && j.reason().contains("FENCED by a hook: power-off")));
    }

    @Test
    void aHookThatDidNotFenceChangesNothingAndIsTriedAgainLater() {
      becomeActive();
      lost();
      answer("FAILED", false);
      done(hooks().getFirst(), false);
      tick(200);
      assertFalse(released());
      answer("FAILED", false);
      assertTrue(hooks().isEmpty());
      int runs = 0;
      for (int i = 0; i < 200; i++) {
        tick(200);
        answer("FAILED", false);
        for (BrainCommand.FenceHook h : hooks()) {
          runs++;
          done(h, false);
        }
      }
      assertEquals(1, runs, "within 40 s, after 30 s");
    }

    @Test
    void anAnswerOfAnEarlierDutyFencesNothing() {
      becomeActive();
      lost();
      answer("FAILED", false);
      BrainCommand.FenceHook old = hooks().getFirst();
      tick(200);
      answer("FENCED", true);
      commit();
      poll(facts(false, true, false));
      assertFalse(take(BrainCommand.FenceNode.class).isEmpty(), "found writable: a new duty");
      commands.clear();
      done(old, true);
      tick(200);
      assertFalse(
          take(BrainCommand.Journal.class).stream()
              .anyMatch(j -> j.reason().contains("FENCED by a hook")));
    }

    @Test
    void aFenceThatSucceedsNeedsNone() {
      becomeActive();
      lost();
      answer("DOWN", true);
      assertTrue(hooks().isEmpty());
    }

    @Test
    void nothingCommitsInAQuiescedServerAndTheHookEndsIt() {
      becomeActive();
      lost();
      answer("QUIESCED", true);
      assertEquals("QUIESCED", hooks().getFirst().result());
      tick(20);
      assertTrue(released(), "the role does not wait for it");
    }

    @Test
    void theFenceAtTheStartIsNoReasonToCutAnybodysPower() {
      event(new BrainEvent.LedgerRestored(ledger));
      for (int i = 0; i < 20; i++) {
        answer("FAILED", false);
        tick(200);
      }
      assertTrue(hooks().isEmpty());
    }

    @Test
    void aServerWhoseSiteGaveTheRoleUpIsFencedAsSuch() {
      standby(facts(true, true, true));
      apply(new LedgerCommand.Claim(new Origin(B, "b1", 1), S, 0, 0));
      apply(new LedgerCommand.Serve(new Origin(B, "b1", 2), S, 1));
      apply(new LedgerCommand.Release(new Origin(B, "b1", 3), S, 1));
      commands.clear();
      List<BrainCommand.FenceRemote> remote = List.of();
      for (int i = 0; i < 100 && remote.isEmpty(); i++) {
        now += 100 * MS;
        poll(facts(true, true, true));
        commit();
        remote = take(BrainCommand.FenceRemote.class);
      }
      assertEquals(List.of(OTHER), remote.stream().map(BrainCommand.FenceRemote::node).toList());
      assertTrue(remote.getFirst().released());
    }

    @Test
    void theFormerActivesServerIsFencedByAHookTooAndThePromotionDoesNotWait() {
      standby(facts(true, true, true));
      apply(new LedgerCommand.Claim(new Origin(B, "b1", 1), S, 0, 0));
      apply(new LedgerCommand.Serve(new Origin(B, "b1", 2), S, 1));
      commands.clear();
      for (int i = 0; i < 100 && take(BrainCommand.Prepare.class).isEmpty(); i++) {
        now += 100 * MS;
        poll(facts(true, true, true));
        List<BrainCommand.FenceRemote> remote = take(BrainCommand.FenceRemote.class);
        for (BrainCommand.FenceRemote f : remote) {
          assertFalse(f.released(), "its lease has run out, which says nothing of its server");
          event(
              new BrainEvent.FenceDone(
                  S, f.node(), f.commandId(), false, "FAILED", 1, "no answer"));
        }
        if (!remote.isEmpty()) {
          BrainCommand.FenceHook h = hooks().getFirst();
          assertEquals(OTHER, h.node());
          assertEquals(B, h.site());
          assertEquals(2, h.epoch());
          BrainCommand.Prepare p = take(BrainCommand.Prepare.class).getFirst();
          event(new BrainEvent.PrepareDone(S, NODE, p.commandId(), true, Optional.empty(), ""));
          commit();
          tick(20);
          for (BrainCommand.SemiSync c : take(BrainCommand.SemiSync.class)) {
            event(new BrainEvent.ChangeDone(S, NODE, c.commandId(), true, ""));
          }
          assertFalse(take(BrainCommand.MakeWritable.class).isEmpty());
          done(h, true);
          assertTrue(
              take(BrainCommand.Journal.class).stream()
                  .anyMatch(j -> j.reason().startsWith("another site's server: power-off")));
          return;
        }
        commit();
      }
      throw new AssertionError("it never claimed: " + brain.sentence(S, now));
    }
  }

  @Nested
  final class Always extends Play {
    Always() {
      super(new HookPolicy(true, true));
    }

    @Test
    void isRunAfterAFenceThatSucceeded() {
      becomeActive();
      lost();
      answer("FENCED", true);
      BrainCommand.FenceHook h = hooks().getFirst();
      assertFalse(h.failed());
      assertEquals("FENCED", h.result());
      done(h, true);
      assertEquals(State.FAILED_OFFLINE, state());
    }
  }
}
