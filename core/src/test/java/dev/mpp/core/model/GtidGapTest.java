package dev.mpp.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Server 1 was opened at 99 and went on with 1000101; somebody has its truncated 100 to 105. */
final class GtidGapTest {
  private static final GtidGap GAP = GtidGap.parse("0-1000101>1-99,2-50");
  private final GtidSet active = known("0-1-1000107,0-2-50", GAP);

  private static GtidSet known(String text, GtidGap... gaps) {
    return ((MariaDbGtidSet) GtidSet.parse(text)).withGaps(List.of(gaps));
  }

  private void lacks(String ranges, String theirs) {
    GtidSet set = GtidSet.parse(theirs);
    assertEquals(ranges, set.missingFrom(active));
    assertEquals(ranges.isEmpty(), active.contains(set), theirs);
  }

  @Test
  void aPositionInTheGapIsNotAmongTheTransactionsAlthoughTheNumbersWentOn() {
    lacks("0-1-100..105", "0-1-105,0-2-50");
    lacks("0-1-100..1000100", "0-1-1000100");
    assertTrue(known("0-1-1000107,0-2-50").contains(GtidSet.parse("0-1-105")), "without the gap");
  }

  @Test
  void positionsBeforeAndBehindItAre() {
    lacks("", "");
    lacks("", "0-1-99");
    lacks("", "0-1-1000101,0-2-50");
    lacks("", "0-1-1000107");
    lacks("0-1-1000108..1000109", "0-1-1000109");
  }

  /** Lost are those that were there, whatever the numbers. */
  @Test
  void whatOneHasBeyondAnotherLeavesItsOwnGapsOut() {
    assertEquals(
        "0-1-90..99,0-1-1000101..1000107 (17 transactions)",
        active.beyond(GtidSet.parse("0-1-89,0-2-50")).toString());
    assertEquals("none", active.beyond(active).toString());
    assertEquals(
        "0-1-1000107..1000107 (1 transaction)",
        active.beyond(known("0-1-1000106,0-2-50", GAP)).toString());
    assertEquals(
        new Transactions("0-1-100..105", 6),
        GtidSet.parse("0-1-105,0-2-50").beyond(active),
        "what the new one went over");
  }

  @Test
  void otherServersAndDomainsAreComparedOnTheirOwn() {
    lacks("0-2-51..60", "0-1-99,0-2-60");
    lacks("0-3-1..5", "0-1-99,0-3-5");
    lacks("7-1-1..105", "7-1-105");
  }

  @Test
  void theEarliestOfSeveralGapsCounts() {
    GtidGap later = GtidGap.parse("0-2000110>1-1000107,2-50");
    GtidSet twice = known("0-1-2000120,0-2-50", GAP, later);
    assertEquals("0-1-100..105", GtidSet.parse("0-1-105").missingFrom(twice));
    assertEquals("0-1-1000108..1000109", GtidSet.parse("0-1-1000109").missingFrom(twice));
    assertTrue(twice.contains(active));
    assertFalse(active.contains(twice));
  }

  @Test
  void isReadAsItIsWritten() {
    assertEquals("0-1000101>1-99,2-50", GAP.toString());
    assertEquals("3-1000001>", GtidGap.parse("3-1000001>").toString());
    for (String bad : List.of("", "0-5", "0>1-2", "0-1>x", "0-1>1-2-3")) {
      assertThrows(IllegalArgumentException.class, () -> GtidGap.parse(bad), bad);
    }
  }
}
