package dev.mpp.core.pair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.pair.Target.Answer;
import dev.mpp.core.pair.Target.Kind;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Each rule of the evidence, one at a time. Seconds stand for nanoseconds. */
class PeerEvidenceTest {
  private static final ServiceName S = new ServiceName("s.example.com");
  private static final ServiceName T = new ServiceName("t.example.com");
  private static final Target EDGE = new Target(Kind.EDGE, Optional.empty(), "203.0.113.1");
  private static final Target MPP = new Target(Kind.MPP, Optional.empty(), "203.0.113.2:7401");
  private static final Target VIP = new Target(Kind.SERVICE, Optional.of(S), "203.0.113.3:3306");
  private static final Target DB1 = new Target(Kind.MYSQL, Optional.of(S), "203.0.113.4:3306");
  private static final Target DB2 = new Target(Kind.MYSQL, Optional.of(S), "203.0.113.5:3306");
  private static final Target OTHER = new Target(Kind.MYSQL, Optional.of(T), "203.0.113.6:3306");
  private static final List<Target> ALL = List.of(EDGE, MPP, VIP, DB1, DB2, OTHER);
  private static final long HOLD = 10;

  private final PeerEvidence evidence = new PeerEvidence(ALL, Set.of(), 5);
  private final Map<Target, Answer> sees = new HashMap<>();
  private long now;

  private void look(boolean heard) {
    boolean unused = evidence.looked(now, sees, heard);
  }

  /** Looks each second, silent since second 10. */
  private PeerEvidence.Verdict after(long seconds) {
    long end = now + seconds;
    while (now < end) {
      now++;
      look(false);
    }
    return evidence.judge(S, 10, HOLD, now);
  }

  private void all(Answer answer) {
    ALL.forEach(t -> sees.put(t, answer));
  }

  private void wellUntilTen() {
    sees.putAll(Map.of(EDGE, Answer.ANSWERED, MPP, Answer.ANSWERED, VIP, Answer.ANSWERED));
    now = 10;
    look(true);
    sees.clear();
  }

  @Test
  void darkForLongEnoughIsGone() {
    wellUntilTen();
    all(Answer.SILENT);
    assertFalse(after(HOLD).gone(), "silence began with the look of second 11");
    assertTrue(after(1).gone());
  }

  @Test
  void oneAddressThatAnswersIsAlive() {
    wellUntilTen();
    all(Answer.SILENT);
    sees.put(EDGE, Answer.ANSWERED);
    PeerEvidence.Verdict v = after(100);
    assertFalse(v.gone());
    assertTrue(v.sentence().contains("its edge 203.0.113.1 answers"), v.sentence());
  }

  @Test
  void aRefusalIsAnAnswer() {
    wellUntilTen();
    all(Answer.SILENT);
    sees.put(MPP, Answer.REFUSED);
    PeerEvidence.Verdict v = after(100);
    assertFalse(v.gone());
    assertTrue(v.sentence().contains("refuses (the host is up)"), v.sentence());
  }

  @Test
  void oneAnswerBeginsTheWaitAnew() {
    wellUntilTen();
    all(Answer.SILENT);
    assertFalse(after(9).gone());
    sees.put(VIP, Answer.ANSWERED);
    assertFalse(after(1).gone());
    sees.put(VIP, Answer.SILENT);
    assertFalse(after(HOLD).gone());
    assertTrue(after(1).gone());
  }

  @Test
  void silenceOfWhatNeverAnsweredProvesNothing() {
    now = 10;
    sees.put(MPP, Answer.ANSWERED);
    look(true);
    all(Answer.SILENT);
    PeerEvidence.Verdict v = after(100);
    assertFalse(v.gone());
    assertTrue(v.sentence().contains("ever answered here"), v.sentence());
  }

  @Test
  void whatAnsweredBeforeARestartCounts() {
    PeerEvidence second = new PeerEvidence(ALL, Set.of(PeerEvidence.key(EDGE)), 5);
    all(Answer.SILENT);
    for (long t = 1; t <= 1 + HOLD; t++) {
      assertFalse(second.looked(t, sees, false));
    }
    assertTrue(second.judge(S, 0, HOLD, 1 + HOLD).gone());
  }

  @Test
  void fencedFromHereForLongEnoughIsGoneThoughItsEdgeAnswers() {
    wellUntilTen();
    sees.putAll(Map.of(EDGE, Answer.ANSWERED, MPP, Answer.REFUSED, VIP, Answer.ANSWERED));
    sees.putAll(Map.of(DB1, Answer.FENCED, DB2, Answer.REFUSED));
    assertFalse(after(HOLD).gone());
    assertTrue(after(1).gone());
  }

  @Test
  void oneServerThatIsNotFencedIsEnoughToHold() {
    wellUntilTen();
    sees.putAll(Map.of(EDGE, Answer.ANSWERED, DB1, Answer.FENCED, DB2, Answer.SILENT));
    assertFalse(after(100).gone());
    sees.put(DB2, Answer.ANSWERED);
    assertFalse(after(100).gone());
  }

  @Test
  void aWritableServerIsASignOfLife() {
    wellUntilTen();
    all(Answer.SILENT);
    sees.putAll(Map.of(DB1, Answer.FENCED, DB2, Answer.WRITABLE));
    PeerEvidence.Verdict v = after(100);
    assertFalse(v.gone());
    assertTrue(v.sentence().contains("MPP is alive there"), v.sentence());
  }

  @Test
  void serversOfAnotherServiceAreNoEvidence() {
    wellUntilTen();
    sees.putAll(Map.of(EDGE, Answer.ANSWERED, OTHER, Answer.FENCED));
    assertFalse(after(100).gone());
    assertTrue(evidence.judge(T, 10, HOLD, now).gone(), "of its own they are");
  }

  @Test
  void anOldLookProvesNothing() {
    wellUntilTen();
    all(Answer.SILENT);
    assertTrue(after(HOLD + 1).gone());
    assertFalse(evidence.judge(S, 10, HOLD, now + 6).gone());
  }

  @Test
  void aPauseBetweenLooksBeginsTheWaitAnew() {
    wellUntilTen();
    all(Answer.SILENT);
    assertTrue(after(HOLD + 1).gone());
    now += 20;
    assertFalse(after(1).gone());
    assertTrue(after(HOLD).gone());
  }

  @Test
  void looksOfBeforeTheSilenceProveNothing() {
    all(Answer.SILENT);
    now = 9;
    look(false);
    assertEquals(
        "its addresses were not tried since it fell silent",
        evidence.judge(S, 10, HOLD, 11).sentence());
  }
}
