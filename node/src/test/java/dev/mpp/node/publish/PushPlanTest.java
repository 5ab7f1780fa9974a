package dev.mpp.node.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.publish.PushPlan.Observed;
import dev.mpp.node.publish.PushPlan.Wanted;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is done about what another server says. */
class PushPlanTest {
  private static final long TTL = 5;
  private static final Wanted SEVEN = new Wanted(7, "site2", Set.of("203.0.113.2"));

  private static PushPlan plan(List<String> marks, Set<String> addresses, long ttl) {
    return PushPlan.of(SEVEN, TTL, new Observed(marks, addresses, ttl, false), Optional.empty());
  }

  private static PushPlan plan(String mark, String address) {
    return plan(List.of(mark), Set.of(address), TTL);
  }

  @Test
  void aNameWithoutMarkIsTakenOver() {
    assertEquals(
        new PushPlan.Update(Optional.empty(), new EpochMark(7, 1, "site2")),
        plan(List.of(), Set.of("192.0.2.9"), 300));
  }

  @Test
  void anOlderEpochIsReplacedEvenIfItSaysTheSame() {
    assertEquals(
        new PushPlan.Update(
            Optional.of(new EpochMark(5, 4, "site2")), new EpochMark(7, 1, "site2")),
        plan("mpp epoch=5 change=4 site=site2", "203.0.113.2"));
  }

  @Test
  void withinAnEpochOnlyWhatIsWrongIsChanged() {
    String mark = "mpp epoch=7 change=4 site=site2";
    EpochMark four = new EpochMark(7, 4, "site2");
    EpochMark five = new EpochMark(7, 5, "site2");
    assertEquals(new PushPlan.Done(four), plan(mark, "203.0.113.2"));
    assertEquals(new PushPlan.Update(Optional.of(four), five), plan(mark, "192.0.2.9"));
    assertEquals(
        new PushPlan.Update(Optional.of(four), five),
        plan(List.of(mark), Set.of("203.0.113.2"), 300));
    assertEquals(
        new PushPlan.Done(four),
        PushPlan.of(
            SEVEN,
            TTL,
            new Observed(List.of(mark), SEVEN.addresses(), 300, false),
            Optional.of(four)),
        "a server that keeps another TTL is not told again and again");
    assertEquals(
        new PushPlan.Update(Optional.of(four), new EpochMark(7, 5, "none")),
        PushPlan.of(
            new Wanted(7, "site2", Set.of()),
            TTL,
            new Observed(List.of(mark), SEVEN.addresses(), TTL, false),
            Optional.empty()));
  }

  @Test
  void aNewerEpochAndWhatIsNotOursAreLeftAlone() {
    for (PushPlan plan :
        List.of(
            plan("mpp epoch=8 change=1 site=site1", "198.51.100.1"),
            plan("v=spf1 -all", "203.0.113.2"),
            plan("mpp epoch=7 change=1 site=site2 ", "203.0.113.2"),
            plan(
                List.of("mpp epoch=7 change=1 site=site2", "mpp epoch=6 change=1 site=site1"),
                Set.of(),
                -1),
            PushPlan.of(
                SEVEN, TTL, new Observed(List.of(), Set.of(), -1, true), Optional.empty()))) {
      assertInstanceOf(PushPlan.Blocked.class, plan);
    }
  }

  /**
   * Holders of growing epochs at a server that checks prerequisites, with packets that arrive late,
   * twice, in any order, or never. However that goes, the mark only grows, and what the server says
   * belongs to its mark.
   */
  @Test
  void noDelayedPacketOverwritesANewerOne() {
    for (long seed = 0; seed < 2_000; seed++) {
      Random random = new Random(seed);
      Map<EpochMark, Set<String>> writtenWith = new HashMap<>();
      List<PushPlan.Update> updates = new ArrayList<>();
      Optional<EpochMark> mark = Optional.empty();
      Set<String> addresses = new HashSet<>(Set.of("192.0.2.1"));
      List<Observed> reads = new ArrayList<>();
      for (int step = 0; step < 60; step++) {
        reads.add(new Observed(mark.map(EpochMark::text).stream().toList(), addresses, TTL, false));
        long epoch = 1 + step / 10 - (random.nextInt(4) == 0 ? random.nextInt(3) : 0);
        String site = "site" + Math.floorMod(epoch, 2);
        Wanted wanted =
            new Wanted(
                epoch,
                site,
                random.nextInt(5) == 0
                    ? Set.of()
                    : Set.of("10." + epoch + ".0." + random.nextInt(3)));
        Observed old = reads.get(Math.max(0, reads.size() - 1 - random.nextInt(8)));
        if (PushPlan.of(wanted, TTL, old, Optional.empty()) instanceof PushPlan.Update u) {
          updates.add(u);
          // Two processes may make the same mark; the server takes one of them.
          writtenWith.put(
              new EpochMark(u.mark().epoch(), -updates.size(), u.mark().site()),
              wanted.addresses());
        }
        if (!updates.isEmpty() && random.nextBoolean()) {
          int at = random.nextInt(updates.size());
          PushPlan.Update u = updates.get(at);
          if (u.expected().equals(mark)) { // the server's prerequisite
            if (mark.isPresent()) {
              EpochMark before = mark.get();
              assertTrue(
                  u.mark().epoch() > before.epoch()
                      || u.mark().epoch() == before.epoch() && u.mark().change() > before.change(),
                  "seed " + seed + ": " + before + " -> " + u.mark());
            }
            mark = Optional.of(u.mark());
            addresses =
                writtenWith.get(new EpochMark(u.mark().epoch(), -(at + 1), u.mark().site()));
          }
        }
      }
    }
  }
}
