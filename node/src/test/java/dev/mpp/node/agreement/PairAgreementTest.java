package dev.mpp.node.agreement;

import static dev.mpp.node.agreement.PairSite.A;
import static dev.mpp.node.agreement.PairSite.B;
import static dev.mpp.node.agreement.PairSite.SERVICE;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.pair.PairInput;
import dev.mpp.node.FreePorts;
import dev.mpp.node.exchange.StallingProxy;
import dev.mpp.node.mysql.Eventually;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two sides over real sockets, two ways each through proxies that can swallow everything. */
class PairAgreementTest {
  @TempDir Path dir;

  private final int portA = FreePorts.next();
  private final int portB = FreePorts.next();
  private final List<StallingProxy> toA = new ArrayList<>();
  private final List<StallingProxy> toB = new ArrayList<>();
  private final List<PairSite> sites = new ArrayList<>();

  @BeforeEach
  void ways() throws Exception {
    for (int i = 0; i < 2; i++) {
      toA.add(new StallingProxy(portA));
      toB.add(new StallingProxy(portB));
    }
  }

  @AfterEach
  void close() throws Exception {
    sites.forEach(PairSite::close);
    for (StallingProxy p : all()) {
      p.close();
    }
  }

  private List<StallingProxy> all() {
    List<StallingProxy> all = new ArrayList<>(toA);
    all.addAll(toB);
    return all;
  }

  private static List<InetSocketAddress> addresses(List<StallingProxy> proxies) {
    return proxies.stream().map(StallingProxy::address).toList();
  }

  private PairSite start(dev.mpp.core.model.SiteId site, boolean bootstrap) {
    boolean a = site.equals(A);
    PairSite s =
        new PairSite(
            site, a ? portA : portB, addresses(a ? toB : toA), dir.resolve(site.name()), bootstrap);
    sites.add(s);
    s.agreement.reaches(
        Map.of(SERVICE, PairInput.Reaches.ALWAYS)); // the loop runs before the ledger does
    s.agreement.start();
    return s;
  }

  private static void within(int seconds, String what, java.util.concurrent.Callable<Boolean> c)
      throws Exception {
    Eventually.within(Duration.ofSeconds(seconds), what, c);
  }

  private static LedgerOutcome get(java.util.concurrent.CompletableFuture<LedgerOutcome> f)
      throws Exception {
    return f.get(10, TimeUnit.SECONDS);
  }

  private static void heard(PairSite... both) throws Exception {
    for (PairSite s : both) {
      within(15, s.site + " has the other's word", () -> s.picture().acknowledged());
    }
  }

  @Test
  void whatOneProposesBothApply() throws Exception {
    PairSite a = start(A, true);
    PairSite b = start(B, true);
    heard(a, b);
    assertInstanceOf(LedgerOutcome.Accepted.class, get(a.claim()));
    within(5, "b knows the holder", () -> b.holder().equals(Optional.of(A)));
    LedgerOutcome paused =
        get(b.propose(o -> new LedgerCommand.Pause(o, SERVICE, true, "ann", "drill")));
    assertInstanceOf(LedgerOutcome.Accepted.class, paused);
    within(5, "one state", () -> a.state().equals(b.state()));
    assertEquals("drill", a.state().grant(SERVICE).paused().orElseThrow().reason());
    LedgerOutcome again =
        get(b.propose(o -> new LedgerCommand.Pause(o, SERVICE, true, "bob", "again")));
    assertTrue(((LedgerOutcome.Refused) again).reason().contains("paused already, by ann"));
  }

  @Test
  void oneOfTwoWaysIsEnough() throws Exception {
    PairSite a = start(A, true);
    PairSite b = start(B, true);
    heard(a, b);
    get(a.claim());
    toB.getFirst().stall();
    toA.getLast().stall();
    for (int i = 0; i < 10; i++) {
      assertInstanceOf(LedgerOutcome.Accepted.class, get(a.renew()));
      assertTrue(a.picture().acknowledged(), "never without the other's word");
    }
    within(5, "one state", () -> a.state().equals(b.state()));
  }

  @Test
  void cutOffTheHolderGoesOnAloneAndTheyMeetAgain() throws Exception {
    PairSite a = start(A, true);
    PairSite b = start(B, true);
    heard(a, b);
    get(a.claim());
    all().forEach(StallingProxy::stall);
    within(5, "a is alone", () -> !a.picture().acknowledged());
    long before = a.state().grant(SERVICE).renewal();
    assertInstanceOf(LedgerOutcome.Accepted.class, get(a.renew()));
    assertTrue(a.state().grant(SERVICE).renewal() > before);
    ExecutionException held =
        assertThrows(ExecutionException.class, () -> get(b.claim()), "no proof that a is gone");
    assertTrue(held.getMessage().contains("did not agree in time"), held.getMessage());
    within(
        10,
        "b says what it sees",
        () -> b.picture().held().getOrDefault(SERVICE, "").contains("edge answers"));

    a.agreement.reaches(Map.of());
    assertThrows(ExecutionException.class, () -> get(a.renew()), "without reach nothing goes on");

    all().forEach(StallingProxy::heal);
    within(10, "they met", () -> a.state().equals(b.state()) && b.picture().heard());
    assertEquals(List.of(), a.overlaps());
  }

  @Test
  void withProofTheOtherTakesOverAndTheFormerHolderLearnsOfTheOverlap() throws Exception {
    PairSite a = start(A, true);
    PairSite b = start(B, true);
    heard(a, b);
    get(a.claim());
    within(5, "b knows the holder", () -> b.holder().equals(Optional.of(A)));
    long epoch = a.state().grant(SERVICE).epoch();
    all().forEach(StallingProxy::stall);
    b.edge = false; // false evidence: a goes on
    within(
        30,
        "b takes over",
        () -> {
          get(a.renew());
          return !b.picture().held().containsKey(SERVICE)
              && !b.picture().heard()
              && get(b.claim()) instanceof LedgerOutcome.Accepted;
        });
    assertTrue(b.state().grant(SERVICE).epoch() > epoch);
    get(a.renew());
    all().forEach(StallingProxy::heal);
    within(10, "a gives way", () -> a.holder().equals(Optional.of(B)));
    assertEquals(1, a.overlaps().size());
    assertTrue(a.overlaps().getFirst().fromAgo() > a.overlaps().getFirst().untilAgo());
    within(5, "one state", () -> a.state().equals(b.state()));
  }

  @Test
  void aRestartFindsWhatWasAgreed() throws Exception {
    PairSite a = start(A, true);
    PairSite b = start(B, true);
    heard(a, b);
    get(a.claim());
    within(5, "b knows the holder", () -> b.holder().equals(Optional.of(A)));
    long epoch = b.state().grant(SERVICE).epoch();
    b.close();
    a.close();
    PairSite again = start(B, false);
    assertEquals(epoch, again.state().grant(SERVICE).epoch());
    assertEquals(Optional.of(A), again.holder());
    PairSite both = start(A, false);
    heard(again, both);
    assertInstanceOf(LedgerOutcome.Accepted.class, get(both.claim()));
    assertTrue(both.state().grant(SERVICE).epoch() > epoch);
  }

  @Test
  void storageThatIsMissingForeignOrDamagedIsRefusedWithARemedy() throws Exception {
    LedgerStartException missing = assertThrows(LedgerStartException.class, () -> start(A, false));
    assertTrue(missing.getMessage().contains("--bootstrap"), missing.getMessage());
    start(A, true).close();
    Path file = dir.resolve("a").resolve(PairStorage.FILE);

    byte[] good = Files.readAllBytes(file);
    byte[] bad = good.clone();
    bad[bad.length - 1] ^= 1;
    Files.write(file, bad);
    LedgerStartException damaged = assertThrows(LedgerStartException.class, () -> start(A, false));
    assertTrue(damaged.getMessage().contains("checksum is wrong"), damaged.getMessage());

    Files.createDirectories(dir.resolve("b"));
    Files.write(dir.resolve("b").resolve(PairStorage.FILE), good);
    LedgerStartException foreign = assertThrows(LedgerStartException.class, () -> start(B, false));
    assertTrue(foreign.getMessage().contains("belongs to another member"), foreign.getMessage());
  }

  @Test
  void aSiteThatWasAloneBecomesOneOfAPair() throws Exception {
    List<String> applied = new ArrayList<>();
    SoloAgreement solo =
        new SoloAgreement("demo", A, dir.resolve("a"), true, new Told(applied), applied::add);
    solo.start();
    LedgerCommand claim =
        new LedgerCommand.Claim(new dev.mpp.core.lease.Origin(A, "a-0", 1), SERVICE, 0, 0);
    assertInstanceOf(LedgerOutcome.Accepted.class, get(solo.propose(claim)));
    assertEquals(List.of("Claim"), applied);
    solo.close();

    PairSite a = start(A, false);
    assertEquals(1, a.state().grant(SERVICE).epoch());
    PairSite b = start(B, true);
    within(10, "b learns what a had", () -> b.holder().equals(Optional.of(A)));
    sites.forEach(PairSite::close);
    SoloAgreement shrunk =
        new SoloAgreement("demo", A, dir.resolve("a"), false, new Told(applied), applied::add);
    LedgerStartException pair = assertThrows(LedgerStartException.class, shrunk::start);
    assertTrue(pair.getMessage().contains("one of a pair with b"), pair.getMessage());
    shrunk.close();
  }

  private record Told(List<String> applied) implements Agreement.Listener {
    @Override
    public void applied(
        LedgerCommand command, LedgerOutcome outcome, dev.mpp.core.lease.LedgerState after) {
      applied.add(command.getClass().getSimpleName());
    }

    @Override
    public void restored(dev.mpp.core.lease.LedgerState state) {
      applied.clear();
    }
  }
}
