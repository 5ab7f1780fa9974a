package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mpp.cli.Screen;
import dev.mpp.cli.Terminal;
import dev.mpp.node.config.ConfigFile;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimingPlanTest {
  @TempDir Path dir;

  private Path file(String service, String pool) throws Exception {
    return Files.writeString(
        dir.resolve("mpp.yml"),
        """
        deployment: test
        site: site1
        sites:
          - {name: site1, address: 127.0.1.1}
          - {name: site2, address: 127.0.2.1}
          - {name: site3, address: 127.0.3.1}
        services:
          - name: mysql.eraser.test
            rpo: availability
        %s
            mysql: {user: mpp, password-env: PATH}
            sites:
              - {site: site1, addresses: [127.0.1.1], pool: "%s"}
              - {site: site2, addresses: [127.0.2.1], pool: "name:two;primary:127.0.2.1:13306"}
              - {site: site3, addresses: [127.0.3.1], pool: "name:three;primary:127.0.3.1:13306"}
        dns:
          zone: eraser.test
          name-servers: [{name: ns1.eraser.test, address: 127.0.1.1}]
        """
            .formatted(service, pool));
  }

  private List<TimingPlan> plans(String service, String pool) throws Exception {
    return TimingPlan.of(ConfigFile.load(file(service, pool), Optional.empty()).config());
  }

  private static TimingPlan of(List<TimingPlan> plans, String failure) {
    return plans.stream().filter(p -> p.failure().startsWith(failure)).findFirst().orElseThrow();
  }

  private static Duration term(TimingPlan plan, String name) {
    return plan.terms().stream()
        .filter(t -> t.name().equals(name))
        .findFirst()
        .orElseThrow()
        .worst();
  }

  @Test
  void detectionFollowsTheLadderAndFailAt() throws Exception {
    String one = "name:one;primary:127.0.1.1:13306";
    String poll = "    poll: {interval: 1s, retry-interval: 200ms, timeout: 500ms}";
    TimingPlan dies = of(plans(poll, one), "mysqld dies");
    assertEquals(Duration.ofMillis(1_600), term(dies, "detection"));
    assertEquals(
        Duration.ofMillis(1_200),
        term(of(plans(poll + "\n    fail-at: OK_WARN", one), "mysqld dies"), "detection"));
    assertEquals(
        Duration.ofMillis(2_800),
        term(of(plans(poll + "\n    ladder: \"1,2,3,10\"", one), "mysqld dies"), "detection"));
    TimingPlan silent = of(plans(poll, one), "the ACTIVE server's host goes silent");
    assertEquals(Duration.ofMillis(1_600 + 4 * 500), term(silent, "detection"));
    assertEquals(Duration.ofSeconds(4), term(silent, "dead-man"));
  }

  @Test
  void theSumIsTheSumOfTheTerms() throws Exception {
    List<TimingPlan> plans =
        plans(
            "    poll: {interval: 1s, retry-interval: 200ms}",
            "name:one;primary:127.0.1.1:13306;secondary:127.0.1.1:13307");
    TimingPlan killed = of(plans, "MPP killed");
    // election 2 s, lease 6 s x 1.001, one stagger of 300 ms, tier 2 500 ms, TTL 1 s
    assertEquals(Duration.ofMillis(2_000 + 6_006 + 300 + 500 + 1_000), killed.worst());
    assertEquals(Duration.ofMillis(1_600), of(plans, "mysqld dies at ACTIVE, another").worst());
    assertTrue(of(plans, "planned").worst().compareTo(killed.worst()) < 0);
    assertEquals(7, plans.size());
    for (TimingPlan p : plans) {
      assertEquals(
          p.terms().stream().mapToLong(t -> t.worst().toNanos()).sum(), p.worst().toNanos());
    }
  }

  @Test
  void theCommandPrintsItWithoutANode() throws Exception {
    Path file = file("    poll: {interval: 1s}", "name:one;primary:127.0.1.1:13306");
    StringWriter out = new StringWriter();
    Terminal terminal = Screen.of(out, out);
    int exit =
        Main.commandLine(terminal)
            .execute("--node", "127.0.0.1:1", "plan", "timing", "--config", file.toString());
    assertEquals(0, exit, out.toString());
    assertTrue(
        out.toString().contains("poll.interval + 3 x poll.retry-interval = 1s + 3 x 250ms"),
        out.toString());
    assertTrue(out.toString().contains("measured: not measured yet"), out.toString());
    assertTrue(out.toString().contains("No node could be asked"), out.toString());
    out.getBuffer().setLength(0);
    Main.commandLine(terminal)
        .execute("--node", "127.0.0.1:1", "plan", "timing", "--json", "--config", file.toString());
    var root = new ObjectMapper().readTree(out.toString());
    assertEquals(1_750, root.at("/plans/0/terms/0/worst_ms").asInt());
    assertTrue(root.at("/plans/0/terms/0/measured_ms").isNull());
  }
}
