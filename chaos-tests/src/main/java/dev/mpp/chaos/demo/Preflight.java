package dev.mpp.chaos.demo;

import dev.mpp.chaos.process.Folder;
import dev.mpp.chaos.process.Reachable;
import dev.mpp.chaos.process.Trouble;
import java.io.IOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Everything that can be known to go wrong before anything is started. */
final class Preflight {
  private static final long NEEDED_BYTES = 1_500_000_000L;

  private Preflight() {}

  static void folder(Layout layout, boolean firstTime) {
    int length = layout.controlSocket().toString().length();
    if (length > 100) {
      throw new Trouble(
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
        throw new Trouble(
            String.format(
                Locale.ROOT,
                "only %.2f GB are free in %s; the demo needs 1.5 GB",
                usable / 1e9,
                layout.root()),
            "make room, or set MPP_DEMO_DIR to a folder on another disk");
      }
    } catch (IOException e) {
      throw new Trouble(
          "cannot use the demo folder " + layout.root() + ": " + e,
          "set MPP_DEMO_DIR to a folder you may write");
    }
  }

  /** Held as long as this supervisor runs; the kernel gives it up when it dies. */
  static FileLock lock(Layout layout) {
    return new Folder(layout.root())
        .lock()
        .orElseThrow(
            () ->
                new Trouble(
                    "a demo is already running in " + layout.root(),
                    "look at it: ./mpp demo status\nend it: ./mpp demo stop"));
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
    for (String address : Demo.WORLD) {
      tcp(taken, address, ports.worldHttp(), ports.worldTcp());
    }
    if (!taken.isEmpty()) {
      throw new Trouble(
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
}
