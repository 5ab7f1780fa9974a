package dev.mpp.chaos.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mpp.certs.Authority;
import dev.mpp.chaos.check.Attempt;
import dev.mpp.chaos.client.Login;
import dev.mpp.chaos.client.WriteProbe;
import dev.mpp.chaos.process.Child;
import dev.mpp.chaos.process.Children;
import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Folder;
import dev.mpp.chaos.process.MariaDb;
import dev.mpp.chaos.process.Operator;
import dev.mpp.chaos.process.Place;
import dev.mpp.chaos.process.ServerFiles;
import dev.mpp.tls.Identity;
import dev.mpp.tls.TlsFiles;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two instances of one site on two hosts, their server on a third, two witnesses, all under TLS,
 * and a network that is cut between them. Real processes in network namespaces; needs root.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@Timeout(600)
class TwinSplitTest {
  private static final String PROBE = "mppprobe" + ProcessHandle.current().pid();
  private static final Map<String, String> HOSTS = hosts();
  private static final Duration SOON = Duration.ofSeconds(150);

  private static final String CONFIG =
      """
      deployment: split
      site: %s
      data-dir: %s
      tls: {certificate: "%s", key: "%s", authority: "%s"}
      sites:
        - {name: site1, instances: [{name: a, address: 198.51.100.1}, {name: b, address: 198.51.100.2}]}
        - {name: w1, address: 198.51.100.3, witness: true}
        - {name: w2, address: 198.51.100.4, witness: true}
      services:
        - name: mysql.eraser.test
          poll: {interval: 500ms}
          mysql: {user: mpp, password-file: %s}
          sites:
            - {site: site1, addresses: [198.51.100.5], pool: "name:p;primary:198.51.100.5:3306"}
      """;

  private final Console console = new Console(System.out, false);
  private final List<AutoCloseable> open = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path root;

  @SuppressWarnings("NullAway.Init")
  private Folder folder;

  @SuppressWarnings("NullAway.Init")
  private Network network;

  @SuppressWarnings("NullAway.Init")
  private Children children;

  @SuppressWarnings("NullAway.Init")
  private Authority authority;

  private static Map<String, String> hosts() {
    Map<String, String> hosts = new LinkedHashMap<>();
    List.of("twina", "twinb", "w1", "w2", "db")
        .forEach(label -> hosts.put(label, "198.51.100." + (hosts.size() + 1)));
    return hosts;
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  private static boolean namespaces() {
    boolean made = Ip.ask("netns", "add", PROBE).isPresent();
    Ip.ask("netns", "delete", PROBE);
    return made;
  }

  /** Instances are a and b, which ip(8) does not take for names of links. */
  private static String label(String host) {
    return host.length() == 1 ? "twin" + host : host;
  }

  private static String address(String host) {
    return HOSTS.getOrDefault(label(host), "");
  }

  private Place place(String host) {
    return new Place(host, root.resolve(host), address(host), network.namespace(label(host)));
  }

  @Test
  void aSplitBetweenTwinsNeverMakesTwoThatAct() throws Exception {
    assumeTrue(
        namespaces(), "no partitions are tested here: this process cannot make network namespaces");
    WriteProbe probe = up();
    await("writes are accepted", probe::accepting);
    String first = settled();

    // Only the two lose each other. The one that acts goes on, unless its way to the ledger was the
    // other one, which led the replication; or the machine is so busy that it renews too late.
    long splitAt = System.nanoTime();
    network.cut(Drop.between(address("a"), address("b")));
    await("they lose each other", () -> alone("a") && alone("b"));
    neverTwo("split between the twins", first);
    network.heal();
    first = settled();
    report("split between the twins", probe, splitAt, 5_000);

    // The other one hears nobody: nothing at all.
    String cut = other(first);
    network.cut(Drop.isolated(address(cut)));
    String rest = first;
    await("it is alone", () -> alone(rest));
    neverTwo("the passive one isolated", first);
    assertTrue(acts(first), this::logs);
    network.heal();
    assertEquals(first, settled());
    String second = other(first);

    // The one that acts loses everybody but the server: its twin acts; it stops by itself.
    String lost = first;
    long cutAt = System.nanoTime();
    network.cut(
        Drop.between(address(lost), List.of(address(second), address("w1"), address("w2"))));
    await(second + " acts", () -> acts(second));
    long after = (System.nanoTime() - cutAt) / 1_000_000;
    System.out.println("TWIN cut off: " + second + " acts after " + after + " ms");
    assertTrue(after < 12_000, after + " ms\n" + logs());
    await("writes are accepted again", probe::accepting);
    network.heal();
    assertEquals(second, settled());
    report("cut off with the server in reach", probe, cutAt, 15_000);

    // By hand, and back.
    assertTrue(order(lost).contains(second), () -> "the passive one refuses and says who acts");
    assertTrue(acts(second), this::logs);
    long handed = System.nanoTime();
    String answer = order(second);
    await(lost + " acts: " + answer, () -> acts(lost) && !acts(second));
    assertEquals(lost, settled());
    report("handover", probe, handed, 2_000);
    assertEquals(0, rejected("a"), "nobody was turned away");
    assertEquals(0, rejected("b"), "nobody was turned away");
  }

  private static String other(String instance) {
    return instance.equals("a") ? "b" : "a";
  }

  /**
   * For ten seconds. The superseded one learns of an adoption some time after the other; what it
   * says of itself until then lets nobody write (decision 10).
   */
  private void neverTwo(String what, String first) {
    long longest = 0;
    long both = 0;
    boolean moved = false;
    long end = System.nanoTime() + 10_000_000_000L;
    for (long now = System.nanoTime(); now < end; now = System.nanoTime()) {
      boolean one = acts(first);
      boolean two = acts(other(first));
      both = !(one && two) ? 0 : both == 0 ? now : both;
      longest = Math.max(longest, both == 0 ? 0 : System.nanoTime() - both);
      moved |= two;
    }
    System.out.printf(
        "TWIN %s: %s, both said so for %d ms at most%n",
        what, moved ? "the other one adopted" : "nothing moved", longest / 1_000_000);
    assertTrue(longest < 3_000_000_000L, () -> what + ": two act\n" + logs());
  }

  private WriteProbe up() throws Exception {
    Remains.remove();
    String id = Remains.claim(new Random());
    open.add(() -> Remains.release(id));
    network = Network.build(id, HOSTS);
    open.add(network);
    folder = new Folder(root);
    children = new Children(root.resolve("processes"));
    List.of("app", "repl", "root", "mpp").forEach(folder::secret);
    authority = Authority.init(root.resolve("ca"), "split", Duration.ofDays(2), Instant.now());
    issue(Identity.operator("split", "ann"), root.resolve("operator"));
    MariaDb mysql =
        new MariaDb(
            folder,
            place("db"),
            address("w1"),
            3306,
            1,
            ServerFiles.unpacked(root, console),
            children);
    mysql.prepare();
    keep(mysql.start());
    for (String host : List.of("w1", "w2", "a", "b")) {
      start(host);
    }
    Login login = Login.app(3306, folder.secret("app"));
    WriteProbe probe =
        network.namespace(Network.CLIENTS).inside(() -> new WriteProbe(address("db"), login));
    open.add(probe);
    return probe;
  }

  private void keep(Child child) {
    open.add(child::kill);
  }

  private TlsFiles issue(Identity identity, Path to) throws Exception {
    return authority.issue(identity, List.of(), Duration.ofDays(1), Instant.now(), to);
  }

  private void start(String host) throws Exception {
    boolean twin = host.length() == 1;
    String site = twin ? "site1" : host;
    Path home = Files.createDirectories(root.resolve(host));
    TlsFiles tls = issue(Identity.site("split", site), home.resolve("tls"));
    Files.writeString(
        home.resolve("mpp.yml"),
        CONFIG.formatted(
            site,
            home.resolve("data"),
            tls.certificate(),
            tls.key(),
            tls.authority(),
            root.resolve("secrets/mpp")));
    List<String> command = new ArrayList<>(place(host).entrance().words());
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
            "--bootstrap",
            "--config",
            home.resolve("mpp.yml").toString()));
    if (twin) {
      command.addAll(List.of("--instance", host));
    }
    keep(children.start("node-" + host, command, classPath(), home, log(host)));
  }

  private static Map<String, String> classPath() {
    return Map.of(
        "CLASSPATH",
        Stream.of(System.getProperty("java.class.path").split(":"))
            .map(entry -> Path.of(entry).toAbsolutePath().toString())
            .collect(Collectors.joining(":")));
  }

  private Path log(String host) {
    return root.resolve(host).resolve("node.log");
  }

  /** {@code /health} of an instance; a missing node while it does not answer. */
  private JsonNode health(String host) {
    try {
      return new ObjectMapper().readTree(ask(host, "health"));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Empty while it does not answer. */
  private String ask(String host, String path) {
    return network
        .namespace(label(host))
        .inside(
            () -> {
              try {
                URI uri = URI.create("http://" + address(host) + ":7480/" + path);
                HttpURLConnection http = (HttpURLConnection) uri.toURL().openConnection();
                http.setConnectTimeout(1_000);
                http.setReadTimeout(2_000);
                try (var body =
                    http.getResponseCode() == 200 ? http.getInputStream() : http.getErrorStream()) {
                  return new String(body.readAllBytes(), StandardCharsets.UTF_8);
                }
              } catch (IOException e) {
                return "";
              }
            });
  }

  private boolean acts(String host) {
    return health(host).path("acts").asBoolean(false);
  }

  private boolean alone(String host) {
    return health(host).path("warnings").toString().contains("other instance is not there");
  }

  /** Who acts, once the other does not, is ready, and the service is well at both. */
  private String settled() {
    String[] found = {""};
    await(
        "one acts and the other is ready",
        () -> {
          JsonNode a = health("a");
          JsonNode b = health("b");
          boolean well =
              a.path("status").asText().equals("UP") && b.path("status").asText().equals("UP");
          if (well && a.path("acts").asBoolean() != b.path("acts").asBoolean()) {
            found[0] = a.path("acts").asBoolean() ? "a" : "b";
          }
          return !found[0].isEmpty()
              && mpp(found[0].equals("a") ? "b" : "a", "status").contains("; ready to take over");
        });
    return found[0];
  }

  private String order(String host) {
    return mpp(host, "twin", "handover", "--user", "ann", "--reason", "test");
  }

  /** What the command prints, under the operator's certificate. */
  private String mpp(String host, String... arguments) {
    Path answer = root.resolve("answer-" + System.nanoTime());
    List<String> all = new ArrayList<>(List.of("--tls", root.resolve("operator").toString()));
    all.addAll(List.of("--node", address(host) + ":7402"));
    all.addAll(List.of(arguments));
    Child child = new Operator(place(host), children).start(all, answer);
    assertTrue(Deadline.await(Duration.ofSeconds(40), () -> !child.alive()), "it did not end");
    try {
      return Files.readString(answer);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** How many were turned away at the door of the group. */
  private double rejected(String host) {
    return ask(host, "metrics")
        .lines()
        .filter(line -> line.startsWith("mpp_rejected_attempts_total{door=\"twin\"}"))
        .mapToDouble(line -> Double.parseDouble(line.split(" ")[1]))
        .findFirst()
        .orElse(-1);
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
    long millis = longest / 1_000_000;
    System.out.println("TWIN " + what + ": longest time without a write " + millis + " ms");
    assertTrue(millis < mostMillis, () -> what + ": " + millis + " ms\n" + logs());
  }

  private void await(String what, java.util.function.BooleanSupplier condition) {
    assertTrue(Deadline.await(SOON, condition), () -> "not in time: " + what + "\n" + logs());
  }

  private String logs() {
    return Stream.of("a", "b", "w1", "w2")
        .map(host -> "--- " + host + " " + health(host) + "\n" + Folder.tail(log(host), 40))
        .collect(Collectors.joining("\n"));
  }
}
