package dev.mpp.chaos.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Where everything of the demo lies; {@code root} is absolute. */
record Layout(Path root) {

  /** {@code $MPP_DEMO_DIR}, else {@code .mpp-demo} beside the launcher. */
  static Layout ofEnvironment() {
    String chosen = System.getenv("MPP_DEMO_DIR");
    Path root =
        chosen != null && !chosen.isBlank()
            ? Path.of(chosen)
            : Path.of(System.getProperty("mpp.home", ".")).resolve(".mpp-demo");
    return new Layout(root.toAbsolutePath().normalize());
  }

  Path site(Site site) {
    return root.resolve(site.label());
  }

  Path processes() {
    return root.resolve("processes");
  }

  Path evidence() {
    return root.resolve("evidence");
  }

  Path controlSocket() {
    return root.resolve("control.sock");
  }

  Path supervisorPid() {
    return root.resolve("supervisor.pid");
  }

  /** The nodes' operator addresses, for {@code ./mpp status} and its like. */
  Path operators() {
    return root.resolve("operators");
  }

  Path lock() {
    return root.resolve("lock");
  }

  /** The port offset the data was made with. */
  Path offset() {
    return root.resolve("port-offset");
  }

  /** Exists once the ledger of all three nodes has been started. */
  Path bootstrapped() {
    return root.resolve("bootstrapped");
  }

  /** Exists once the site's server has its system tables and accounts. */
  Path prepared(Site site) {
    return site(site).resolve("mysql-prepared");
  }

  /** Whether there is data that was made with certain ports. */
  boolean anythingMade() {
    return Files.exists(bootstrapped())
        || Site.withMySql().stream().anyMatch(site -> Files.exists(prepared(site)));
  }

  /** A password made on first use, readable by the owner only. */
  String secret(String name) {
    Path file = root.resolve("secrets").resolve(name);
    try {
      if (!Files.exists(file)) {
        byte[] bytes = new byte[9];
        new SecureRandom().nextBytes(bytes);
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file.resolveSibling(name + ".new"));
        Path fresh =
            Files.createFile(
                file.resolveSibling(name + ".new"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, HexFormat.of().formatHex(bytes) + "\n");
        Files.move(fresh, file);
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes a folder and all in it; nothing when it is not there. */
  static void wipe(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines of a log, for a message that explains why its process ended. */
  static String tail(Path log, int lines) {
    try {
      List<String> all =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    } catch (IOException e) {
      return "(no log at " + log + ")";
    }
  }
}
