package dev.mpp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalReport;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.LinkView;
import dev.mpp.core.model.Status;
import dev.mpp.node.Main;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.api.FakeControl;
import dev.mpp.node.api.OperatorServer;
import dev.mpp.node.api.Pictures;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.tls.PeerRule;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Why-not, plan failover, peers and the journal against a real server on loopback. */
final class OperatorQuestionsTest {
  private static final String SERVICE = Pictures.SERVICE.name();

  private final FakeControl control = new FakeControl();
  private final List<OperatorServer> servers = new ArrayList<>();
  private int port;

  private record Result(int exit, String out, String err) {}

  @BeforeEach
  void start() throws Exception {
    port = serve(control, 0);
  }

  private int serve(FakeControl node, int at) throws Exception {
    OperatorServer server =
        new OperatorServer(
            GrpcTransport.plaintext()
                .server(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), at),
                    "operator",
                    PeerRule.anyOperator("test")),
            node,
            () -> Pictures.NOW,
            () -> Pictures.WALL);
    server.start();
    servers.add(server);
    return server.port();
  }

  @AfterEach
  void stop() {
    servers.forEach(OperatorServer::close);
  }

  private Result mpp(String... args) {
    return mpp(new StringWriter(), args);
  }

  private Result mpp(StringWriter out, String... args) {
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("--node", "127.0.0.1:" + port));
    all.addAll(List.of(args));
    int exit = Main.commandLine(Screen.of(out, err)).execute(all.toArray(String[]::new));
    return new Result(exit, out.toString(), err.toString());
  }

  private static String flat(String text) {
    return text.replaceAll("\\s+", " ");
  }

  // ---- why-not ------------------------------------------------------------------------------

  private static SiteView with(SiteView v, boolean eligible, Guard... guards) {
    SiteView.PoolView p = v.pools().getFirst();
    return links(
        v,
        List.of(
            new SiteView.PoolView(
                p.service(),
                p.name(),
                p.status(),
                eligible,
                p.reason(),
                p.best(),
                p.advance(),
                p.nodes(),
                "",
                List.of(guards))),
        v.links());
  }

  private static SiteView links(SiteView v, List<SiteView.PoolView> pools, List<LinkView> links) {
    return new SiteView(
        v.site(),
        v.incarnation(),
        v.sequence(),
        v.witness(),
        v.version(),
        v.configHash(),
        v.reach(),
        v.checkpoints(),
        pools,
        links,
        List.of(),
        Optional.of(new SiteView.Replica("site1", 1250, 100)),
        Optional.of(new JournalHead(12, FakeControl.HASH)),
        "",
        false);
  }

  private static NodeSnapshot second(NodeSnapshot s, SiteView view) {
    NodeSnapshot.Peer p = s.peers().getFirst();
    return peers(
        s,
        List.of(
            new NodeSnapshot.Peer(
                p.site(), p.witness(), p.connected(), p.heardAt(), 210, Optional.of(view)),
            s.peers().getLast()));
  }

  private static NodeSnapshot peers(NodeSnapshot s, List<NodeSnapshot.Peer> peers) {
    return new NodeSnapshot(
        s.takenAt(),
        s.local(),
        peers,
        s.services(),
        s.ledger(),
        s.ledgerFreshAt(),
        s.insecure(),
        s.lastEventSequence());
  }

  private static SiteView secondView(NodeSnapshot s) {
    return s.peers().getFirst().view().orElseThrow();
  }

  private static final Guard HELD =
      new Guard(Guard.Kind.LEASE_HELD, "site1 holds the lease of epoch 7", "it is free when");
  private static final Guard DOWN =
      new Guard(
          Guard.Kind.NODE,
          "10.2.0.1:3306 is FAILED_OFFLINE, FAIL: \u001b[31mrefused " + "x ".repeat(60) + "end",
          "mpp recover 10.2.0.1:3306");

  @Test
  void everyGuardIsPrintedWithItsRemedyAndTheAgeOfTheView() throws Exception {
    control.picture = second(control.picture, with(secondView(control.picture), false, HELD, DOWN));
    Result result = mpp("why-not", SERVICE, "site2");
    assertEquals(1, result.exit());
    assertTrue(
        result.out().contains("site2 for " + SERVICE + ": not ACTIVE; site1 is, in epoch 7"),
        result.out());
    assertTrue(result.out().contains("(said 0.2 s ago)"), result.out());
    assertTrue(result.out().contains("  LEASE_HELD  site1 holds the lease of epoch 7\n"));
    assertTrue(result.out().contains("-> mpp recover 10.2.0.1:3306"), result.out());
    assertFalse(result.out().contains("\u001b"), result.out());
    assertTrue(result.out().lines().allMatch(l -> l.length() <= 100), result.out());
    assertTrue(flat(result.out()).contains("x x end"), result.out());
    var json = new ObjectMapper().readTree(mpp("why-not", SERVICE, "SITE2", "--json").out());
    assertEquals("NODE", json.at("/guards/1/kind").asText());
    assertEquals(200, json.path("age_ms").asInt());
    assertFalse(json.path("stale").asBoolean(true));
    assertEquals("site1", json.path("active_site").asText());
  }

  @Test
  void theActiveSiteIsActiveAndAnEligibleOneIsKeptByNothing() {
    Result active = mpp("why-not", SERVICE, "site1");
    assertEquals(0, active.exit());
    assertTrue(active.out().contains("it is ACTIVE in epoch 7, serving"), active.out());
    control.picture = Pictures.lease(control.picture, Pictures.NOW - 1_000_000_000L);
    Result free = mpp("why-not", SERVICE, "site2");
    assertEquals(0, free.exit());
    assertTrue(
        free.out().contains("nothing keeps it from being ACTIVE; nobody is ACTIVE"), free.out());
  }

  @Test
  void aSilentSiteAWitnessAndAnUnknownOneAreSaidSo() {
    Result witness = mpp("why-not", SERVICE, "site3");
    assertEquals(1, witness.exit());
    assertTrue(flat(witness.out()).contains("SILENT site1 has never heard site3"), witness.out());
    assertTrue(witness.out().contains("NO_POOL  site3 is a witness"), witness.out());
    control.picture = Pictures.silent(control.picture);
    control.picture = second(control.picture, with(secondView(control.picture), false, HELD));
    Result silent = mpp("why-not", SERVICE, "site2");
    assertTrue(silent.out().contains("SILENT  site1 has not heard site2 for 13.0 s"), silent.out());
    assertTrue(silent.out().contains("(said 13 s ago)"), silent.out());
    assertTrue(silent.out().contains("LEASE_HELD"), "what it said last");
    control.picture = Pictures.standard();
    Result unknown = mpp("why-not", SERVICE, "site9");
    assertEquals(1, unknown.exit());
    assertEquals(
        "mpp: refused: there is no site site9; there is site1, site2, site3\n", unknown.err());
    assertEquals(1, mpp("why-not", "no.such.service", "site1").exit());
    assertEquals(2, mpp("why-not", SERVICE).exit());
    servers.removeFirst().close();
    assertEquals(3, mpp("why-not", SERVICE, "site1").exit());
  }

  // ---- plan failover ------------------------------------------------------------------------

  @Test
  void theForecastSaysWhoAndHowLongAndWhatIsMissing() throws Exception {
    Result nobody = mpp("plan", "failover", "--site-lost", "site1");
    assertEquals(1, nobody.exit(), "the witness is silent: no majority");
    assertTrue(nobody.out().contains("1 of 3 would be left"), nobody.out());
    control.picture = whole(control.picture);
    Result taken = mpp("plan", "failover", SERVICE, "--site-lost", "site1");
    assertEquals(0, taken.exit(), taken.out());
    assertTrue(
        taken.out().contains("  site2 takes over in epoch 8, within 9.5 s at worst"), taken.out());
    assertTrue(
        taken.out().contains("  lease expiry    6.0 s  lease.duration x (1 + drift)"), taken.out());
    assertTrue(taken.out().contains("  site1        LOST\n"), taken.out());
    assertTrue(taken.out().contains("  site2        NEXT      0 transactions behind"), taken.out());
    assertTrue(taken.out().contains("no acknowledged write is missing"), taken.out());
    assertTrue(taken.out().contains("! 2 of 3 voters are left"), taken.out());
    assertTrue(taken.out().lines().allMatch(l -> l.length() <= 100), taken.out());
    var json =
        new ObjectMapper()
            .readTree(mpp("plan", "failover", "--site-lost", "site1", "--json").out());
    assertEquals("TAKEN", json.path("outcome").asText());
    assertEquals(9_506, json.path("worst_ms").asInt());
    Result both = mpp("plan", "failover", "--site-lost", "site1", "--site-lost", "site3");
    assertEquals(1, both.exit());
    assertTrue(both.out().contains("Nobody can be granted the role"), both.out());
    assertEquals(0, mpp("plan", "failover", "--site-lost", "site2").exit());
    assertEquals(1, mpp("plan", "failover", "--site-lost", "nowhere").exit());
    assertEquals(2, mpp("plan", "failover").exit());
  }

  /** Everybody hears everybody, and site2 is an eligible standby. */
  private static NodeSnapshot whole(NodeSnapshot s) {
    Map<String, Set<String>> all =
        Map.of(
            "site1", Set.of("site2", "site3"),
            "site2", Set.of("site1", "site3"),
            "site3", Set.of("site1", "site2"));
    return heard(s, List.of("site1", "site2", "site3"), all);
  }

  /** Who hears whom; the others are DOWN. */
  private static NodeSnapshot heard(
      NodeSnapshot s, List<String> names, Map<String, Set<String>> hears) {
    Map<String, SiteView> views = new LinkedHashMap<>();
    for (String name : names) {
      List<LinkView> links = new ArrayList<>();
      for (String other : names) {
        if (!other.equals(name)) {
          boolean up = hears.getOrDefault(name, Set.of()).contains(other);
          links.add(new LinkView(new SiteId(other), up, up ? 1_234 : -1, up ? 100 : 12_000));
        }
      }
      SiteView base =
          name.equals("site1")
              ? s.local()
              : name.equals("site2")
                  ? secondView(s)
                  : Pictures.site(name, List.of(), Status.OK, false, "");
      views.put(name, links(base, base.pools(), links));
    }
    List<NodeSnapshot.Peer> peers =
        names.stream()
            .skip(1)
            .map(
                n ->
                    new NodeSnapshot.Peer(
                        new SiteId(n),
                        !n.equals("site2"),
                        true,
                        Pictures.NOW - 200_000_000L,
                        1_234,
                        Optional.ofNullable(views.get(n))))
            .toList();
    return new NodeSnapshot(
        s.takenAt(),
        java.util.Objects.requireNonNull(views.get("site1")),
        peers,
        s.services(),
        s.ledger(),
        s.ledgerFreshAt(),
        s.insecure(),
        s.lastEventSequence());
  }

  // ---- peers --------------------------------------------------------------------------------

  @Test
  void theMatrixOfAWholeDeployment() throws Exception {
    control.picture = whole(control.picture);
    Result result = mpp("peers");
    assertEquals(0, result.exit());
    assertEquals(PEERS, result.out());
    var json = new ObjectMapper().readTree(mpp("peers", "--json").out());
    assertTrue(json.path("whole").asBoolean());
    assertEquals(FakeControl.HASH, json.at("/sites/1/journal/hash").asText());
  }

  @Test
  void partialAndOneWayPartitionsAreSaidInASentence() {
    Map<String, Set<String>> partial =
        Map.of(
            "site1", Set.of("site3"),
            "site2", Set.of("site3"),
            "site3", Set.of("site1", "site2"));
    control.picture = heard(control.picture, List.of("site1", "site2", "site3"), partial);
    String out = mpp("peers").out();
    assertTrue(out.contains("! site1 and site2 do not hear each other; both hear site3\n"), out);
    assertTrue(out.contains("DOWN 12s"), out);
    control.picture =
        heard(
            Pictures.standard(),
            List.of("site1", "site2", "site3"),
            Map.of(
                "site1", Set.of("site2", "site3"),
                "site2", Set.of("site1"),
                "site3", Set.of("site1", "site2")));
    out = mpp("peers").out();
    assertTrue(
        out.contains("! one way only: site3 hears site2, but site2 does not hear site3\n"), out);
    control.picture = Pictures.standard();
    out = mpp("peers").out();
    assertTrue(out.contains("! nobody hears site3: it is down, or cut off\n"), out);
    assertTrue(out.contains("never OLD"), out);
  }

  @Test
  void aSiteThatIsHeardByNobodyIsOneFindingNotMany() {
    List<String> names = List.of("site1", "site2", "site3", "site4", "site5");
    Map<String, Set<String>> hears = new LinkedHashMap<>();
    for (String n : names) {
      hears.put(
          n,
          names.stream()
              .filter(o -> !o.equals(n) && !o.equals("site5") && !n.equals("site5"))
              .collect(java.util.stream.Collectors.toSet()));
    }
    control.picture = heard(control.picture, names, hears);
    String out = mpp("peers").out();
    assertEquals(
        1, out.lines().filter(l -> l.startsWith("! ") && !l.contains("INSEC")).count(), out);
    assertTrue(out.lines().allMatch(l -> l.length() <= 80), out);
  }

  @Test
  void nineMembersWithLongNamesStayReadable() {
    List<String> names = new ArrayList<>(List.of("site1", "site2"));
    for (int i = 3; i <= 9; i++) {
      names.add("frankfurt-main-" + i);
    }
    Map<String, Set<String>> hears = new LinkedHashMap<>();
    for (String n : names) {
      hears.put(
          n, names.stream().filter(o -> !o.equals(n)).collect(java.util.stream.Collectors.toSet()));
    }
    control.picture = heard(control.picture, names, hears);
    String out = mpp("peers").out();
    assertTrue(out.contains("[9]"), out);
    assertTrue(out.contains("9  frankfurt-main-9"), out);
    assertTrue(out.lines().allMatch(l -> l.length() <= 110), out);
  }

  // ---- journal ------------------------------------------------------------------------------

  @Test
  void theJournalIsFilteredAndPaged() {
    for (int i = 1; i <= 2_500; i++) {
      control.log(i % 2 == 0 ? "pool" : "fence", "entry " + i, "");
    }
    assertEquals(2_500, mpp("journal", "--since", "1").out().lines().count());
    assertEquals(1_250, mpp("journal", "--since", "1h", "--kind", "pool").out().lines().count());
    assertEquals(0, mpp("journal", "--since", "2007-11-20T15:33:05").out().lines().count());
    assertEquals(
        2_500, mpp("journal", "--since", "2007-11-20T16:33:04+01:00").out().lines().count());
    assertEquals(2, mpp("journal", "--since", "2007-11-20", "-n", "2").out().lines().count());
    assertEquals(0, mpp("journal", "--service", "other.test").out().lines().count());
    assertEquals(20, mpp("journal").out().lines().count());
    assertTrue(
        mpp("journal", "--after", "2499").out().contains("#2500 fence".replace("fence", "pool")));
    assertTrue(
        mpp("journal", "--json", "-n", "1").out().contains("\"hash\":\"" + FakeControl.HASH));
    Result wrong = mpp("journal", "--since", "yesterday");
    assertEquals(2, wrong.exit());
    assertTrue(wrong.err().contains("--since yesterday is none of: 10m"), wrong.err());
    assertEquals(2, mpp("journal", "--since", "1", "--after", "1").exit());
  }

  @Test
  void aFollowerSurvivesTheNodeWithoutGapsOrDuplicates() throws Exception {
    for (int i = 1; i <= 30; i++) {
      control.log("pool", "entry " + i, "");
    }
    StringWriter out = new StringWriter();
    Thread follower =
        Thread.ofPlatform().daemon().start(() -> mpp(out, "journal", "-f", "-n", "5"));
    await(out, 5);
    for (int i = 31; i <= 1_000; i++) {
      control.log("pool", "entry " + i, "");
    }
    await(out, 975);
    servers.removeFirst().close();
    for (int i = 1_001; i <= 1_700; i++) {
      control.log("pool", "entry " + i, "");
    }
    int again = serve(control, port);
    assertEquals(port, again);
    await(out, 1_675);
    control.log("pool", "entry 1701", "");
    await(out, 1_676);
    List<Integer> sequences =
        out.toString()
            .lines()
            .map(l -> Integer.parseInt(l.replaceAll(".*#(\\d+) pool.*", "$1")))
            .toList();
    List<Integer> expected = new ArrayList<>();
    for (int i = 26; i <= 1_701; i++) {
      expected.add(i);
    }
    assertEquals(expected, sequences);
    follower.interrupt();
    follower.join(TimeUnit.SECONDS.toMillis(10));
  }

  private static void await(StringWriter out, long lines) throws InterruptedException {
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (out.toString().lines().count() < lines) {
      assertTrue(System.nanoTime() < limit, () -> lines + " lines did not come:\n" + out);
      Thread.sleep(20);
    }
  }

  @Test
  void aFollowerOfOneKindIsNotHeldUpByTheOthers() throws Exception {
    StringWriter out = new StringWriter();
    Thread following = Thread.ofVirtual().start(() -> mpp(out, "journal", "-f", "--kind", "fence"));
    long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (control.watchers.isEmpty() && System.nanoTime() < limit) {
      Thread.sleep(5);
    }
    for (int i = 0; i < 700; i++) {
      control.log("pool", "not this one", "");
    }
    control.log("fence", "this one", "");
    await(out, 1);
    assertTrue(out.toString().contains("#701 fence"), out.toString());
    servers.removeFirst().close();
    assertTrue(following.isAlive(), "it goes on asking");
    following.interrupt();
    assertTrue(following.join(java.time.Duration.ofSeconds(30)), "it ends when it is told to");
  }

  @Test
  void verifySaysWholeOrNamesTheFirstBrokenEntry() throws Exception {
    Result whole = mpp("journal", "verify", "--head", "11:" + FakeControl.HASH);
    assertEquals(0, whole.exit(), whole.err());
    assertTrue(whole.out().startsWith("site1: the journal is whole, 12 entries checked\n"));
    assertTrue(whole.out().contains("head 12:" + FakeControl.HASH), whole.out());
    assertEquals(List.of(new JournalHead(11, FakeControl.HASH)), control.verified);
    control.report =
        new JournalReport(
            12,
            new JournalHead(12, FakeControl.HASH),
            3,
            0,
            List.of(
                new JournalReport.Fault(
                    JournalReport.Kind.MISSING, 5, "entries #5 to #6 are missing")),
            2);
    Result broken = mpp("journal", "verify");
    assertEquals(1, broken.exit());
    assertTrue(broken.out().contains("  MISSING  entries #5 to #6 are missing\n  and 2 more\n"));
    assertTrue(broken.out().contains("entries up to #3 were there before the chain was begun"));
    var json = new ObjectMapper().readTree(mpp("journal", "verify", "--json").out());
    assertEquals(5, json.at("/faults/0/sequence").asInt());
    assertEquals(2, mpp("journal", "verify", "--head", "nonsense").exit());
    assertEquals(1, mpp("journal", "verify", "--file", "/no/such/mpp.db").exit());
  }

  private static final String PEERS =
      """
      Who hears whom, as site1 knows it, 2007-11-20 15:33:04 UTC
      ! INSECURE: sites and operators are not authenticated and nothing is encrypted.

      SAYS    site1       site2       site3       SAID
      site1   -           1.2ms 0.2s  1.2ms 0.2s  0.1s
      site2   1.2ms 0.3s  -           1.2ms 0.3s  0.2s
      site3   1.2ms 0.3s  1.2ms 0.3s  -           0.2s
      Round-trip time and age of what was heard last; SAID: how old a row is.

      Everybody hears everybody.

      AGREEMENT
      SITE   ROLE     LEADER  APPLIED  FRESH      JOURNAL
      site1  site     site1   1250     0.2 s ago  #12
      site2  site     site1   1250     0.3 s ago  #12
      site3  witness  site1   1250     0.3 s ago  #12
      """;
}
