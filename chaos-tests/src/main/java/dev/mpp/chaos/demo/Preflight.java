package dev.mpp.chaos.demo;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Everything that can be known to go wrong before anything is started. */
final class Preflight {
  private static final long NEEDED_BYTES = 1_500_000_000L;

  private Preflight() {}

  static void machine() {
    String os = System.getProperty("os.name") + " " + System.getProperty("os.arch");
    if (!os.equals("Linux amd64")) {
      throw new DemoException(
          "the demo needs Linux on x86_64: its MariaDB binaries are built for that. This is " + os,
          "run it in a virtual machine or container, or look at docs/ for a real deployment");
    }
    if (Runtime.version().feature() < 25) {
      throw new DemoException(
          "this Java is " + Runtime.version() + "; MPP needs 25 or newer",
          "start it with ./mpp, which looks for a JDK 25, or set JAVA_HOME");
    }
  }

  static void folder(Layout layout, boolean firstTime) {
    int length = layout.controlSocket().toString().length();
    if (length > 100) {
      throw new DemoException(
          "the demo folder's path is too long for a socket: " + layout.root(),
          "set MPP_DEMO_DIR to a shorter path");
    }
    try {
      Files.createDirectories(layout.root());
      if (!Files.isWritable(layout.root())) {
        throw new IOException("not writable");
      }
      long usable = Files.getFileStore(layout.root()).getUsableSpace();
      if (firstTime && usable < NEEDED_BYTES) {
        throw new DemoException(
            String.format(
                Locale.ROOT,
                "only %.2f GB are free in %s; the demo needs 1.5 GB",
                usable / 1e9,
                layout.root()),
            "make room, or set MPP_DEMO_DIR to a folder on another disk");
      }
    } catch (IOException e) {
      throw new DemoException(
          "cannot use the demo folder " + layout.root() + ": " + e,
          "set MPP_DEMO_DIR to a folder you may write");
    }
  }

  /** Held as long as this supervisor runs; the kernel gives it up when it dies. */
  static FileLock lock(Layout layout) {
    try {
      FileChannel channel =
          FileChannel.open(layout.lock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new DemoException(
            "a demo is already running in " + layout.root(),
            "look at it: ./mpp demo status\nend it: ./mpp demo stop");
      }
      return lock;
    } catch (IOException e) {
      throw new DemoException("cannot lock " + layout.lock() + ": " + e, "");
    }
  }

  static void ports(Ports ports) {
    List<String> taken = new ArrayList<>();
    for (Site site : Site.values()) {
      tcp(taken, site.address(), ports.exchange(), ports.ledger(), ports.operator(), ports.http());
    }
    for (Site site : Site.withMySql()) {
      tcp(taken, site.address(), ports.mysql(), ports.dns());
      if (!Reachable.freeUdp(site.address(), ports.dns())) {
        taken.add(site.address() + ":" + ports.dns() + " (UDP)");
      }
    }
    for (String address : World.ADDRESSES) {
      tcp(taken, address, ports.worldHttp(), ports.worldTcp());
    }
    if (!taken.isEmpty()) {
      throw new DemoException(
          "these ports are taken: " + String.join(", ", taken),
          "find who has them: ss -lntup\nor use others: ./mpp demo --port-offset 1000");
    }
  }

  private static void tcp(List<String> taken, String address, int... ports) {
    for (int port : ports) {
      if (!Reachable.freeTcp(address, port)) {
        taken.add(address + ":" + port);
      }
    }
  }

  /** The binaries run here: the right C library and the few others they need. */
  static void server(Path server, Children children) {
    try {
      children.run(
          "mariadbd --version",
          List.of(server.resolve("bin/mariadbd").toString(), "--no-defaults", "--version"),
          server,
          "");
    } catch (DemoException e) {
      throw new DemoException(
          "MariaDB's binary does not run on this system: " + e.getMessage(),
          "it needs glibc, libcrypt.so.1, libsystemd.so.0 and libstdc++.so.6, for example\n"
              + "Debian, Ubuntu: apt-get install libcrypt1 libsystemd0 libstdc++6\n"
              + "Fedora, RHEL: dnf install libxcrypt-compat systemd-libs libstdc++");
    }
  }
}
