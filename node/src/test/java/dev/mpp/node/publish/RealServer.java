package dev.mpp.node.publish;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** A name server of others on a loopback port, in a directory of its own. */
final class RealServer implements AutoCloseable {
  static final String SECRET = "c2VjcmV0IG9mIGEgdGVzdCwgMzIgb2N0ZXRzIGxvbmc=";
  static final String KEY = "test.key hmac-sha256 " + SECRET;
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final Duration START = Duration.ofSeconds(60);

  private final Process process;
  private final Path log;
  final InetSocketAddress address;

  private RealServer(Process process, Path log, int port) {
    this.process = process;
    this.log = log;
    this.address = new InetSocketAddress(LOOPBACK, port);
  }

  /** A port that UDP and TCP have free at present. */
  static int freePort() throws IOException {
    while (true) {
      try (ServerSocket tcp = new ServerSocket(0, 1, LOOPBACK)) {
        try (DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), LOOPBACK)) {
          return udp.getLocalPort();
        } catch (IOException e) {
          // Taken for UDP: another one.
        }
      }
    }
  }

  private static String program(String name) {
    Optional<Path> found =
        Stream.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/sbin")
            .map(dir -> Path.of(dir, name))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(found.isPresent(), name + " is not installed");
    return found.get().toString();
  }

  private static RealServer start(Path dir, int port, List<String> command) throws IOException {
    Path log = dir.resolve("log");
    Process process =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    return new RealServer(process, log, port);
  }

  /** Waits until the server answers anything at all. */
  RealServer ready(String zone) throws Exception {
    long deadline = System.nanoTime() + START.toNanos();
    while (true) {
      try {
        var unused = ask(zone, Type.SOA, Duration.ofSeconds(5));
        return this;
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() - deadline > 0) {
          String said = log();
          close();
          throw new AssertionError("the server does not answer:\n" + said, e);
        }
        Thread.sleep(50);
      }
    }
  }

  static String zoneFile(String zone) {
    return """
    $ORIGIN %s.
    @ 300 IN SOA ns hostmaster 1 3600 600 86400 60
    @ 300 IN NS ns
    ns 300 IN A 127.0.0.1
    alias 300 IN CNAME ns
    """
        .formatted(zone);
  }

  /** A primary where the key may do what docs/dns.md lets it do. */
  static RealServer knotPrimary(Path dir, String zone) throws Exception {
    String program = program("knotd");
    int port = freePort();
    Files.writeString(dir.resolve("zone"), zoneFile(zone));
    Path config =
        Files.writeString(
            dir.resolve("knot.conf"),
            knot(dir, port)
                + """
                acl:
                  - id: update
                    address: 127.0.0.1
                    key: test.key
                    action: update
                    update-owner: name
                    update-owner-match: equal
                    update-owner-name: [mysql, _mpp.mysql]
                zone:
                  - domain: %s
                    storage: "%s"
                    file: zone
                    acl: update
                """
                    .formatted(zone, dir));
    return start(dir, port, List.of(program, "-c", config.toString())).ready(zone);
  }

  private static String knot(Path dir, int port) throws IOException {
    Files.createDirectory(dir.resolve("db")); // of its journal; it makes none
    return """
    server:
        rundir: "%s"
        listen: 127.0.0.1@%d
        udp-workers: 1
        tcp-workers: 1
        background-workers: 1
    database:
        storage: "%s/db"
    log:
      - target: stderr
        any: info
    key:
      - id: test.key
        algorithm: hmac-sha256
        secret: %s
    """
        .formatted(dir, port, dir, SECRET);
  }

  static RealServer knotSecondary(Path dir, String zone, InetSocketAddress primary)
      throws Exception {
    String program = program("knotd");
    int port = freePort();
    Path config =
        Files.writeString(
            dir.resolve("knot.conf"),
            knot(dir, port)
                + """
                remote:
                  - id: primary
                    address: 127.0.0.1@%d
                    key: test.key
                acl:
                  - id: notify
                    address: 127.0.0.1
                    key: test.key
                    action: notify
                zone:
                  - domain: %s
                    storage: "%s"
                    file: zone
                    master: primary
                    acl: notify
                """
                    .formatted(primary.getPort(), zone, dir));
    return start(dir, port, List.of(program, "-c", config.toString())).ready(zone);
  }

  /** A primary where the key may do what docs/dns.md lets it do. */
  static RealServer bindPrimary(Path dir, String zone) throws Exception {
    String program = program("named");
    int port = freePort();
    Files.writeString(dir.resolve("zone"), zoneFile(zone));
    Path config =
        Files.writeString(
            dir.resolve("named.conf"),
            bind(dir, port)
                + """
                zone "%1$s" {
                  type primary; file "zone";
                  update-policy {
                    grant test.key name mysql.%1$s. A AAAA;
                    grant test.key name _mpp.mysql.%1$s. TXT;
                  };
                };
                """
                    .formatted(zone));
    return start(dir, port, bindCommand(program, config)).ready(zone);
  }

  private static List<String> bindCommand(String program, Path config) {
    return List.of(program, "-g", "-n", "1", "-c", config.toString());
  }

  private static String bind(Path dir, int port) {
    return """
    options {
      directory "%s"; pid-file "%s/pid"; session-keyfile "%s/session.key";
      listen-on port %d { 127.0.0.1; }; listen-on-v6 { none; };
      recursion no; dnssec-validation no; notify no; empty-zones-enable no;
    };
    controls { };
    key test.key { algorithm hmac-sha256; secret "%s"; };
    """
        .formatted(dir, dir, dir, port, SECRET);
  }

  static RealServer bindSecondary(Path dir, String zone, InetSocketAddress primary)
      throws Exception {
    String program = program("named");
    int port = freePort();
    Path config =
        Files.writeString(
            dir.resolve("named.conf"),
            bind(dir, port)
                + """
                zone "%s" {
                  type secondary; file "copy"; masterfile-format text;
                  primaries { 127.0.0.1 port %d key test.key; };
                  allow-notify { key test.key; };
                  min-refresh-time 1; min-retry-time 1;
                };
                """
                    .formatted(zone, primary.getPort()));
    return start(dir, port, bindCommand(program, config)).ready(zone);
  }

  static RealServer nsdSecondary(Path dir, String zone, InetSocketAddress primary)
      throws Exception {
    String program = program("nsd");
    int port = freePort();
    Path config =
        Files.writeString(
            dir.resolve("nsd.conf"),
            """
            server:
              ip-address: 127.0.0.1@%2$d
              server-count: 1
              username: ""
              zonesdir: "%1$s"
              database: ""
              pidfile: "%1$s/pid"
              xfrdfile: "%1$s/xfrd"
              xfrdir: "%1$s"
              zonelistfile: "%1$s/zonelist"
              logfile: "%1$s/nsd.log"
              verbosity: 2
              rrl-ratelimit: 0
            remote-control:
              control-enable: no
            key:
              name: test.key
              algorithm: hmac-sha256
              secret: "%5$s"
            zone:
              name: "%3$s"
              zonefile: "%1$s/copy"
              allow-notify: 127.0.0.1 test.key
              request-xfr: 127.0.0.1@%4$d test.key
            """
                .formatted(dir, port, zone, primary.getPort(), SECRET));
    return start(dir, port, List.of(program, "-d", "-c", config.toString())).ready(zone);
  }

  private Message ask(String name, int type, Duration timeout) throws IOException {
    Message query =
        Message.newQuery(Record.newRecord(Name.fromConstantString(name + "."), type, DClass.IN));
    query.getHeader().unsetFlag(Flags.RD);
    return new SignedDns(address, timeout, Optional.empty()).exchange(query, false);
  }

  /** The data of the answer's records, sorted; or the code where there are none. */
  String says(String name, int type) throws IOException {
    Message answer = ask(name, type, START);
    List<String> data =
        answer.getSection(Section.ANSWER).stream()
            .map(r -> r.getTTL() + " " + r.rdataToString())
            .sorted()
            .toList();
    return data.isEmpty() ? org.xbill.DNS.Rcode.string(answer.getRcode()) : String.join("; ", data);
  }

  /** Waits until the server says so. */
  void await(String name, int type, String expected) throws Exception {
    long deadline = System.nanoTime() + START.toNanos();
    String last = "";
    while (System.nanoTime() - deadline < 0) {
      try {
        last = says(name, type);
      } catch (IOException e) {
        last = String.valueOf(e.getMessage());
      }
      if (last.equals(expected)) {
        return;
      }
      Thread.sleep(20);
    }
    throw new AssertionError(name + " is \"" + last + "\", not \"" + expected + "\":\n" + log());
  }

  String log() throws IOException {
    Path nsd = log.resolveSibling("nsd.log");
    return Files.readString(log) + (Files.exists(nsd) ? Files.readString(nsd) : "");
  }

  @Override
  public void close() throws Exception {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
  }
}
