package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.cli.Screen;
import dev.mpp.node.mysql.Eventually;
import dev.mpp.node.mysql.ServerProcess;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Two sites with two servers each, as {@code mpp node} processes: four servers that nobody
 * configured to replicate, a switchover between the sites, and a failover inside one.
 */
abstract class ManagedSitesContract extends LoopbackSites {
  private static final Duration START = Duration.ofSeconds(180);
  private static final Duration CHANGE = Duration.ofSeconds(90);
  private static final String SERVICE = "mysql.eraser.test";

  private final List<ServerProcess> all = new ArrayList<>();
  private int row = 1000;

  abstract ServerProcess server(int id) throws Exception;

  private ServerProcess started(int id) throws Exception {
    ServerProcess s = server(id);
    opened.add(s);
    all.add(s);
    return s;
  }

  private Path config(String portsA, String portsB) throws Exception {
    Path repl = Files.writeString(dir.resolve("repl"), "repl");
    Files.setPosixFilePermissions(repl, PosixFilePermissions.fromString("rw-------"));
    return Files.writeString(
        dir.resolve("mpp.yml"),
        common("pair")
            + "sites:\n  - {name: a, address: 127.0.1.1, priority: 100, ports: "
            + portsA
            + "}\n  - {name: b, address: 127.0.2.1, priority: 50, ports: "
            + portsB
            + "}\n"
            + """
            services:
              - name: %s
                rpo: availability
                poll: {interval: 500ms, timeout: 2s}
                node-failback: manual
                heartbeat: {interval: 0ms}
                hold-down: 5s
                mysql: {user: mpp, password-file: secret}
                replication: managed
                replication-account: {user: repl, password-file: repl}
                sites:
                  - {site: a, addresses: [127.0.1.1], pool: "name:pa;primary:%s;secondary:%s"}
                  - {site: b, addresses: [127.0.2.1], pool: "name:pb;primary:%s;secondary:%s"}
            checkpoints:
              - {site: a, probes: ["external:simple:127.0.0.1:quick"]}
              - {site: b, probes: ["external:simple:127.0.0.1:quick"]}
            """
                .formatted(
                    SERVICE,
                    all.get(0).address(),
                    all.get(1).address(),
                    all.get(2).address(),
                    all.get(3).address()));
  }

  private static boolean writable(ServerProcess server) {
    try {
      return server.ask("SELECT " + server.readOnly()).equals("0");
    } catch (SQLException killed) {
      return false; // a fence ends every session that is not MPP's
    }
  }

  private void follows(String what, ServerProcess server, ServerProcess source) throws Exception {
    within(
        CHANGE,
        () ->
            what
                + ": "
                + names()
                + server.address()
                + " follows "
                + server.follows()
                + ", not "
                + source.address(),
        () -> server.follows().equals(source.address().toString()));
  }

  private String names() {
    return all.stream().map(s -> s.address() + (writable(s) ? " (ACTIVE) " : " ")).toList() + " ";
  }

  private void arrives(ServerProcess active, List<ServerProcess> others) throws Exception {
    int id = row++;
    active.run("INSERT INTO app.locks VALUES (" + id + ", 1)");
    for (ServerProcess s : others) {
      within(
          CHANGE,
          () -> "a row of " + active.address() + " arrives at " + s.address() + " " + names(),
          () -> s.ask("SELECT COUNT(*) FROM app.locks WHERE id = " + id).equals("1"));
    }
  }

  private static int operatorPort(String ports) {
    return Integer.parseInt(ports.replaceAll(".*operator: (\\d+).*", "$1"));
  }

  private String mpp(String node, String... args) {
    List<String> words = new ArrayList<>(List.of("--node", node));
    words.addAll(List.of(args));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Main.commandLine(Screen.of(out, err)).execute(words.toArray(String[]::new));
    assertEquals(0, exit, out + "\n" + err);
    return out.toString();
  }

  @Test
  void theServersFollowTheRoleFromSiteToSiteAndInsideASite() throws Exception {
    ServerProcess a1 = started(61);
    ServerProcess a2 = started(62);
    ServerProcess b1 = started(63);
    ServerProcess b2 = started(64);
    String portsA = ports();
    String portsB = ports();
    Path file = config(portsA, portsB);
    Process a = node("a", file);
    Process b = node("b", file);
    within(START, "a site serves", () -> writable(a1) || writable(b1));
    String operator =
        writable(a1) ? "127.0.1.1:" + operatorPort(portsA) : "127.0.2.1:" + operatorPort(portsB);
    if (writable(b1)) {
      follows("at first", a1, b1);
      switchover(operator, "a");
      within(CHANGE, "a serves", () -> writable(a1));
    }
    follows("at first", a2, a1);
    follows("at first", b1, a1);
    follows("at first", b2, b1);
    arrives(a1, List.of(a2, b1, b2));

    switchover("127.0.1.1:" + operatorPort(portsA), "b");
    within(CHANGE, "b serves", () -> writable(b1));
    follows("after the switchover", b2, b1);
    follows("after the switchover", a1, b1);
    follows("after the switchover", a2, a1);
    arrives(b1, List.of(a1, a2, b2));

    b1.kill();
    long killed = System.nanoTime();
    within(CHANGE, "the other server of b serves", () -> writable(b2));
    follows("after the failover inside b", a1, b2);
    System.out.printf(
        "in-site failover: the other site follows %.1f s after the kill%n",
        (System.nanoTime() - killed) / 1e9);
    follows("after the failover inside b", a2, a1);
    arrives(b2, List.of(a1, a2));

    b1.restart();
    follows("come back", b1, b2);
    arrives(b2, List.of(a1, a2, b1));
    String status = mpp("127.0.1.1:" + operatorPort(portsA), "status");
    assertEquals(
        true, status.contains("follows " + a1.address()), status); // of a2, behind the acting one
    assertEquals(true, a.isAlive() && b.isAlive());
  }

  private void switchover(String node, String to) throws Exception {
    within(
        CHANGE,
        "the switchover to " + to + " could begin",
        () -> {
          StringWriter out = new StringWriter();
          return Main.commandLine(Screen.of(out, out))
                  .execute("--node", node, "switchover", SERVICE, "--to", to, "--dry-run")
              == 0;
        });
    String unused = mpp(node, "switchover", SERVICE, "--to", to, "--reason", "test");
  }

  private void within(
      Duration limit, java.util.function.Supplier<String> what, EventualCondition condition)
      throws Exception {
    try {
      Eventually.within(limit, "", condition::holds);
    } catch (AssertionError e) {
      within(Duration.ZERO, what.get(), () -> false); // with the logs
    }
  }

  private interface EventualCondition {
    boolean holds() throws Exception;
  }
}
