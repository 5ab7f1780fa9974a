package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.checkpoints.CheckpointRunner;
import dev.mpp.checkpoints.Pacer;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Verdict;
import dev.mpp.node.config.ConfigFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the file to the probes, over real sockets. */
class CheckpointDeskTest {
  private static final String FILE =
      """
      deployment: demo
      site: a
      sites: [{name: a, address: 127.0.1.1}, {name: b, address: 127.0.2.1}, {name: w, address: 127.0.3.1, witness: true}]
      services:
        - name: mysql.eraser.test
          mysql: {user: mpp, password-env: PATH}
          sites:
            - {site: a, addresses: [127.0.1.1], pool: "name:pool_a;primary:127.0.1.1:13306"}
            - {site: b, addresses: [127.0.2.1], pool: "name:pool_b;primary:127.0.2.1:13306"}
      checkpoints:
        - {site: a, interval: 200ms, probes: ["external:simple:127.0.0.1:%d", "edge:dns:127.0.0.1:ns", "internal:mysql:127.0.0.1:db"]}
        - {site: b, probes: ["external:simple:127.0.0.1:1"]}
      profiles:
        ns: {port: 1, name: example.com, timeout: 300ms, interval: 5s}
        db: {user: ro, password-env: PATH, timeout: 300ms, port: 1}
      """;

  @TempDir Path dir;

  private CheckpointWiring wiring(int port) throws Exception {
    Path file = Files.writeString(dir.resolve("mpp.yml"), FILE.formatted(port));
    return new CheckpointWiring(ConfigFile.load(file, Optional.empty()).config());
  }

  @Test
  void theListIsWhatThisSiteProbesWithEverythingFilledIn() throws Exception {
    List<CheckpointSpec> specs =
        wiring(7).desk().list().stream().map(CheckpointDesk.Entry::spec).toList();
    assertEquals(
        List.of(
            "external:simple:127.0.0.1:7", "edge:dns:127.0.0.1:ns", "internal:mysql:127.0.0.1:db"),
        specs.stream().map(CheckpointSpec::toString).toList());
    CheckpointSpec simple = specs.get(0);
    assertEquals(7, simple.port());
    assertEquals(Duration.ofSeconds(4), simple.profile().timeout());
    assertEquals(Duration.ofMillis(200), simple.profile().interval());
    CheckpointSpec dns = specs.get(1);
    assertEquals(Duration.ofMillis(300), dns.profile().timeout());
    assertEquals(Duration.ofSeconds(5), dns.profile().interval());
    assertEquals("A", dns.profile().dns().type());
    assertEquals(Duration.ofMillis(200), specs.get(2).profile().interval());
    assertEquals(Optional.of("ro"), specs.get(2).profile().mysql().user());
  }

  @Test
  void aTestProbesNowWhetherConfiguredOrNot() throws Exception {
    try (ServerSocket target = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      CheckpointDesk desk = wiring(target.getLocalPort()).desk();
      String text = "external:simple:127.0.0.1:" + target.getLocalPort();
      assertEquals("connected", desk.test(text).message());
      assertTrue(desk.test(text.replace("external", "internal")).ok());
      target.close();
      Verdict refused = desk.test(text);
      assertFalse(refused.ok());
      assertTrue(refused.message().contains("refused"), refused.message());
      assertFalse(desk.test("internal:mysql:127.0.0.1:db").ok());
      String said =
          String.valueOf(
              assertThrows(
                      IllegalArgumentException.class, () -> desk.test("edge:mysql:127.0.0.9:db"))
                  .getMessage());
      assertTrue(said.contains("logs in with a password"), said);
      assertTrue(desk.list().stream().allMatch(e -> e.last().isEmpty()), "tests are not counted");
    }
  }

  @Test
  void whatIsNoCheckpointIsSaidSo() throws Exception {
    CheckpointDesk desk = wiring(7).desk();
    for (String wrong :
        List.of("", "127.0.0.1", "external:ping:127.0.0.1:7", "external:http:127.0.0.1:db")) {
      assertThrows(IllegalArgumentException.class, () -> desk.test(wrong), wrong);
    }
  }

  @Test
  void theListShowsTheLatestProbeOfEach() throws Exception {
    try (ServerSocket target = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
      CheckpointWiring wiring = wiring(target.getLocalPort());
      BlockingQueue<CheckpointRunner.Result> seen = new LinkedBlockingQueue<>();
      try (CheckpointRunner runner =
          wiring.start(Pacer.system(), new SplittableRandom(1), seen::add)) {
        assertTrue(runner != null);
        CheckpointRunner.Result first = seen.poll(10, TimeUnit.SECONDS);
        while (first != null && !first.spec().method().toString().equals("simple")) {
          first = seen.poll(10, TimeUnit.SECONDS);
        }
        assertTrue(first != null && first.verdict().ok(), "" + first);
        assertTrue(wiring.desk().list().getFirst().last().orElseThrow().verdict().ok());
      }
    }
  }

  @Test
  void tooManyTestsAtOnceAreRefusedInsteadOfQueued() throws Exception {
    CheckpointSpec spec = CheckpointSpec.parse("edge:simple:127.0.0.1:7", java.util.Map.of());
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch running = new CountDownLatch(8);
    CheckpointDesk desk =
        new CheckpointDesk(
            List.of(spec),
            text -> spec,
            s ->
                () -> {
                  running.countDown();
                  release.await();
                  return new Verdict(true, "connected", 1);
                });
    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Verdict>> tests = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        tests.add(pool.submit(() -> desk.test("any")));
      }
      assertTrue(running.await(10, TimeUnit.SECONDS));
      Future<Verdict> ninth = pool.submit(() -> desk.test("any"));
      ExecutionException busy =
          assertThrows(ExecutionException.class, () -> ninth.get(10, TimeUnit.SECONDS));
      assertTrue(busy.getCause() instanceof IllegalStateException, "" + busy.getCause());
      release.countDown();
      for (Future<Verdict> test : tests) {
        assertTrue(test.get(10, TimeUnit.SECONDS).ok());
      }
    }
  }
}
