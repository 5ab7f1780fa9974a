package dev.mpp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.api.FakeControl;
import dev.mpp.node.api.NodeControl;
import dev.mpp.node.api.Pictures;
import dev.mpp.proto.v1.OrderReply;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The operators' orders and questions, word for word, against a real server on loopback. */
final class OperatorCommandsTest {
  private OperatorBench bench;
  private FakeControl control;

  @BeforeEach
  void start() throws Exception {
    bench = new OperatorBench();
    control = bench.control;
    control.answer = CompletableFuture.completedFuture("OK: done");
  }

  @AfterEach
  void stop() {
    bench.close();
  }

  private OperatorBench.Result mpp(String... args) {
    return bench.mpp(args);
  }

  @Test
  void anOverrideGoesThroughAsWritten() {
    OperatorBench.Result done =
        mpp(
            "node",
            "set",
            "10.1.0.2",
            "--state",
            "fail_online",
            "--status",
            "ok_warn",
            "--type",
            "primary",
            "--weight",
            "7",
            "--for",
            "90s",
            "--user",
            "ann",
            "--reason",
            "disk\nis slow");
    assertEquals(new OperatorBench.Result(0, "OK: done\n", ""), done);
    NodeOverride what =
        NodeOverride.parse("state", "FAILED_ONLINE")
            .with(NodeOverride.parse("status", "OK_WARN"))
            .with(NodeOverride.parse("type", "PRIMARY"))
            .with(NodeOverride.parse("weight", "7"));
    assertEquals(
        new BrainEvent.OperatorOverride(
            Pictures.SERVICE,
            Pictures.S1,
            what,
            TimeUnit.SECONDS.toNanos(90),
            Pictures.WALL + 90_000,
            "ann",
            "disk is slow"),
        control.orders.getFirst());
    assertEquals(0, mpp("node", "unset", "10.1.0.2:3306", "--user", "ann").exit());
    assertEquals(
        new BrainEvent.OperatorLift(Pictures.SERVICE, Pictures.S1, "ann", ""),
        control.orders.get(1));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --reason x                    | nothing to set: give --state, --status, --type or --weight
          --weight 7                    | mpp node set needs --reason "…"
          --state up --reason x         | --state up is not one of ACTIVE, STANDBY, FAILED_ONLINE, FAILED_OFFLINE
          --state unknown --reason x    | --state unknown: a node cannot be held UNKNOWN
          --status good --reason x      | --status good is not one of OK, OK_INFO, OK_WARN, OK_CRITICAL, FAIL
          --type master --reason x      | --type master is not one of PRIMARY, SECONDARY
          --weight 1001 --reason x      | --weight 1001 is not a whole number from 0 to 1000
          --weight -1 --reason x        | --weight -1 is not a whole number from 0 to 1000
          --weight 1 --for 5 --reason x | --for 5 is not a duration; write 90s, 30m, 2h or 3d
          --weight 1 --for 31d --reason x | --for 31d is outside 1s to 30d
          --weight 1 --for 0s --reason x | --for 0s is outside 1s to 30d
          """)
  void wrongInputNamesTheFlagTheValueAndTheRemedy(String args, String message) {
    List<String> all = new ArrayList<>(List.of("node", "set", "10.1.0.2"));
    all.addAll(List.of(args.split(" ")));
    OperatorBench.Result wrong = mpp(all.toArray(String[]::new));
    assertEquals(2, wrong.exit());
    assertTrue(wrong.err().startsWith("mpp: " + message), wrong.err());
    assertEquals(List.of(), control.orders);
  }

  @Test
  void anotherSitesNodeIsRefusedSayingWhomToAsk() {
    assertEquals(
        new OperatorBench.Result(
            1,
            "",
            "mpp: refused: 10.2.0.1:3306 is not a node of site1; it is a node of site2: ask a node"
                + " of that site (--node)\n"),
        mpp("node", "set", "10.2.0.1", "--weight", "0", "--reason", "x"));
    assertTrue(
        mpp("recover", "--pool", "nowhere").err().contains("nowhere is not a pool or service of"));
    assertEquals(2, mpp("recover").exit());
    assertEquals(List.of(), control.orders);
  }

  @Test
  void theDaemonsCommandStaysWhatItWas() {
    OperatorBench.Result missing = mpp("node");
    assertEquals(2, missing.exit());
    assertTrue(missing.err().contains("Missing required option: '--config=FILE'"), missing.err());
    OperatorBench.Result none = mpp("node", "--config", "/nonexistent/mpp.yml", "--check");
    assertEquals(2, none.exit());
    String help = mpp("node", "--help").out();
    for (String word : List.of("--bootstrap", "set", "unset", "SIGTERM")) {
      assertTrue(help.contains(word), help);
    }
  }

  @Test
  void everyCommandExplainsItself() {
    for (String command :
        List.of(
            "node set",
            "node unset",
            "pause",
            "resume",
            "activate-primary",
            "recover",
            "pool list",
            "pool show",
            "pool delete",
            "report",
            "is-active",
            "checkpoint list",
            "checkpoint test",
            "plan timing")) {
      OperatorBench.Result help = mpp((command + " --help").split(" "));
      assertEquals(0, help.exit(), command);
      assertTrue(help.out().contains("Exit status"), help.out());
      assertTrue(help.out().lines().allMatch(l -> l.length() <= 100), help.out());
    }
    for (String group : List.of("pool", "checkpoint", "simulate", "plan")) {
      assertEquals(2, mpp(group).exit());
      assertEquals(0, mpp(group, "--help").exit());
    }
  }

  private static NodeSnapshot twoServices() {
    NodeSnapshot s = Pictures.standard();
    NodeSnapshot.Service v = s.services().getFirst();
    List<NodeSnapshot.Service> both = new ArrayList<>(s.services());
    both.add(
        new NodeSnapshot.Service(
            new ServiceName("shop.eraser.com"),
            v.grant(),
            v.leaseEnd(),
            false,
            Long.MIN_VALUE,
            "",
            List.of()));
    return new NodeSnapshot(
        s.takenAt(),
        s.local(),
        s.peers(),
        both,
        s.ledger(),
        s.ledgerFreshAt(),
        s.insecure(),
        s.lastEventSequence());
  }

  @Test
  void aPauseOfOneOfSeveralServicesNamesIt() {
    assertEquals(2, mpp("pause").exit());
    control.picture = twoServices();
    assertEquals(
        new OperatorBench.Result(
            1,
            "",
            "mpp: refused: there are several services; name one, or say --all: mysql.eraser.com,"
                + " shop.eraser.com\n"),
        mpp("pause", "--reason", "x"));
    assertTrue(
        mpp("pause", "shop.eraser.org", "--reason", "x")
            .err()
            .contains("there is no service shop.eraser.org; there is mysql.eraser.com, shop"));
    control.answer = CompletableFuture.completedFuture("OK: mysql.eraser.com is not paused");
    assertEquals(
        new OperatorBench.Result(0, "OK: mysql.eraser.com is not paused\n", ""),
        mpp("resume", "MYSQL.eraser.com"));
    assertEquals(0, mpp("resume", "--all").exit());
    assertEquals(3, control.orders.size());
    assertEquals(List.of(), control.watchers);
  }

  @Test
  void onlyTheHolderSaysYes() {
    assertEquals(
        new OperatorBench.Result(0, "10.1.0.1:3306 is ACTIVE\n", ""), mpp("is-active", "10.1.0.1"));
    assertEquals(new OperatorBench.Result(0, "", ""), mpp("is-active", "10.1.0.1", "--quiet"));
    assertEquals(
        new OperatorBench.Result(1, "10.1.0.2:3306 is not ACTIVE: it is FAILED_OFFLINE\n", ""),
        mpp("is-active", "10.1.0.2"));
    OperatorBench.Result foreign = mpp("is-active", "10.2.0.1");
    assertEquals(1, foreign.exit());
    assertTrue(foreign.err().contains("ask a node of its own site"), foreign.err());
    control.picture = Pictures.lease(Pictures.standard(), Pictures.NOW + 1_000_000_000L);
    assertEquals(
        "10.1.0.1:3306 is not ACTIVE: site1 does not hold the lease\n",
        mpp("is-active", "10.1.0.1").out());
    control.picture =
        Pictures.picture(
            List.of(Pictures.node(Pictures.P1, NodeType.PRIMARY, 0, Status.OK, State.ACTIVE, "")),
            true,
            Status.OK,
            Pictures.NOW - 3_500_000_000L);
    assertEquals(
        new OperatorBench.Result(
            1, "10.1.0.1:3306 is not ACTIVE: the asked node decided nothing for 3.5 s\n", ""),
        mpp("is-active", "10.1.0.1"));
    assertEquals(1, mpp("report", "mysql.eraser.com", "10.1.0.1").exit(), "old is never good");
    assertEquals(1, mpp("is-active", "10.1.0.1", "-q").exit());
    assertEquals(2, mpp("is-active", "2001:db8::1").exit());
  }

  @Test
  void aReportIsOneLine() {
    assertEquals(
        new OperatorBench.Result(0, "OK/ACTIVE (PRIMARY) req=0 10.1.0.1:3306\n", ""),
        mpp("report", "mysql.eraser.com_pool", "10.1.0.1:3306"));
    assertEquals(
        new OperatorBench.Result(
            1,
            "FAIL/FAILED_OFFLINE (SECONDARY) req=45 10.1.0.2:3306 Could not connect to mysql host"
                + " 10.1.0.2:3306: Too many connections\n",
            ""),
        mpp("report", "mysql.eraser.com", "10.1.0.2"));
    assertEquals(
        new OperatorBench.Result(
            0,
            "OK_INFO/STANDBY (PRIMARY) req=1 10.2.0.1:3306 (recovering)  [31mLost connection\n",
            ""),
        mpp("report", "mysql.eraser.com", "10.2.0.1"));
    control.picture = Pictures.silent(Pictures.standard());
    assertEquals(
        new OperatorBench.Result(
            1, "OK/ACTIVE (PRIMARY) req=0 10.2.0.1:3306 stale 13 s old: it was so\n", ""),
        mpp("report", "mysql.eraser.com", "10.2.0.1"));
    OperatorBench.Result none = mpp("report", "mysql.eraser.com", "10.7.0.7");
    assertEquals(1, none.exit());
    assertTrue(none.err().contains("mpp pool list shows what there is"), none.err());
  }

  @Test
  void checkpointsAreListedAndProbed() throws Exception {
    String list = mpp("checkpoint", "list").out();
    assertTrue(
        list.contains("external:http:www.google.com:default         EXTERNAL  http    OK"), list);
    assertTrue(list.contains("connection timed out after 4 s"), list);
    var json = new ObjectMapper().readTree(mpp("checkpoint", "list", "--json").out());
    assertEquals(2_000, json.at("/checkpoints/0/interval_ms").asInt());
    assertEquals(
        new OperatorBench.Result(
            0, "OK external:http:www.google.com:default after 12.3 ms: HTTP 200\n", ""),
        mpp("checkpoint", "test", "external:http:www.google.com:default"));
    OperatorBench.Result fail =
        mpp("checkpoint", "test", "edge:simple:router.site1.eraser.com:default");
    assertEquals(1, fail.exit());
    assertTrue(fail.out().startsWith("FAIL edge:simple:router"), fail.out());
    OperatorBench.Result nonsense = mpp("checkpoint", "test", "nonsense");
    assertEquals(
        new OperatorBench.Result(
            1, "", "mpp: refused: \"nonsense\" is not class:method:target:profile\n"),
        nonsense);
  }

  @Test
  void anOrderThatIsRefusedInPartSaysBoth() {
    StringWriter out = new StringWriter();
    Terminal terminal = Screen.of(out, out);
    OrderReply reply =
        OrderReply.newBuilder().addLines("OK: a is paused").addLines("ERROR: b is not").build();
    CliFailure failure = assertThrows(CliFailure.class, () -> Answers.print(terminal, reply));
    assertEquals("OK: a is paused\n", out.toString());
    assertEquals("refused: b is not", failure.getMessage());
    assertEquals(1, failure.exitCode());
  }

  @Test
  void poolsOfEverySite() throws Exception {
    for (String site : List.of("site1", "site2", "site4")) {
      control.pools.add(
          new NodeControl.Pool(
              new SiteId(site),
              Pictures.SERVICE,
              "pool_" + site,
              "failover",
              "name:pool_" + site + ";primary:10.1.0.1",
              "pool:\n  name: pool_" + site + "\n",
              List.of(new NodeControl.Setting("fail-at", "FAIL")),
              List.of(Pictures.P1)));
    }
    control.picture = Pictures.silent(Pictures.standard());
    assertEquals(
        """
        SITE   SERVICE           POOL        LOGIC     STATUS  ACTIVE          NODES
        site1  mysql.eraser.com  pool_site1  failover  OK      10.1.0.1:3306   10.1.0.1:3306
        site2  mysql.eraser.com  pool_site2  failover  OK?     10.2.0.1:3306?  10.1.0.1:3306
        site4  mysql.eraser.com  pool_site4  failover  ?       -               10.1.0.1:3306
        """,
        mpp("pool", "list").out());
    var json = new ObjectMapper().readTree(mpp("pool", "list", "--json").out());
    assertTrue(json.at("/pools/1/stale").asBoolean());
    String show = mpp("pool", "show", "pool_site1").out();
    assertTrue(show.contains("  one line                name:pool_site1;primary:10.1.0.1\n"), show);
    assertTrue(show.contains("\n  holds the role          Holds the lease.\n"), show);
    assertTrue(
        show.contains("  SECONDARY 10.1.0.2:3306\n    state                 FAILED_OFFLINE\n"),
        show);
    json = new ObjectMapper().readTree(mpp("pool", "show", "pool_site1", "--json").out());
    assertEquals("FAIL", json.at("/pools/0/seen/nodes/1/status").asText());
    OperatorBench.Result none = mpp("pool", "show", "pool_x");
    assertEquals(1, none.exit());
    assertTrue(none.err().contains("there is pool_site1, pool_site2, pool_site4"), none.err());
  }

  @Test
  void aRefusalSaysWhy() {
    assertFalse(mpp("activate-primary", "mysql.eraser.com", "--user", "ann").out().isEmpty());
    assertEquals(
        new BrainEvent.OperatorActivate(Pictures.SERVICE, "ann", ""), control.orders.getFirst());
    control.answer =
        CompletableFuture.completedFuture("ERROR: the PRIMARY is not STANDBY but FAILED_OFFLINE");
    assertEquals(
        new OperatorBench.Result(
            1, "", "mpp: refused: the PRIMARY is not STANDBY but FAILED_OFFLINE\n"),
        mpp("activate-primary"));
  }
}
