package dev.mpp.core.reach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.Status;
import dev.mpp.core.reach.PoolStatusRule.Policy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReachTest {
  private static final Verdict OK = new Verdict(true, "connected", 900);
  private static final Verdict BAD = new Verdict(false, "refused", 900);

  private static CheckpointState after(int failures) {
    CheckpointState state = CheckpointState.INITIAL;
    for (int i = 0; i < failures; i++) {
      state = state.step(BAD, Ladder.DEFAULT);
    }
    return state;
  }

  /** One letter for a checkpoint: I, E, X (external); small when it is FAIL. */
  private static List<Judged> checkpoints(String letters) {
    List<Judged> list = new ArrayList<>();
    for (char c : letters.toCharArray()) {
      CheckpointClass kind =
          switch (Character.toUpperCase(c)) {
            case 'I' -> CheckpointClass.INTERNAL;
            case 'E' -> CheckpointClass.EDGE;
            default -> CheckpointClass.EXTERNAL;
          };
      list.add(new Judged(kind, after(Character.isLowerCase(c) ? 4 : 0)));
    }
    return list;
  }

  @Test
  void aCheckpointMayHaveALadderOfItsOwn() {
    Ladder slow = Ladder.parse("2,4,8,10");
    CheckpointState state = CheckpointState.INITIAL;
    for (int failed = 1; failed <= 10; failed++) {
      state = state.step(BAD, slow);
      Status expected =
          failed < 2
              ? Status.OK
              : failed < 4
                  ? Status.OK_INFO
                  : failed < 8 ? Status.OK_WARN : failed < 10 ? Status.OK_CRITICAL : Status.FAIL;
      assertEquals(expected, state.status(), failed + " failures");
    }
  }

  @Test
  void aCheckpointClimbsTheLadderOnItsOwn() {
    assertEquals(new CheckpointState(-1, Status.OK, ""), after(0));
    assertEquals(new CheckpointState(1, Status.OK_INFO, "refused"), after(1));
    assertEquals(new CheckpointState(2, Status.OK_WARN, "refused"), after(2));
    assertEquals(new CheckpointState(3, Status.OK_CRITICAL, "refused"), after(3));
    assertFalse(after(3).failed());
    assertEquals(new CheckpointState(4, Status.FAIL, "refused"), after(4));
    assertEquals(new CheckpointState(9, Status.FAIL, "refused"), after(9));
    CheckpointState again = after(9).step(OK, Ladder.DEFAULT);
    assertEquals(new CheckpointState(0, Status.OK, "(recovering) refused"), again);
    assertEquals(new CheckpointState(0, Status.OK, ""), again.step(OK, Ladder.DEFAULT));
  }

  @ParameterizedTest
  @CsvSource({
    "IEX,  GLOBAL",
    "iEX, GLOBAL",
    "ieX, GLOBAL",
    "ieXx, GLOBAL",
    "IEx, WAN",
    "iEx, WAN",
    "Iex,  LAN",
    "iex, NONE",
    "IE, WAN",
    "I, LAN",
    "X, GLOBAL",
    "x, NONE",
    "Ix, LAN"
  })
  void theFarthestClassThatAnswers(String letters, Reach expected) {
    assertEquals(expected, ReachRule.reach(checkpoints(letters), true));
    assertEquals(expected, ReachRule.reach(checkpoints(letters), false));
  }

  @Test
  void withoutAnyCheckpointVotesDecideAndNothingElseDoes() {
    assertEquals(Reach.GLOBAL, ReachRule.reach(List.of(), true));
    assertEquals(Reach.NONE, ReachRule.reach(List.of(), false));
  }

  @ParameterizedTest
  @CsvSource({
    // require-reach, checkpoints, votes, cut off, STATUS
    "GLOBAL, IEX, true,  false, OK",
    "GLOBAL, iex, true,  false, OK",
    "GLOBAL, IEX, true,  true,  OK",
    "GLOBAL, IEx, true,  true,  FAIL",
    "WAN,    IEx, true,  true,  OK",
    "LAN,    iex, true,  true,  FAIL",
    "NONE,   iex, true,  true,  OK",
    // classes without checkpoints are skipped where votes decide ...
    "GLOBAL, IE,  true,  true,  OK",
    "GLOBAL, Ie,  true,  true,  FAIL",
    "GLOBAL, '',  true,  true,  OK",
    // ... and missed where checkpoints are the only evidence
    "GLOBAL, IE,  false, true,  FAIL",
    "WAN,    IE,  false, true,  OK",
    "GLOBAL, '',  false, true,  FAIL",
    "GLOBAL, '',  false, false, OK"
  })
  void poolStatus(Reach required, String letters, boolean votes, boolean cutOff, Status expected) {
    PoolStatusRule rule = new PoolStatusRule(Policy.PEERS, votes, required);
    assertEquals(expected, rule.judge(cutOff, false, checkpoints(letters)).status());
    assertEquals(expected, rule.judge(cutOff, true, checkpoints(letters)).status());
  }

  @ParameterizedTest
  @CsvSource({
    "iex, true,  FAIL",
    "iex, false, OK",
    "ieX, true, OK",
    "Iex, true, OK",
    "'', true, OK"
  })
  void classicPolicyWantsEverythingDown(String letters, boolean unreachable, Status expected) {
    PoolStatusRule rule = new PoolStatusRule(Policy.CLASSIC, true, Reach.GLOBAL);
    assertEquals(expected, rule.judge(true, unreachable, checkpoints(letters)).status());
    assertEquals(expected, rule.judge(false, unreachable, checkpoints(letters)).status());
  }

  @Test
  void theJudgementSaysWhy() {
    PoolStatusRule rule = new PoolStatusRule(Policy.PEERS, true, Reach.GLOBAL);
    assertEquals(
        "Cut off from the peers and reach is wan, required is global.",
        rule.judge(true, false, checkpoints("IEx")).reason());
  }

  @Test
  void reachNames() {
    assertEquals(Reach.WAN, ReachRule.parse("wan"));
    assertThrows(IllegalArgumentException.class, () -> ReachRule.parse("far"));
    assertTrue(Reach.GLOBAL.sufficientFor(Reach.LAN));
  }
}
