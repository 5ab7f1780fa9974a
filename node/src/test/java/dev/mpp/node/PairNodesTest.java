package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.mysql.Eventually;
import dev.mpp.node.mysql.MariaDbProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code mpp node} as processes of their own, against real servers on loopback. */
class PairNodesTest {
  private static final Duration START = Duration.ofSeconds(180);

  @TempDir Path dir;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<Process> nodes = new ArrayList<>();
  private ServerSocket world;

  @BeforeEach
  void world() throws Exception {
    world = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    opened.add(world);
    Thread.startVirtualThread(
        () -> {
          try {
            while (true) {
              try (Socket greeted = world.accept()) {
                greeted.setSoTimeout(1000);
              }
            }
          } catch (IOException closed) {
            // the test is over
          }
        });
    Path secret = Files.writeString(dir.resolve("secret"), MariaDbProcess.MANAGER.password().get());
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
  }

  @AfterEach
  void close() throws Exception {
    for (Process p : nodes) {
      p.destroyForcibly().waitFor();
    }
    for (AutoCloseable o : opened) {
      o.close();
    }
  }

  private MariaDbProcess server(int id) throws Exception {
    MariaDbProcess s = MariaDbProcess.start(id);
    opened.add(s);
    return s;
  }

  private static String ports() throws IOException {
    return "{exchange: %d, ledger: %d, operator: %d, http: %d, dns: %d}"
        .formatted(
            FreePorts.next(),
            FreePorts.next(),
            FreePorts.next(),
            FreePorts.next(),
            FreePorts.next());
  }

  private String common(String mode) {
    return """
        deployment: demo
        mode: %s
        lease: {profile: wan}
        profiles: {quick: {port: %d, timeout: 300ms, interval: 300ms}}
        """
        .formatted(mode, world.getLocalPort());
  }

  private static String service(String sites) {
    return """
        services:
          - name: mysql.eraser.test
            rpo: availability
            poll: {interval: 500ms}
            mysql: {user: mpp, password-file: secret}
            sites:
        """
        + sites;
  }

  private Process node(String site, Path file) throws IOException {
    Process p =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx192m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.mpp.node.Main",
                "node",
                "--config",
                file.toString(),
                "--site",
                site,
                "--bootstrap")
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve(site + ".log").toFile())
            .start();
    nodes.add(p);
    return p;
  }

  private static boolean writable(MariaDbProcess server) throws Exception {
    try {
      return server.ask("SELECT @@global.read_only").equals("0");
    } catch (SQLException killed) {
      return false; // a fence ends every session that is not MPP's
    }
  }

  private void within(Duration limit, String what, java.util.concurrent.Callable<Boolean> c)
      throws Exception {
    try {
      Eventually.within(limit, what, c);
    } catch (AssertionError e) {
      StringBuilder logs = new StringBuilder(String.valueOf(e.getMessage()));
      for (String site : List.of("a", "b")) {
        Path log = dir.resolve(site + ".log");
        if (Files.exists(log)) {
          logs.append("\n--- ").append(site).append('\n').append(Files.readString(log));
        }
      }
      throw new AssertionError(logs.toString(), e);
    }
  }

  @Test
  void oneSiteServesAndServesAgainAfterItsMppWasKilled() throws Exception {
    MariaDbProcess db = server(71);
    Path file =
        Files.writeString(
            dir.resolve("mpp.yml"),
            common("solo")
                + "sites:\n  - {name: a, address: 127.0.0.1, ports: "
                + ports()
                + "}\n"
                + service(
                    "      - {site: a, addresses: [127.0.0.1], pool: \"name:pa;primary:%s\"}\n"
                        .formatted(db.address()))
                + "checkpoints:\n  - {site: a, probes: [\"external:simple:127.0.0.1:quick\"]}\n");
    Process first = node("a", file);
    within(START, "a serves", () -> writable(db));
    first.destroyForcibly().waitFor();
    within(Duration.ofSeconds(60), "the dead-man fences it", () -> !writable(db));
    Process second = node("a", file);
    within(START, "a serves again", () -> writable(db));
    assertTrue(second.isAlive());
  }

  @Test
  void theOtherSiteTakesOverWhenTheActiveOnesMppIsKilled() throws Exception {
    MariaDbProcess dbA = server(72);
    MariaDbProcess dbB = server(73);
    Path file =
        Files.writeString(
            dir.resolve("mpp.yml"),
            common("pair")
                + "sites:\n  - {name: a, address: 127.0.1.1, priority: 100, ports: "
                + ports()
                + "}\n  - {name: b, address: 127.0.2.1, priority: 50, ports: "
                + ports()
                + "}\n"
                + service(
                    """
                          - {site: a, addresses: [127.0.1.1], pool: "name:pa;primary:%s"}
                          - {site: b, addresses: [127.0.2.1], pool: "name:pb;primary:%s"}
                    """
                        .formatted(dbA.address(), dbB.address()))
                + """
                checkpoints:
                  - {site: a, probes: ["external:simple:127.0.0.1:quick"]}
                  - {site: b, probes: ["external:simple:127.0.0.1:quick"]}
                """);
    Process a = node("a", file);
    Process b = node("b", file);
    within(START, "one of them serves", () -> writable(dbA) || writable(dbB));
    boolean firstIsA = writable(dbA);
    MariaDbProcess former = firstIsA ? dbA : dbB;
    MariaDbProcess next = firstIsA ? dbB : dbA;
    assertTrue(!writable(next), "never both");
    (firstIsA ? a : b).destroyForcibly().waitFor();
    long killed = System.nanoTime();
    within(
        Duration.ofSeconds(120),
        "the other takes over",
        () -> {
          boolean old = writable(former);
          boolean taken = writable(next);
          assertTrue(!(old && taken), "both are writable");
          return taken;
        });
    System.out.printf(
        "pair: taken over %.1f s after the kill%n", (System.nanoTime() - killed) / 1e9);
    assertTrue(!writable(former));
  }
}
