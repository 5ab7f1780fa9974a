package dev.mpp.core.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class GtidSetTest {
  private static final String A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final String B = "4f22fa47-71ca-11e1-9e33-c80aa9429562";
  private static final String[] SOURCES = {A, B, A + ":nightly"};
  private static final int NUMBERS = 12;

  @Test
  void mySqlSetsAsServersWriteThem() {
    assertEquals(
        A + ":1-5:8," + B + ":7",
        GtidSet.parse(A.toUpperCase(java.util.Locale.ROOT) + ":1-3:4-5:8,\n" + B + ":7")
            .toString());
    // MySQL 8.4 and newer: intervals, then a tag with its own.
    GtidSet tagged = GtidSet.parse(A + ":1-3:nightly:1-2:4," + B + ":7");
    assertEquals(A + ":1-3," + A + ":nightly:1-2:4," + B + ":7", tagged.toString());
    assertEquals(tagged, GtidSet.parse(tagged.toString()));
    assertEquals(7, tagged.advance());
    assertTrue(tagged.contains(GtidSet.parse(A + ":nightly:4")));
    assertFalse(tagged.contains(GtidSet.parse(A + ":4")));
  }

  @Test
  void whatIsNeitherIsRefusedByName() {
    for (String bad : new String[] {A + ":5-3", A + ":0", A + ":1-", "0-1", "abc", "0-1-x"}) {
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> GtidSet.parse(bad), bad);
      assertTrue(e.getMessage().contains(bad), e.getMessage());
    }
  }

  @Test
  void twoFamiliesAreNeverCompared() {
    GtidSet mySql = GtidSet.parse(A + ":1-5");
    GtidSet mariaDb = GtidSet.parse("0-1-5");
    GtidSet empty = GtidSet.parse("");
    assertFalse(mySql.comparable(mariaDb) || mariaDb.comparable(mySql));
    assertFalse(mySql.contains(mariaDb) || mariaDb.contains(mySql));
    assertFalse(mySql.reaches(mariaDb) || mariaDb.reaches(mySql));
    assertTrue(mySql.comparable(empty) && empty.comparable(mySql));
    assertTrue(mySql.contains(empty) && mySql.reaches(empty) && !empty.contains(mySql));
    assertEquals(mySql.toString(), mySql.missingFrom(empty));
  }

  @Test
  void whatOneHasBeyondAnotherIsCounted() {
    GtidSet mySql = GtidSet.parse(A + ":1-10:20," + B + ":1-3");
    assertEquals(
        new Transactions(A + ":8-10:20," + B + ":3", 5),
        mySql.beyond(GtidSet.parse(A + ":1-7," + B + ":1-2")));
    assertEquals(Transactions.NONE, mySql.beyond(mySql));
    assertEquals(14, mySql.beyond(GtidSet.parse("0-1-5")).count(), "another family has none of it");
    GtidSet mariaDb = GtidSet.parse("0-1-99,0-2-150,7-1-3");
    assertEquals(
        new Transactions("0-2-121..150", 30),
        mariaDb.beyond(GtidSet.parse("0-1-99,0-2-120,7-1-3")));
    assertEquals(
        new Transactions("0-2-100..150,7-1-1..3", 54),
        mariaDb.beyond(GtidSet.parse("0-1-99,0-3-140")),
        "server 2 began after what both have");
  }

  @Test
  void aMariaDbReceiverNamesTheLastOfADomainOnly() {
    GtidSet goal = GtidSet.parse("0-1-100,0-2-200");
    assertTrue(GtidSet.parse("0-2-200").reaches(goal));
    assertFalse(GtidSet.parse("0-2-200").contains(goal));
    assertFalse(GtidSet.parse("0-2-199").reaches(goal));
  }

  /** Against sets of single transactions. */
  @Test
  void agreesWithItsDumbTwin() {
    Random random = new Random(25);
    for (int i = 0; i < 20_000; i++) {
      Set<String> one = some(random);
      Set<String> two = some(random);
      GtidSet a = GtidSet.parse(String.join(",", one));
      GtidSet b = GtidSet.parse(String.join(",", two));
      assertEquals(one.size(), a.advance());
      assertEquals(a, GtidSet.parse(a.toString()));
      assertEquals(one.containsAll(two), a.contains(b), one + " contains " + two);
      assertEquals(one.containsAll(two), a.reaches(b));
      one.removeAll(two);
      assertEquals(GtidSet.parse(String.join(",", one)), GtidSet.parse(a.missingFrom(b)));
    }
  }

  private static Set<String> some(Random random) {
    Set<String> set = new TreeSet<>();
    for (String source : SOURCES) {
      int howMany = random.nextInt(4);
      for (int i = 0; i < howMany; i++) {
        int from = 1 + random.nextInt(NUMBERS);
        int to = Math.min(NUMBERS, from + random.nextInt(4));
        for (int n = from; n <= to; n++) {
          set.add(source + ":" + n);
        }
      }
    }
    return set;
  }
}
