package dev.mpp.chaos.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.chaos.check.Attempt;
import dev.mpp.chaos.client.Login;
import dev.mpp.chaos.client.WriteProbe;
import dev.mpp.chaos.process.Child;
import dev.mpp.chaos.process.Children;
import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Folder;
import dev.mpp.chaos.process.MariaDb;
import dev.mpp.chaos.process.ServerFiles;
import dev.mpp.chaos.process.Signals;
import dev.mpp.proto.v1.OperatorGrpc;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * One site with two instances, one real server and a writer; two witnesses vote beside it. The
 * acting instance is stopped, frozen and killed: its twin acts within two seconds, the site keeps
 * the role, and clients see what docs/twins.md says.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@Timeout(600)
class TwinFailoverTest {
  private static final String CONFIG =
      """
      deployment: twins
      site: %s
      data-dir: %s
      sites:
        - {name: site1, instances: [{name: a, address: 127.0.1.2}, {name: b, address: 127.0.1.3}]}
        - {name: w1, address: 127.0.2.1, witness: true}
        - {name: w2, address: 127.0.3.1, witness: true}
      ports: {exchange: %d, ledger: %d, operator: %d, http: %d, dns: %d, twin: %d}
      services:
        - name: mysql.eraser.test
          poll: {interval: 500ms}
          mysql: {user: mpp, password-file: ../secrets/mpp}
          sites:
            - {site: site1, addresses: [127.0.1.1], pool: "name:p;primary:127.0.1.1:%d"}
      """;

  private final Ports ports = new Ports(6_100);
  private final Console console = new Console(System.out, false);
  private final List<AutoCloseable> open = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path folder;

  @SuppressWarnings("NullAway.Init")
  private Layout layout;

  @SuppressWarnings("NullAway.Init")
  private Children children;

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  @Test
  void theTwinTakesOverAndTheSiteKeepsItsRole() throws Exception {
    layout = new Layout(folder);
    children = new Children(layout.processes());
    Path server = ServerFiles.unpacked(folder, console);
    MariaDb mysql =
        new MariaDb(
            new Folder(folder),
            layout.place(Site.SITE1),
            Site.SITE2.address(),
            ports.mysql(),
            Site.SITE1.serverId(),
            server,
            children);
    mysql.prepare();
    Child database = mysql.start();
    open.add(database::kill);
    start("w1", "");
    start("w2", "");
    Map<String, Child> twins = new HashMap<>();
    twins.put("a", start("site1", "a"));
    twins.put("b", start("site1", "b"));
    WriteProbe probe =
        new WriteProbe(Site.SITE1.address(), Login.app(ports.mysql(), layout.secret("app")));
    open.add(probe);
    await("writes are accepted", Duration.ofSeconds(150), probe::accepting);

    // An orderly stop: no outage.
    String stopped = acting();
    settle(probe);
    long from = System.nanoTime();
    Signals.TERM.send(child(twins, stopped).pid());
    actsAfter(other(stopped), from, "orderly stop");
    await("it ended", Duration.ofSeconds(20), () -> !child(twins, stopped).alive());
    settle(probe);
    report("orderly stop", probe, from, 1000);
    twins.put(stopped, start("site1", stopped));

    // Frozen: the lock changes hands before it lapses.
    String hung = acting();
    settle(probe);
    long frozen = System.nanoTime();
    child(twins, hung).freeze();
    actsAfter(other(hung), frozen, "freeze");
    await("8 s", Duration.ofSeconds(20), () -> System.nanoTime() - frozen > 8_000_000_000L);
    child(twins, hung).thaw();
    assertEquals(other(hung), acting());
    settle(probe);
    report("freeze and thaw", probe, frozen, 3000);

    // Killed: at most the dead-man's own blip.
    long killed = System.nanoTime();
    child(twins, other(hung)).kill();
    actsAfter(hung, killed, "kill");
    settle(probe);
    report("kill", probe, killed, 6000);
    assertTrue(status(hung).contains(hung + " acts for site1"), status(hung));
  }

  private static Child child(Map<String, Child> twins, String instance) {
    return Objects.requireNonNull(twins.get(instance));
  }

  private static String other(String instance) {
    return instance.equals("a") ? "b" : "a";
  }

  /** The instance that acts, once its twin is ready to take over. */
  private String acting() {
    String[] found = new String[1];
    await(
        "one acts, the other is ready",
        Duration.ofSeconds(120),
        () -> {
          for (String i : List.of("a", "b")) {
            if (status(other(i)).contains("; ready to take over")) {
              found[0] = i;
              return true;
            }
          }
          return false;
        });
    return found[0];
  }

  private Child start(String site, String instance) throws IOException {
    String name = site + instance;
    Path home = Files.createDirectories(folder.resolve(name));
    boolean bootstrap = !Files.exists(home.resolve("data"));
    layout.secret("mpp");
    Files.writeString(
        home.resolve("mpp.yml"),
        CONFIG.formatted(
            site,
            home.resolve("data"),
            ports.exchange(),
            ports.ledger(),
            ports.operator(),
            ports.http(),
            ports.dns(),
            ports.ledger() + 2,
            ports.mysql()));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xmx192m",
            "dev.mpp.node.Main",
            "node",
            "--config",
            home.resolve("mpp.yml").toString()));
    if (!instance.isEmpty()) {
      command.addAll(List.of("--instance", instance));
    }
    if (bootstrap) {
      command.add("--bootstrap");
    }
    Child child =
        children.start(
            "node-" + name,
            command,
            Map.of(
                "CLASSPATH",
                Stream.of(System.getProperty("java.class.path").split(":"))
                    .map(entry -> Path.of(entry).toAbsolutePath().toString())
                    .collect(Collectors.joining(":"))),
            home,
            log(name));
    open.add(child::kill);
    return child;
  }

  private Path log(String name) {
    return folder.resolve(name).resolve("node.log");
  }

  /** What the instance says of itself and its twin; empty while it does not answer. */
  private String status(String instance) {
    ManagedChannel channel =
        ManagedChannelBuilder.forAddress(
                instance.equals("a") ? "127.0.1.2" : "127.0.1.3", ports.operator())
            .usePlaintext()
            .build();
    try {
      StatusReply reply =
          OperatorGrpc.newBlockingStub(channel)
              .withDeadlineAfter(2, TimeUnit.SECONDS)
              .status(StatusRequest.getDefaultInstance());
      return reply.getTwin().getSentence();
    } catch (StatusRuntimeException e) {
      return "";
    } finally {
      channel.shutdownNow();
    }
  }

  private void actsAfter(String instance, long from, String what) {
    await(
        instance + " acts after the " + what,
        Duration.ofSeconds(20),
        () -> status(instance).contains(instance + " acts for"));
    long millis = (System.nanoTime() - from) / 1_000_000;
    System.out.println("TWIN " + what + ": " + instance + " acts after " + millis + " ms");
  }

  private void settle(WriteProbe probe) {
    await("writes are accepted again", Duration.ofSeconds(20), probe::accepting);
    long since = System.nanoTime();
    await(
        "three quiet seconds",
        Duration.ofSeconds(20),
        () -> System.nanoTime() - since > 3_000_000_000L);
    await("writes are accepted still", Duration.ofSeconds(20), probe::accepting);
  }

  private void report(String what, WriteProbe probe, long from, long mostMillis) {
    long last = from;
    long longest = 0;
    for (Attempt attempt : probe.attempts()) {
      if (attempt.done() > from && attempt.outcome() == Attempt.Outcome.ACCEPTED) {
        longest = Math.max(longest, attempt.done() - last);
        last = attempt.done();
      }
    }
    System.out.println(
        "TWIN " + what + ": longest time without a write " + longest / 1_000_000 + " ms");
    assertTrue(
        longest < mostMillis * 1_000_000, what + ": " + longest / 1_000_000 + " ms\n" + logs());
  }

  private void await(String what, Duration limit, java.util.function.BooleanSupplier condition) {
    assertTrue(Deadline.await(limit, condition), () -> "not in time: " + what + "\n" + logs());
  }

  private String logs() {
    return "a: "
        + status("a")
        + "\nb: "
        + status("b")
        + "\n"
        + Stream.of("site1a", "site1b", "w1", "w2")
            .map(name -> "--- " + name + "\n" + Folder.tail(log(name), 45))
            .collect(Collectors.joining("\n"));
  }
}
