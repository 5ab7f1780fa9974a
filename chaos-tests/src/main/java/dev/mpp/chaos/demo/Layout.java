package dev.mpp.chaos.demo;

import dev.mpp.chaos.process.Entrance;
import dev.mpp.chaos.process.Folder;
import dev.mpp.chaos.process.Place;
import java.nio.file.Files;
import java.nio.file.Path;

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

  Place place(Site site) {
    return new Place(site.label(), site(site), site.address(), Entrance.HERE);
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
    return new Folder(root).secret(name);
  }
}
