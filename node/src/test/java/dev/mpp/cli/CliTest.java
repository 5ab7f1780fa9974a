package dev.mpp.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.FreePorts;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.api.FakeControl;
import dev.mpp.node.api.OperatorServer;
import dev.mpp.node.api.Pictures;
import dev.mpp.node.mysql.Eventually;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.tls.PeerRule;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands against a real server on loopback. */
final class CliTest {
  private static final NodeAddress S9 = new NodeAddress("10.9.0.9", 3306);
  private static final NodeSnapshot LAPSED =
      Pictures.lease(Pictures.standard(), Pictures.NOW - 1_000_000_000L);

  private final FakeControl control = new FakeControl();
  private OperatorServer server;

  private record Result(int exit, String out, String err) {}

  @BeforeEach
  void start() throws Exception {
    server =
        new OperatorServer(
            GrpcTransport.plaintext()
                .server(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    "operator",
                    PeerRule.anyOperator("test")),
            control,
            () -> Pictures.NOW,
            () -> Pictures.WALL);
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static Result plain(boolean colour, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Cli.run(Screen.of(out, err, colour), args);
    return new Result(exit, out.toString(), err.toString());
  }

  private Result mpp(String... args) {
    List<String> all = new ArrayList<>(List.of("--node", "127.0.0.1:" + server.port()));
    all.addAll(List.of(args));
    return plain(false, all.toArray(String[]::new));
  }

  @Test
  void statusScreen() {
    Result result = mpp("status");
    assertEquals(STATUS, result.out());
    assertEquals(0, result.exit());
    assertTrue(result.out().lines().allMatch(l -> l.length() <= 100));
  }

  @Test
  void wideLinesAreNotCut() {
    assertTrue(
        mpp("status", "--wide")
            .out()
            .contains(
                "[skipped 2 polls] Could not connect to mysql host 10.1.0.2:3306: Too many"
                    + " connections\n"));
  }

  @Test
  void colourOnlyWhereItIsWanted() {
    assertFalse(mpp("status").out().contains("\u001b"));
    Result painted = plain(true, "status", "--node", "127.0.0.1:" + server.port());
    assertTrue(painted.out().contains("\u001b[32mACTIVE"), painted.out());
    assertEquals(STATUS, painted.out().replaceAll("\u001b\\[\\d+m", "").replaceAll(" +\n", "\n"));
  }

  @Test
  void classicListing() {
    assertEquals(CLASSIC, mpp("list", "--classic").out());
  }

  @Test
  void plainListing() {
    assertEquals(PLAIN, mpp("list").out());
  }

  @Test
  void json() throws Exception {
    var root = new ObjectMapper().readTree(mpp("status", "--json").out());
    assertEquals(1, root.path("format").asInt());
    assertEquals("site1", root.path("services").path(0).path("active").asText());
    assertEquals(4_900, root.path("services").path(0).path("own_left_ms").asInt());
    assertEquals("ACTIVE", root.at("/sites/0/pools/0/nodes/0/state").asText());
    assertEquals(1, root.at("/sites/1/pools/0/nodes/0/lag_s").asInt());
    assertFalse(root.at("/sites/2/connected").asBoolean());
    assertEquals(12_400, root.at("/sites/2/heard_age_ms").asInt());
  }

  @Test
  void recover() {
    Result done = mpp("recover", "10.1.0.2:3306", "--reason", "disk replaced", "--user", "ann");
    assertEquals(
        "OK: Cached level reset from OK/0 (FAILED_OFFLINE) to OK_WARN/0 (UNKNOWN) for"
            + " 10.1.0.2:3306\n",
        done.out());
    assertEquals(0, done.exit());
    assertEquals(
        new BrainEvent.OperatorRecover(
            Pictures.SERVICE, Optional.of(Pictures.S1), "ann", "disk replaced"),
        control.orders.getFirst());
    control.answer =
        CompletableFuture.failedFuture(new IllegalArgumentException("it has not failed"));
    assertEquals(
        new Result(1, "", "mpp: refused: it has not failed\n"), mpp("recover", "10.1.0.2"));
    assertEquals(
        new Result(
            1,
            "",
            "mpp: refused: 10.2.0.1:3306 is not a node of site1; it is a node of site2: ask a node"
                + " of that site (--node)\n"),
        mpp("recover", "10.2.0.1"));
  }

  /** On a thread of its own: the common pool may be one thread, and taken. */
  private CompletableFuture<Result> aside(String... arguments) {
    return CompletableFuture.supplyAsync(() -> mpp(arguments), r -> Thread.ofVirtual().start(r));
  }

  @Test
  void watch() throws Exception {
    control.log("failover", "site1 takes over", "");
    CompletableFuture<Result> watching = aside("watch", "--after", "0", "-n", "3");
    long limit = System.nanoTime() + 10_000_000_000L;
    while (control.watchers.isEmpty() && System.nanoTime() < limit) {
      Thread.sleep(5);
    }
    control.log("recover", "10.1.0.2:3306 reset", "ann");
    Result result = watching.get(10, java.util.concurrent.TimeUnit.SECONDS);
    assertEquals(0, result.exit());
    List<String> lines = result.out().lines().sorted().toList();
    assertEquals(
        List.of(
            "15:33:04.000  #1 failover mysql.eraser.com epoch 7: site1 takes over",
            "15:33:04.000  #2 recover mysql.eraser.com epoch 7: 10.1.0.2:3306 reset (by ann)",
            "15:33:04.000  mysql.eraser.com: ACTIVE at site1, serving, epoch 7. site1 holds the"
                + " lease and 10.1.0.1:3306 is writable."),
        lines);
  }

  @Test
  void journal() {
    for (int i = 1; i <= 12; i++) {
      control.log("test", "entry " + i, "");
    }
    Result result = mpp("journal", "-n", "2");
    assertEquals(
        """
        2007-11-20 15:33:04  #11 test mysql.eraser.com epoch 7: entry 11
        2007-11-20 15:33:04  #12 test mysql.eraser.com epoch 7: entry 12
        """,
        result.out());
  }

  @Test
  void nodesAreTriedInTurn() {
    String dead = "127.0.0.1:1";
    String alive = "127.0.0.1:" + server.port();
    assertEquals(0, plain(false, "status", "--node", dead + "," + alive).exit());
    assertEquals(
        new Result(
            3,
            "",
            "mpp: cannot reach 127.0.0.1:1 (connection refused) (set --node or MPP_NODE; for the"
                + " demo: ./mpp demo)\n"),
        plain(false, "--node", dead, "status"));
    assertEquals(
        "mpp: 127.0.0.1:1 (connection refused); " + alive + " answers instead\n",
        plain(false, "status", "--node", dead + "," + alive).err());
  }

  @Test
  void aFrozenNodeCostsOneSecondOfSeveralAndTheTimeOutAlone() throws Exception {
    try (ServerSocket frozen = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      String hangs = "127.0.0.1:" + frozen.getLocalPort();
      String alive = "127.0.0.1:" + server.port();
      long begin = System.nanoTime();
      Result result = plain(false, "list", "--node", hangs + "," + alive);
      assertTrue(System.nanoTime() - begin < 3_500_000_000L);
      assertEquals(
          new Result(
              0,
              PLAIN,
              "mpp: "
                  + hangs
                  + " (no answer within 1 s); "
                  + alive
                  + " answers instead\nmpp: "
                  + Words.INSECURE
                  + "\n"),
          result);
      Result alone = plain(false, "status", "--timeout", "1", "--node", hangs);
      assertEquals(3, alone.exit());
      assertTrue(alone.err().contains(hangs + " (no answer within 1 s) (set"), alone.err());
    }
  }

  @Test
  void aWatcherWhomNobodyAnswersAtFirstTriesAgain() throws Exception {
    int port = FreePorts.next();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] watch = {"watch", "--after", "0", "-n", "1", "--node", "127.0.0.1:" + port};
    CompletableFuture<Integer> watching =
        CompletableFuture.supplyAsync(
            () -> Cli.run(Screen.of(out, err, false), watch), r -> Thread.ofVirtual().start(r));
    Eventually.within(
        Duration.ofSeconds(20),
        "it says that it tries again",
        () -> err.toString().contains("cannot reach 127.0.0.1:" + port));
    assertTrue(err.toString().contains("; trying again until Ctrl-C\n"), err.toString());
    control.log("failover", "site1 takes over", "");
    try (OperatorServer late =
        new OperatorServer(
            GrpcTransport.plaintext()
                .server(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    "operator",
                    PeerRule.anyOperator("test")),
            control,
            () -> Pictures.NOW,
            () -> Pictures.WALL)) {
      late.start();
      assertEquals(0, watching.get(20, java.util.concurrent.TimeUnit.SECONDS));
    }
  }

  @Test
  void recoverGoesOnToTheSiteThatHasTheNode() throws Exception {
    FakeControl other = new FakeControl();
    other.picture =
        Pictures.picture(
            List.of(Pictures.node(S9, NodeType.PRIMARY, 0, Status.OK, State.STANDBY, "")), false);
    try (OperatorServer second =
        new OperatorServer(
            GrpcTransport.plaintext()
                .server(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    "operator",
                    PeerRule.anyOperator("test")),
            other,
            () -> Pictures.NOW,
            () -> Pictures.WALL)) {
      second.start();
      String both = "127.0.0.1:" + server.port() + ",127.0.0.1:" + second.port();
      Result done = plain(false, "--node", both, "recover", "10.9.0.9:3306");
      assertEquals(0, done.exit(), done.err());
      assertEquals(1, other.orders.size());
      assertEquals(List.of(), control.orders);
      Result nobody = plain(false, "--node", both + ",127.0.0.1:1", "recover", "10.8.0.8:3306");
      assertEquals(
          new Result(
              1,
              "",
              "mpp: refused: 10.8.0.8:3306 is not a node of site1; no site lists it (mpp pool"
                  + " list); cannot reach 127.0.0.1:1 (connection refused)\n"),
          nobody);
    }
  }

  @Test
  void whatIsNoNodeIsSaidSo() throws Exception {
    try (ServerSocket mysql = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread greeter =
          Thread.startVirtualThread(
              () -> {
                try (Socket client = mysql.accept()) {
                  client.getOutputStream().write("J\0\0\0\n8.0.36 a greeting".getBytes(UTF_8));
                  client.getOutputStream().flush();
                  Thread.sleep(2_000);
                } catch (Exception e) {
                  // The test is over.
                }
              });
      Result result = plain(false, "--node", "127.0.0.1:" + mysql.getLocalPort(), "status");
      assertEquals(3, result.exit());
      assertTrue(result.err().contains("(not an MPP node, or an older one)"), result.err());
      assertEquals(1, result.err().lines().count());
      greeter.interrupt();
    }
    Result unknown = plain(false, "--node", "no-such-host.invalid", "status");
    assertEquals(3, unknown.exit());
    assertTrue(unknown.err().contains("no-such-host.invalid:7402 (unknown host)"), unknown.err());
  }

  @Test
  void aLapsedLeaseMeansNobody() throws Exception {
    control.picture = LAPSED;
    String screen = mpp("status").out();
    assertTrue(
        screen.contains(
            "SERVICE mysql.eraser.com   NOBODY ACTIVE (last: site1)   epoch 7   lease lapsed 1.0 s"
                + " ago\n"),
        screen);
    assertFalse(screen.contains("serving"), screen);
    assertFalse(screen.contains("holds the role"), screen);
    String painted = plain(true, "status", "--node", "127.0.0.1:" + server.port()).out();
    assertTrue(painted.contains("\u001b[31mNOBODY ACTIVE (last: site1)"), painted);
    var root = new ObjectMapper().readTree(mpp("status", "--json").out());
    assertTrue(root.at("/services/0/lapsed").asBoolean());
    control.picture = Pictures.standard();
    root = new ObjectMapper().readTree(mpp("status", "--json").out());
    assertFalse(root.at("/services/0/lapsed").asBoolean(true));
    control.picture = Pictures.lease(LAPSED, Long.MIN_VALUE);
    assertTrue(mpp("status").out().contains("NOBODY ACTIVE (last: site1)"));
  }

  /** Every replica of these pictures has 10.1.0.1:3306 as its source. */
  @Test
  void aServerThatFollowsAnotherThanTheActiveSaysWhom() {
    assertFalse(mpp("status").out().contains("follows"));
    control.picture =
        Pictures.picture(
            List.of(Pictures.node(Pictures.S1, NodeType.SECONDARY, 0, Status.OK, State.ACTIVE, "")),
            true);
    String screen = mpp("status").out();
    assertTrue(screen.contains("\n               follows 10.1.0.1:3306\n"), screen);
  }

  @Test
  void aFollowerIsToldOfTheLapse() throws Exception {
    CompletableFuture<Result> watching = aside("watch", "-n", "2");
    long limit = System.nanoTime() + 10_000_000_000L;
    while (control.watchers.isEmpty() && System.nanoTime() < limit) {
      Thread.sleep(5);
    }
    control.publish(Pictures.standard());
    control.publish(LAPSED);
    assertTrue(
        watching
            .get(10, java.util.concurrent.TimeUnit.SECONDS)
            .out()
            .contains("mysql.eraser.com: NOBODY ACTIVE, epoch 7. The lease of site1 has lapsed. "));
  }

  @Test
  void whatASilentSiteSaidIsMarked() throws Exception {
    control.picture = Pictures.silent(Pictures.standard());
    String screen = mpp("status").out();
    assertTrue(screen.contains("10.2.0.1:3306          ACTIVE?         OK"), screen);
    assertTrue(screen.contains("13 s old: it was so"), screen);
    assertEquals(1, screen.split(" ACTIVE  ", -1).length - 1, screen);
    String painted = plain(true, "status", "--node", "127.0.0.1:" + server.port()).out();
    assertFalse(painted.contains("\u001b[32mACTIVE?"), painted);
    String list = mpp("list").out();
    assertTrue(list.contains("  ACTIVE?  "), list);
    assertTrue(list.contains("13 s old: it was so"), list);
    var root = new ObjectMapper().readTree(mpp("status", "--json").out());
    assertTrue(root.at("/sites/1/stale").asBoolean());
    assertTrue(root.at("/sites/1/pools/0/nodes/0/stale").asBoolean());
    assertFalse(root.at("/sites/0/stale").asBoolean(true));
    assertFalse(root.at("/sites/0/pools/0/nodes/0/stale").asBoolean(true));
  }

  @Test
  void lostRedundancyIsSaid() {
    assertFalse(mpp("status").out().contains("no site to fail over to"));
    control.picture = Pictures.alone(Pictures.standard());
    assertTrue(
        mpp("status")
            .out()
            .contains("\n! no site to fail over to: only site1 has every acknowledged write\n"));
  }

  @Test
  void longSentencesAreWrappedNotCut() {
    String sentence = "the decisive word comes late ".repeat(6) + "here: FENCED";
    control.picture = Pictures.sentence(Pictures.standard(), sentence);
    String screen = mpp("status").out();
    assertTrue(screen.lines().allMatch(l -> l.length() <= 100), screen);
    assertTrue(screen.replaceAll("\\s+", " ").contains(sentence), screen);
    assertTrue(mpp("status", "--wide").out().contains("\n  " + sentence + "\n"));
  }

  @Test
  void theDefaultPortIsTheOperators() {
    assertEquals(7402, Nodes.Address.parse("10.1.0.10").port());
    assertEquals(new Nodes.Address("::1", 7402), Nodes.Address.parse("[::1]"));
  }

  @Test
  void numbersMustBePositive() {
    assertEquals(
        new Result(2, "", "mpp: --timeout 0 is less than 1\n"), mpp("--timeout", "0", "status"));
    assertEquals(2, mpp("journal", "-n", "0").exit());
    assertEquals(2, mpp("watch", "-n", "-1").exit());
    assertTrue(plain(false, "--version").out().startsWith("MPP "));
  }

  @Test
  void wrongUsage() {
    assertEquals(
        new Result(2, "", "mpp status: Unknown option: '--jsn'; see mpp status --help\n"),
        plain(false, "status", "--jsn"));
    assertEquals(2, plain(false).exit());
    assertEquals(2, plain(false, "recover").exit());
    assertEquals(
        "mpp: --node 2001:db8::1 is not HOST:PORT ([ADDRESS]:PORT for IPv6)\n",
        plain(false, "--node", "2001:db8::1", "status").err());
  }

  @Test
  void helpIsForStrangers() {
    Result help = plain(false, "--help");
    assertEquals(0, help.exit());
    for (String word : List.of("status", "list", "watch", "recover", "MPP_NODE", "Exit status")) {
      assertTrue(help.out().contains(word), help.out());
    }
    assertTrue(help.out().lines().allMatch(l -> l.length() <= 100));
    assertEquals(0, plain(false, "recover", "--help").exit());
  }

  private static final String STATUS =
      """
      MPP 0.1.0 at site1, 2007-11-20 15:33:04 UTC
      ! INSECURE: sites and operators are not authenticated and nothing is encrypted.
      ! site3 is silent: last heard 12 s ago; what is shown of it is that old.

      SERVICE mysql.eraser.com   ACTIVE at site1, serving   epoch 7   own lease 4.9 s
        site1 holds the lease and 10.1.0.1:3306 is writable.
        in sync: site1, site2
        addresses: site1 192.0.2.1, site2 198.51.100.1
        SITE      T  NODE                   STATE           STATUS       REQ     LAG  MESSAGE
        site1     *  mysql.eraser.com_pool  holds the role  OK                        Holds the lease.
                  P  10.1.0.1:3306          ACTIVE          OK             0       -  [skipped 2 polls]
                  S  10.1.0.2:3306          FAILED_OFFLINE  FAIL          45       -
                     [skipped 2 polls] Could not connect to mysql host 10.1.0.2:3306: Too many connections
        site2     *  mysql.eraser.com_pool  eligible        OK                        Ready to take over.
                  P  10.2.0.1:3306          STANDBY         OK_INFO        1     1 s
                     [skipped 2 polls] (recovering)  [31mLost connection

      SITES
        SITE      ROLE     LINK  RTT         HEARD     REACH   VERSION         ITS LINKS
        site1     site     self  -           -         GLOBAL  0.1.0           site3 DOWN
        site2     site     up    0.21 ms     0.2 s     GLOBAL  0.1.0           site3 DOWN
        site3     witness  DOWN  -           12 s      ?       ?

      CHECKPOINTS
        SITE      STATUS        REQ  CHECKPOINT                                    MESSAGE
        site1     OK              0  external:http:www.google.com:default
        site1     OK_WARN         2  edge:simple:router.site1.eraser.com:default
                     connection timed out after 4 s
        site2     OK              0  external:http:www.google.com:default
        site2     OK_WARN         2  edge:simple:router.site2.eraser.com:default
                     connection timed out after 4 s

      AGREEMENT
        leader site1, this node LEADER, term 3, applied 1250, fresh 0.3 s ago
      """;
  private static final String CLASSIC =
      """
      T Server Name                     req  Time of Last Request  Status  State           Last Status Message
      - ------------------------------  ---  --------------------  ------- --------------  -------------------
      * [ mysql.eraser.com_pool ] status=OK
      P 10.1.0.1:3306                   0    2007-11-20 15:33:04   OK      ACTIVE
      S 10.1.0.2:3306                   45   2007-11-20 15:33:04   FAIL    FAILED_OFFLINE  Could not connect to mysql host 10.1.0.2:3306: Too many connections
      C external:http:www.google.com:default  0    2007-11-20 15:33:04   OK      -
      C edge:simple:router.site1.eraser.com:default  2    2007-11-20 15:33:04   OK_WARN -               connection timed out after 4 s
      """;
  private static final String PLAIN =
      """
      SITE   SERVICE           T  SERVER                                       REQ  LAST REQUEST         STATUS   STATE           FLAGS      MESSAGE
      site1  mysql.eraser.com  P  10.1.0.1:3306                                0    2007-11-20T15:33:04  OK       ACTIVE          skipped=2  -
      site1  mysql.eraser.com  S  10.1.0.2:3306                                45   2007-11-20T15:33:04  FAIL     FAILED_OFFLINE  skipped=2  Could not connect to mysql host 10.1.0.2:3306: Too many connections
      site1  -                 C  external:http:www.google.com:default         0    2007-11-20T15:33:04  OK       -               -          -
      site1  -                 C  edge:simple:router.site1.eraser.com:default  2    2007-11-20T15:33:04  OK_WARN  -               -          connection timed out after 4 s
      site2  mysql.eraser.com  P  10.2.0.1:3306                                1    2007-11-20T15:33:04  OK_INFO  STANDBY         skipped=2  (recovering)  [31mLost connection
      site2  -                 C  external:http:www.google.com:default         0    2007-11-20T15:33:04  OK       -               -          -
      site2  -                 C  edge:simple:router.site2.eraser.com:default  2    2007-11-20T15:33:04  OK_WARN  -               -          connection timed out after 4 s
      """;
}
