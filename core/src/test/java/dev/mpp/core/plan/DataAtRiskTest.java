package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.State;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** B was ACTIVE and is lost; A takes over. What may be lost by that, and whether it is allowed. */
final class DataAtRiskTest {
  private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

  abstract static class Play extends HandPlay {
    private long sequence;
    private long proposals;

    Play(boolean rpoZero, Optional<RpoBound> bound) {
      super(rpoZero, bound, HookPolicy.NONE, NODE);
    }

    Origin b() {
      return new Origin(B, "b1", ++proposals);
    }

    /** B serves, and both sites see each other. */
    void bServes(String bHas, String aHas) {
      standby(replica(aHas));
      apply(new LedgerCommand.Claim(b(), S, 0, 0));
      apply(new LedgerCommand.InSync(b(), S, 1, Set.of(B)));
      apply(new LedgerCommand.Serve(b(), S, 1));
      step(bHas, aHas);
      commands.clear();
    }

    /** A second of it. */
    void step(String bHas, String aHas) {
      now += 1000 * MS;
      apply(new LedgerCommand.Renew(b(), List.of(new LedgerCommand.Held(S, 1))));
      show(facts(bHas, false, true, false), State.ACTIVE);
      poll(replica(aHas));
    }

    void show(ServerFacts f, State state) {
      viewOfB(++sequence, false, f, state);
    }

    static ServerFacts replica(String has) {
      return facts(has, true, true, true);
    }

    /** Time passes at A alone; what it proposes is committed. */
    boolean claims(long millis, String aHas) {
      boolean claimed = false;
      for (long end = now + millis * MS; now < end && !claimed; ) {
        now += 100 * MS;
        poll(replica(aHas));
        for (BrainCommand.Propose p : take(BrainCommand.Propose.class)) {
          claimed |= p.command() instanceof LedgerCommand.Claim;
          apply(p.command());
        }
      }
      return claimed;
    }

    /** From the claim to the end of the promotion. */
    void promoted(String executed) {
      now += MS;
      poll(replica(executed));
      BrainCommand.Prepare p = take(BrainCommand.Prepare.class).getFirst();
      now += 600 * MS;
      event(
          new BrainEvent.PrepareDone(
              S, NODE, p.commandId(), true, Optional.of(GtidSet.parse(executed)), ""));
    }

    void opened() {
      for (int i = 0; i < 20 && state() != State.ACTIVE; i++) {
        now += 20 * MS;
        event(new BrainEvent.Tick());
        commit();
        for (BrainCommand.SemiSync c : take(BrainCommand.SemiSync.class)) {
          event(new BrainEvent.ChangeDone(S, NODE, c.commandId(), true, ""));
        }
        for (BrainCommand.MakeWritable w : take(BrainCommand.MakeWritable.class)) {
          event(new BrainEvent.WritableDone(S, NODE, w.commandId(), true, 1, ""));
        }
      }
      commit();
      assertEquals(State.ACTIVE, state());
    }

    List<BrainCommand.Journal> journal(String kind) {
      return commands.stream()
          .filter(BrainCommand.Journal.class::isInstance)
          .map(BrainCommand.Journal.class::cast)
          .filter(j -> j.kind().equals(kind))
          .toList();
    }

    Optional<String> guard() {
      return brain.view(now, Map.of()).pool(S).orElseThrow().guards().stream()
          .filter(g -> g.kind() == Guard.Kind.RPO_BOUND)
          .map(Guard::what)
          .findFirst();
    }
  }

  @Nested
  final class Availability extends Play {
    Availability() {
      super(false, Optional.empty());
    }

    @Test
    void theExactSetIsInTheJournalBeforeTheServerIsOpened() {
      bServes("0-2-100", "0-2-88");
      assertTrue(claims(7000, "0-2-90"));
      promoted("0-2-91");
      assertTrue(take(BrainCommand.MakeWritable.class).isEmpty());
      BrainCommand.Journal j = journal("at-risk").getFirst();
      assertEquals(NODE.toString(), j.subject());
      assertEquals(OTHER.toString(), j.from());
      assertEquals("9 transactions", j.to());
      assertTrue(
          j.reason().startsWith("0-2-92..100 (9 transactions): ACTIVE " + OTHER), j.reason());
      assertTrue(j.reason().contains("6.0 s before it could write no more"), j.reason());
      opened();
      String writable = journal("promotion").getLast().reason();
      assertTrue(writable.contains("at risk: 9 transactions"), writable);
      assertTrue(brain.sentence(S, now).contains("at risk since its promotion: 9 transactions"));
    }

    @Test
    void aMySqlSetToo() {
      bServes(UUID + ":1-100", UUID + ":1-90");
      assertTrue(claims(7000, UUID + ":1-90"));
      promoted(UUID + ":1-90");
      String reason = journal("at-risk").getFirst().reason();
      assertTrue(reason.startsWith(UUID + ":91-100 (10 transactions)"), reason);
    }

    @Test
    void whatTheFormerActiveReallyHadIsInTheJournalWhenItIsBack() {
      bServes("0-2-100", "0-2-90");
      assertTrue(claims(7000, "0-2-90"));
      promoted("0-2-90");
      opened();
      poll(facts("0-2-90,0-1-1000091", false, true, false));
      commands.clear();
      show(facts("0-2-104", true, true, false), State.FAILED_ONLINE);
      BrainCommand.Journal j = journal("at-risk").getFirst();
      assertEquals(OTHER.toString(), j.subject());
      assertEquals("errant", j.to());
      assertTrue(j.reason().endsWith("0-2-91..104 (14 transactions)"), j.reason());
      assertFalse(brain.sentence(S, now).contains("at risk"));
      show(facts("0-2-104", true, true, false), State.FAILED_ONLINE);
      assertEquals(1, journal("at-risk").size(), "told once");
    }

    @Test
    void thatNothingWasLostIsSaidToo() {
      bServes("0-2-100", "0-2-100");
      assertTrue(claims(7000, "0-2-100"));
      promoted("0-2-100");
      assertEquals("none known", journal("at-risk").getFirst().to());
      opened();
      poll(facts("0-2-100,0-1-1000091", false, true, false));
      commands.clear();
      show(facts("0-2-100", true, true, false), State.STANDBY);
      assertEquals("none", journal("at-risk").getFirst().to());
    }

    @Test
    void aFormerActiveThatWasSeenFencedLeavesNoDoubt() {
      bServes("0-2-100", "0-2-90");
      show(facts("0-2-101", true, true, false), State.STANDBY);
      apply(new LedgerCommand.Release(b(), S, 1));
      assertTrue(claims(7000, "0-2-101"));
      promoted("0-2-101");
      BrainCommand.Journal j = journal("at-risk").getFirst();
      assertEquals("none", j.to());
      assertTrue(j.reason().contains("was seen fenced"), j.reason());
    }

    @Test
    void anUnseenFormerActiveIsNotTakenForHarmless() {
      standby(replica("0-2-90"));
      apply(new LedgerCommand.Claim(b(), S, 0, 0));
      apply(new LedgerCommand.Serve(b(), S, 1));
      assertTrue(claims(8000, "0-2-90"));
      promoted("0-2-90");
      assertEquals("not known", journal("at-risk").getFirst().to());
    }

    @Test
    void theSameServerLosesNothing() {
      standby(replica("0-1-90"));
      apply(new LedgerCommand.Claim(new Origin(A, "a0", 1), S, 0, 0));
      apply(new LedgerCommand.Serve(new Origin(A, "a0", 2), S, 1));
      apply(new LedgerCommand.Release(new Origin(A, "a0", 3), S, 1));
      assertTrue(claims(8000, "0-1-90"));
      promoted("0-1-90");
      assertEquals("none", journal("at-risk").getFirst().to());
    }

    @Test
    void errantTransactionsOfTheOwnNodeAreInTheJournalOnce() {
      bServes("0-2-100", "0-2-100");
      poll(facts("0-1-3,0-2-100", true, true, false));
      poll(facts("0-1-3,0-2-100", true, true, false));
      List<BrainCommand.Journal> told = journal("errant");
      assertEquals(1, told.size());
      assertTrue(told.getFirst().reason().endsWith("lacks: 0-1-1..3"), told.getFirst().reason());
    }
  }

  @Nested
  final class Zero extends Play {
    Zero() {
      super(true, Optional.empty());
    }

    @Test
    void aSiteInSyncLosesNothingThatWasAcknowledged() {
      bServes("0-2-100", "0-2-98");
      apply(new LedgerCommand.InSync(b(), S, 1, Set.of(A, B)));
      assertTrue(claims(7000, "0-2-98"));
      promoted("0-2-98");
      BrainCommand.Journal j = journal("at-risk").getFirst();
      assertEquals("none acknowledged", j.to());
      assertTrue(j.reason().contains("not confirmed to anybody: 0-2-99..100"), j.reason());
    }
  }

  @Nested
  final class Transactions extends Play {
    Transactions() {
      super(false, Optional.of(new RpoBound(OptionalLong.empty(), OptionalLong.of(5))));
    }

    @Test
    void withholdsTheClaimWithTheFigures() {
      bServes("0-2-100", "0-2-90");
      assertFalse(claims(20_000, "0-2-94"));
      String what = guard().orElseThrow();
      assertTrue(what.contains("bound of {transactions: 5} (6 transactions seen"), what);
      assertTrue(what.contains("0-2-95..100"), what);
      assertTrue(claims(1000, "0-2-95"), "it had received more");
    }

    @Test
    void anOperatorMayAcceptTheLossAndIsToldIt() {
      bServes("0-2-100", "0-2-90");
      assertFalse(claims(10_000, "0-2-90"));
      take(BrainCommand.Answer.class);
      event(new BrainEvent.OperatorTakeover(S, "ann", "site b burnt down"));
      String answer = take(BrainCommand.Answer.class).getFirst().text();
      assertTrue(answer.startsWith("OK: a claims"), answer);
      assertTrue(answer.contains("at risk: 0-2-91..100 (10 transactions)"), answer);
      assertTrue(journal("operator").getLast().reason().contains("0-2-91..100"));
      assertTrue(claims(1000, "0-2-90"));
      promoted("0-2-90");
      opened();
    }

    @Test
    void aLivingHolderIsNotOverruled() {
      bServes("0-2-100", "0-2-90");
      event(new BrainEvent.OperatorTakeover(S, "ann", "now"));
      String answer = take(BrainCommand.Answer.class).getFirst().text();
      assertTrue(answer.startsWith("ERROR: b holds the lease"), answer);
    }

    @Test
    void whatTheReceiverSaidIsCheckedAgainBeforeTheServerIsOpened() {
      bServes("0-2-100", "0-2-90");
      assertTrue(claims(7000, "0-2-98"));
      promoted("0-2-98");
      opened();
    }

    @Test
    void aRelayLogThatWasLostEndsThePromotion() {
      bServes("0-2-100", "0-2-90");
      assertTrue(claims(7000, "0-2-98"));
      now += MS;
      poll(replica("0-2-98"));
      BrainCommand.Prepare p = take(BrainCommand.Prepare.class).getFirst();
      now += 600 * MS;
      event(
          new BrainEvent.PrepareDone(
              S, NODE, p.commandId(), true, Optional.of(GtidSet.parse("0-2-60")), ""));
      event(new BrainEvent.Tick());
      assertTrue(take(BrainCommand.MakeWritable.class).isEmpty());
      fenced(true);
      assertEquals("FAILED", journal("promotion").getLast().to());
      assertTrue(journal("promotion").getLast().reason().contains("40 transactions"));
    }

    @Test
    void nothingIsKnownAfterARestartUntilTheFormerActiveIsSeenFenced() {
      standby(replica("0-2-100"));
      apply(new LedgerCommand.Claim(b(), S, 0, 0));
      apply(new LedgerCommand.Serve(b(), S, 1));
      assertFalse(claims(10_000, "0-2-100"));
      assertTrue(guard().orElseThrow().contains("not known"), guard().toString());
      show(facts("0-2-100", true, true, false), State.STANDBY);
      assertTrue(claims(1000, "0-2-100"));
    }
  }

  @Nested
  final class Seconds extends Play {
    Seconds() {
      super(false, Optional.of(new RpoBound(OptionalLong.of(8_000 * MS), OptionalLong.empty())));
    }

    @Test
    void aLostSiteIsWithinIt() {
      bServes("0-2-100", "0-2-100");
      assertTrue(claims(7000, "0-2-100"));
    }

    @Test
    void aReplicaThatIsBehindIsNot() {
      bServes("0-2-100", "0-2-100");
      step("0-2-110", "0-2-100");
      step("0-2-120", "0-2-100");
      step("0-2-130", "0-2-100");
      assertFalse(claims(20_000, "0-2-100"));
      String what = guard().orElseThrow();
      assertTrue(what.contains("30 transactions seen, committed within 9.0 s"), what);
      assertTrue(claims(1000, "0-2-120"), "two seconds less");
    }

    @Test
    void aServerThatWasGivenUpCountsFromThenOn() {
      bServes("0-2-100", "0-2-100");
      for (int i = 1; i <= 6; i++) {
        step("0-2-1" + i + "0", "0-2-100");
      }
      now += 1000 * MS;
      apply(new LedgerCommand.Release(b(), S, 1));
      assertTrue(claims(2000, "0-2-100"), guard().toString());
    }

    @Test
    void anActiveThatWasOutOfSightIsNot() {
      bServes("0-2-100", "0-2-100");
      for (int i = 0; i < 5; i++) {
        now += 1000 * MS;
        apply(new LedgerCommand.Renew(b(), List.of(new LedgerCommand.Held(S, 1))));
        poll(replica("0-2-100"));
      }
      assertFalse(claims(20_000, "0-2-100"));
      assertTrue(guard().orElseThrow().contains("committed within 11.0 s"), guard().toString());
    }
  }
}
