package dev.mpp.node;

import dev.mpp.node.mysql.Eventually;
import dev.mpp.node.mysql.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** {@code mpp node} as processes of their own, on loopback, beside a world that greets. */
abstract class LoopbackSites {
  @TempDir Path dir;
  final List<AutoCloseable> opened = new ArrayList<>();
  private final List<Process> nodes = new ArrayList<>();
  private ServerSocket world;

  @BeforeEach
  void openWorld() throws Exception {
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
    Path secret = Files.writeString(dir.resolve("secret"), ServerProcess.MANAGER.password().get());
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (Process p : nodes) {
      p.destroyForcibly().waitFor();
    }
    for (AutoCloseable o : opened) {
      o.close();
    }
  }

  static String ports() throws IOException {
    return "{exchange: %d, ledger: %d, operator: %d, http: %d, dns: %d}"
        .formatted(
            FreePorts.next(),
            FreePorts.next(),
            FreePorts.next(),
            FreePorts.next(),
            FreePorts.next());
  }

  final String common(String mode) {
    return """
    deployment: demo
    mode: %s
    lease: {profile: wan}
    profiles: {quick: {port: %d, timeout: 300ms, interval: 300ms}}
    """
        .formatted(mode, world.getLocalPort());
  }

  final Process node(String site, Path file) throws IOException {
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

  final void within(Duration limit, String what, Callable<Boolean> c) throws Exception {
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
      for (AutoCloseable o : opened) {
        if (o instanceof ServerProcess server) {
          logs.append("\n--- ").append(server.address()).append(' ').append(server.log());
        }
      }
      throw new AssertionError(logs.toString(), e);
    }
  }
}
