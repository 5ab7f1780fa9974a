package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.mysql.MariaDbProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** {@code mpp node} as processes of their own, against real servers on loopback. */
class PairNodesTest extends LoopbackSites {
  private static final Duration START = Duration.ofSeconds(180);

  private MariaDbProcess server(int id) throws Exception {
    MariaDbProcess s = MariaDbProcess.start(id);
    opened.add(s);
    return s;
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

  private static boolean writable(MariaDbProcess server) throws Exception {
    try {
      return server.ask("SELECT @@global.read_only").equals("0");
    } catch (SQLException killed) {
      return false; // a fence ends every session that is not MPP's
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
