package dev.mpp.chaos.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.chaos.check.Findings;
import dev.mpp.chaos.check.Takeover;
import dev.mpp.chaos.process.Trouble;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the lab knows without a network. */
class LabPartsTest {
  private static final List<LabSite> FIVE = LabSite.of(5);
  private static final LabScript.Cast CAST =
      new LabScript.Cast(FIVE.get(0), FIVE.get(1), FIVE.subList(2, 5), FIVE.get(3));

  @Test
  void theSpreadTakesTheNearestRank() {
    List<OptionalLong> figures =
        IntStream.rangeClosed(1, 50).mapToObj(i -> OptionalLong.of(i * 10L)).toList();
    assertEquals(Optional.of(new Spread(50, 250, 500, 500)), Spread.of(figures));
    assertEquals(Optional.empty(), Spread.of(List.of(OptionalLong.empty())));
  }

  @Test
  void gaugesAreReadFromTheirText() {
    Gauges gauges =
        Gauges.parse(
            """
            # HELP mpp_ledger_age_seconds How far behind
            mpp_ledger_age_seconds 0.25
            mpp_ledger_leader{site="site2"} 1.0
            mpp_peer_up{peer="site1"} 1.0
            mpp_peer_up{peer="witness1"} 1.0
            mpp_peer_heard_age_seconds{peer="site1"} 0.2
            mpp_peer_heard_age_seconds{peer="witness1"} 9.7
            """);
    assertEquals(0.25, gauges.ledgerAge());
    assertEquals(Optional.of("site2"), gauges.leader());
    assertEquals(1, gauges.peersHeard(1.5));
    assertTrue(Gauges.parse("").ledgerAge() > 3_600, "unknown is not fresh");
  }

  @Test
  void everyScriptHasItsBreakage() {
    for (LabScript script : LabScript.values()) {
      for (int turn = 0; turn < 12; turn++) {
        Breakage breakage = script.breakage(CAST, turn);
        assertFalse(breakage.describe().isBlank());
        assertEquals(script, LabScript.named(script.label()));
      }
    }
    assertThrows(Trouble.class, () -> LabScript.named("nonsense"));
  }

  @Test
  void aLinkIsCutBothWaysAndADeafOneOneWay() {
    assertEquals(
        List.of(
            "pref 100 from 198.51.100.1 to 198.51.100.2 blackhole",
            "pref 100 from 198.51.100.2 to 198.51.100.1 blackhole"),
        rules(LabScript.PARTIAL.breakage(CAST, 0)));
    assertEquals(
        List.of("pref 100 from 198.51.100.2 to 198.51.100.1 blackhole"),
        rules(LabScript.ONE_WAY.breakage(CAST, 1)));
    assertEquals(
        List.of(
            "pref 100 from 198.51.100.1 to all blackhole",
            "pref 100 from all to 198.51.100.1 blackhole"),
        rules(LabScript.ISOLATE_ACTIVE.breakage(CAST, 0)));
  }

  @Test
  void whoeverMppCannotFenceHasTheBudgetOfItsDeadMan() {
    assertEquals(OptionalLong.of(4_000), LabScript.KILL_ACTIVE_NODE.fencedWithinMs());
    assertEquals(OptionalLong.empty(), LabScript.KILL_ACTIVE_MYSQL.fencedWithinMs());
    assertTrue(LabScript.FREEZE_ACTIVE_NODE.expects().contains("4000 ms"));
    assertFalse(LabScript.FREEZE_ACTIVE_MYSQL.flagsCount());
    assertEquals(
        "freeze mysqld of site1", LabScript.FREEZE_ACTIVE_MYSQL.breakage(CAST, 0).describe());
  }

  @Test
  void aCampaignThatMissesItsTargetFails() {
    assertTrue(killed(600).passed());
    LabReport slow = killed(800);
    assertFalse(slow.passed());
    assertTrue(slow.toText().contains("missed target: newActiveMs: median at most 700 ms"));
    assertTrue(slow.toJson().contains("\"missedTargets\":[\"newActiveMs"), slow.toJson());
    assertTrue(slow.toJson().contains("\"server\":\"11.4.5-MariaDB\""));
    assertTrue(slow.toJson().contains("\"byNameMs\":1200"), slow.toJson());
  }

  private static LabReport killed(long newActive) {
    OptionalLong some = OptionalLong.of(newActive);
    Findings findings = new Findings(some, some, some, 100, 0, 0, 1, List.of());
    OptionalLong never = OptionalLong.empty();
    Takeover takeover = new Takeover(OptionalLong.of(1_200), never, never, never, never);
    LabRun run =
        new LabRun(1, "kill mysqld of site1", findings, CatchUp.Times.NONE, takeover, false);
    return new LabReport(LabScript.KILL_ACTIVE_MYSQL, "11.4.5-MariaDB", 3, 1, List.of(run));
  }

  @Test
  void logsAreResetInTheWordsOfTheVersion() {
    assertEquals("RESET MASTER", Rebuild.resetLogs("8.0.33"));
    assertEquals("RESET BINARY LOGS AND GTIDS", Rebuild.resetLogs("8.4.3"));
    assertEquals("RESET BINARY LOGS AND GTIDS", Rebuild.resetLogs("9.7.4"));
  }

  private static List<String> rules(Breakage breakage) {
    return breakage instanceof Breakage.Cut cut
        ? cut.drops().stream().map(Drop::rule).toList()
        : List.of();
  }

  @Test
  void theConfigurationNamesEverySiteAndService() {
    LabConfiguration one = new LabConfiguration(FIVE, 1);
    String text = one.text(FIVE.get(3));
    assertTrue(text.contains("site: witness2\n"), text);
    assertTrue(text.contains("{name: witness3, address: 198.51.100.5, witness: true}"), text);
    assertTrue(text.contains("primary:198.51.100.2:3306"), text);
    String many = new LabConfiguration(FIVE, 3).text(FIVE.get(0));
    assertTrue(many.contains("- name: service2.eraser.test"), many);
    assertTrue(many.contains("primary:198.51.100.1:20002"), many);
  }
}
