package dev.mpp.node;

import static dev.mpp.node.PaperSite.P;
import static dev.mpp.node.PaperSite.S;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.node.store.JournalEntry;
import dev.mpp.node.store.NodeRecord;
import dev.mpp.node.store.OverrideRecord;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Operators' commands against the production brain, through the CLI, gRPC and the store. */
class OperatorDeskTest {
  @TempDir Path dir;

  private PaperSite site;

  @BeforeEach
  void start() throws Exception {
    site = new PaperSite(dir);
  }

  @AfterEach
  void stop() throws Exception {
    site.close();
    assertEquals(List.of(), site.violations);
  }

  private void restart() throws Exception {
    site.close();
    site = new PaperSite(dir);
  }

  private PaperSite.Result ok(String... args) {
    PaperSite.Result result = site.mpp(args);
    assertEquals(0, result.exit(), result.err());
    return result;
  }

  @Test
  void anOverrideMovesTheRoleAndNeverMakesTwoWritable() {
    site.await(State.ACTIVE, P);
    site.await(State.STANDBY, S);
    for (int round = 0; round < 3; round++) {
      PaperSite.Result set =
          ok("node", "set", S.toString(), "--state", "active", "--reason", "PRIMARY is drained");
      assertTrue(set.out().startsWith("OK: " + S + " state=ACTIVE"), set.out());
      site.await(State.ACTIVE, S);
      assertTrue(site.servers.get(P).readOnly, "the former ACTIVE is fenced");
      assertEquals(0, site.mpp("is-active", S.toString()).exit());
      assertEquals(1, site.mpp("is-active", P.toString()).exit());
      PaperSite.Result both =
          site.mpp("node", "set", P.toString(), "--state", "ACTIVE", "--reason", "both");
      assertEquals(1, both.exit());
      assertTrue(both.err().contains(S + " is ACTIVE by an override"), both.err());
      ok("node", "unset", S.toString());
      ok("node", "set", P.toString(), "--state", "ACTIVE", "--reason", "and back");
      site.await(State.ACTIVE, P);
      assertTrue(site.servers.get(S).readOnly);
      ok("node", "unset", P.toString());
      site.await(State.STANDBY, S);
    }
  }

  @Test
  void anOverrideIsShownEverywhere() {
    site.await(State.STANDBY, S);
    ok(
        "node",
        "set",
        S.toString(),
        "--status",
        "FAIL",
        "--weight",
        "7",
        "--for",
        "1h",
        "--user",
        "ann",
        "--reason",
        "slow\u001b[31m disk");
    NodeView n = site.await("FAIL", v -> v.status() == Status.FAIL, S);
    assertEquals(Status.OK, n.measured());
    String status = ok("status").out();
    assertTrue(status.contains("  S! " + S), status);
    assertTrue(status.contains("! override status=FAIL weight=7 until "), status);
    assertTrue(
        status.replaceAll("\\s+", " ").contains("by ann: slow [31m disk; measured OK"), status);
    assertTrue(ok("list").out().contains("  override  [override status=FAIL weight=7 until"));
    assertTrue(ok("list", "--classic").out().contains("[override status=FAIL weight=7 until"));
    String json = ok("status", "--json").out();
    assertTrue(json.contains("\"weight\" : 7"), json);
    assertTrue(json.contains("\"measured\" : \"OK\""), json);
    PaperSite.Result report = site.mpp("report", "eraser", S.toString());
    assertEquals(1, report.exit());
    assertTrue(
        report.out().startsWith("FAIL/STANDBY (SECONDARY) req=0 " + S + " [override "),
        report.out());
    assertTrue(ok("journal", "-n", "50").out().contains("(by ann)"));
    assertTrue(ok("journal", "--json", "-n", "50").out().contains("\"user\":\"ann\""));
    assertTrue(
        ok("pool", "show", "eraser")
            .out()
            .replaceAll(" +", " ")
            .contains("\n override status=FAIL weight=7"));
  }

  /** The brain's own guards, the store's own chain, the configuration's own numbers. */
  @Test
  void questionsAreAnsweredByTheRealThings() throws Exception {
    site.await(State.ACTIVE, P);
    site.await(State.STANDBY, S);
    String service = "mysql.eraser.test";
    PaperSite.Result active = ok("why-not", service, "site1");
    assertTrue(active.out().contains("it is ACTIVE in epoch "), active.out());
    assertEquals(1, site.mpp("why-not", service, "witness").exit());
    PaperSite.Result verified = ok("journal", "verify");
    assertTrue(verified.out().startsWith("site1: the journal is whole, "), verified.out());
    String head =
        verified.out().lines().filter(l -> l.startsWith("head ")).findFirst().orElseThrow();
    ok("journal", "verify", "--head", head.substring("head ".length()));
    PaperSite.Result other = site.mpp("journal", "verify", "--head", "1:" + "0".repeat(64));
    assertEquals(1, other.exit());
    assertTrue(other.out().contains("REWRITTEN  entry #1 has another hash"), other.out());
    String file = dir.resolve("data").resolve("mpp.db").toString();
    assertTrue(ok("journal", "verify", "--file", file).out().contains("is whole"));
    String states = ok("journal", "--since", "1", "--kind", "state", "--json").out();
    assertTrue(states.lines().allMatch(l -> l.contains("\"service\":\"" + service)), states);
    assertTrue(states.contains("STANDBY -> ACTIVE"), states);
    PaperSite.Result plan = site.mpp("plan", "failover", "--site-lost", "witness");
    assertEquals(1, plan.exit(), plan.out());
    assertTrue(plan.out().contains("1 of 3 would be left"), "nobody else is there: " + plan.out());
    assertTrue(ok("peers").out().contains("NEVER"));
  }

  @Test
  void aPauseIsInForceWhenItSaysSo() {
    site.await(State.ACTIVE, P);
    site.await(State.STANDBY, S);
    assertEquals(
        "OK: mysql.eraser.test is paused\n",
        ok("pause", "--user", "ann", "--reason", "firmware").out());
    String status = ok("status").out();
    assertTrue(status.contains("! PAUSED by ann: firmware"), status);
    assertEquals(2, status.split("PAUSED", -1).length, "once is enough: " + status);
    assertTrue(
        ok("pause", "--reason", "again").out().contains("is paused already, by ann: firmware"));
    site.servers.get(P).kill();
    site.await("seen to fail for long", n -> n.req() >= 8, P);
    assertEquals(State.STANDBY, site.node(S).state());
    assertEquals("OK: mysql.eraser.test is not paused any more\n", ok("resume", "--all").out());
    site.await(State.ACTIVE, S);
    assertFalse(ok("status").out().contains("PAUSED"));
    var times = ok("plan", "timing", "--config", dir.resolve("mpp.yml").toString()).out();
    assertTrue(times.contains("first failed poll of " + P + " to FAILED_OFFLINE"), times);
    assertTrue(times.contains("ACTIVE node FAILED to ACTIVE at " + S), times);
  }

  @Test
  void aPauseThatNobodyConfirmsIsNotCalledDone() {
    site.await(State.ACTIVE, P);
    site.ledger.stalled = true;
    PaperSite.Result result = site.mpp("--timeout", "5", "pause", "--reason", "x");
    assertEquals(1, result.exit());
    assertTrue(
        result
            .err()
            .matches("(?s).*is not confirmed by the ledger within 4\\.\\d s: no majority\\?.*"),
        result.err());
  }

  @Test
  void anOverrideSurvivesARestart() throws Exception {
    site.await(State.STANDBY, S);
    ok("node", "set", P.toString(), "--weight", "5", "--reason", "slow", "--user", "ann");
    ok("node", "set", S.toString(), "--state", "STANDBY", "--for", "2h", "--reason", "backup");
    var kept = site.await("overridden", n -> n.override().isPresent(), S).override().orElseThrow();
    restart();
    NodeView held = site.await("overridden", n -> n.override().isPresent(), S);
    assertEquals(kept, held.override().orElseThrow());
    site.await(State.ACTIVE, P);
    site.servers.get(P).kill();
    site.await(State.FAILED_OFFLINE, P);
    assertEquals(State.STANDBY, site.node(S).state(), "held there");
    ok("node", "unset", S.toString());
    site.await(State.ACTIVE, S);
    restart();
    assertEquals(List.of("weight=5"), overrides());
  }

  @Test
  void anOverrideEndsByItself() throws Exception {
    site.await(State.STANDBY, S);
    ok("node", "set", S.toString(), "--weight", "0", "--for", "1s", "--reason", "a moment");
    site.await("overridden", n -> n.override().isPresent(), S);
    site.await("without an override", n -> n.override().isEmpty(), S);
    assertEquals(List.of(), overrides());
    assertTrue(
        reasons().stream().anyMatch(r -> r.startsWith("its time is over; it was set by ")),
        reasons().toString());
  }

  @Test
  void whatEndedWhileDownIsDroppedAndWhatIsNotUnderstoodToo() throws Exception {
    var service = site.config.services().getFirst().name();
    site.store.save(new OverrideRecord(service, S, "weight=0", 1_000, "ann", "long ago"));
    site.store.save(new OverrideRecord(service, P, "mood=bad", 0, "ann", "from the future"));
    site.store.flush();
    restart();
    site.await(State.STANDBY, S);
    assertTrue(site.node(S).override().isEmpty());
    assertEquals(List.of(), overrides());
    assertTrue(
        reasons().contains("its time passed while this process was down; set by ann: long ago"));
    assertTrue(reasons().stream().anyMatch(r -> r.startsWith("it is not understood: \"mood\"")));
  }

  @Test
  void aFormerPoolIsListedAndForgotten() throws Exception {
    var service = site.config.services().getFirst().name();
    NodeAddress old = NodeAddress.parse("127.0.1.9:3306");
    site.store.save(
        new NodeRecord(
            service, "closed", old, 4, Status.FAIL, Status.OK, State.FAILED_OFFLINE, "", 1));
    site.store.save(new OverrideRecord(service, old, "weight=0", 0, "ann", "slow"));
    site.store.flush();
    String list = ok("pool", "list").out();
    assertTrue(list.matches("(?s).*eraser +failover +OK +.*"), list);
    assertTrue(list.contains("closed  -         not configured"), list);
    PaperSite.Result refused = site.mpp("pool", "delete", "eraser");
    assertEquals(1, refused.exit());
    assertTrue(refused.err().contains("take it out of mpp.yml first"), refused.err());
    assertEquals("OK: forgot 127.0.1.9:3306\n", ok("pool", "delete", "closed").out());
    assertEquals(List.of(), overrides());
    assertFalse(ok("pool", "list").out().contains("closed"));
    assertEquals(1, site.mpp("pool", "delete", "closed").exit());
    String show = ok("pool", "show", "mysql.eraser.test").out();
    assertTrue(
        show.contains("name:eraser;primary:127.0.1.1:13306;secondary:127.0.1.1:13307"), show);
    assertTrue(show.replaceAll(" +", " ").contains("\n poll.interval 200ms\n"), show);
  }

  @Test
  void recoverAndActivatePrimary() {
    site.await(State.ACTIVE, P);
    site.servers.get(P).kill();
    site.await(State.ACTIVE, S);
    PaperSite.Result recovered = ok("recover", "--pool", "eraser", "--reason", "power is back");
    assertTrue(
        recovered
            .out()
            .matches(
                "OK: Cached level reset from FAIL/\\d+ \\(FAILED_OFFLINE\\) to OK_WARN/0 \\(UNKNOWN\\) for "
                    + P
                    + "\n"),
        recovered.out());
    site.servers.get(P).alive = true;
    site.await(State.STANDBY, P);
    ok("activate-primary", "--reason", "it is the better machine");
    site.await(State.ACTIVE, P);
    assertTrue(site.servers.get(S).readOnly);
    assertEquals("OK: no node of pool eraser is FAILED\n", ok("recover", "--pool", "eraser").out());
  }

  /** What is kept once everything written before is on disk. */
  private List<String> overrides() throws Exception {
    site.store.flush();
    return site.store.overrides().stream().map(OverrideRecord::parts).toList();
  }

  private List<String> reasons() throws Exception {
    site.store.flush();
    return site.store.journal(0, 1_000).stream()
        .map(JournalEntry::event)
        .map(e -> e.reason())
        .toList();
  }
}
