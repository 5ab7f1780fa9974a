package dev.mpp.chaos.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The MariaDB server of one site: its files, and how it is started. It always boots fenced. */
final class MariaDb {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Layout layout;
  private final Site site;
  private final Ports ports;
  private final Path server;
  private final Children children;

  MariaDb(Layout layout, Site site, Ports ports, Path server, Children children) {
    this.layout = layout;
    this.site = site;
    this.ports = ports;
    this.server = server;
    this.children = children;
  }

  Path log() {
    return layout.site(site).resolve("mariadbd.log");
  }

  /** Started, and answering. */
  Child start() {
    Path data = data();
    try {
      Files.deleteIfExists(data.resolve("mysql.sock"));
      Files.deleteIfExists(data.resolve("mariadbd.pid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Child child =
        children.start(
            "mysql-" + site.label(), serverCommand(), Map.of(), layout.site(site), log());
    boolean ready =
        Deadline.await(
            START_LIMIT, () -> !child.alive() || Reachable.tcp(site.address(), ports.mysql(), 200));
    if (!child.alive() || !ready) {
      child.kill();
      throw new DemoException(
          "MariaDB of " + site.label() + " did not start; the end of " + log() + ":",
          Layout.tail(log(), 12));
    }
    return child;
  }

  /** Whether {@link #prepare} has been done to its end. */
  boolean prepared() {
    return Files.exists(marker());
  }

  /** Makes system tables, accounts, tables, MPP's event and the link to the peer, from nothing. */
  void prepare() {
    try {
      Layout.wipe(data());
      Files.createDirectories(data());
      Files.createDirectories(layout.site(site).resolve("tmp"));
      Files.writeString(configuration(), Template.fill("/demo/mariadb.cnf", settings()));
      List<String> bootstrap = new ArrayList<>(serverCommand());
      bootstrap.add("--bootstrap");
      bootstrap.add("--skip-log-bin");
      children.run(
          "initialising MariaDB of " + site.label() + " (log: " + log() + ")",
          bootstrap,
          layout.site(site),
          ServerFiles.systemTables(server));
      Child child = start();
      try {
        administer(
            "", Template.fill("/mysql/mariadb-prepare.sql", settings()), "MPP's account and event");
        administer("", Template.fill("/demo/accounts.sql", settings()), "the demo's accounts");
      } finally {
        child.stop(Duration.ofSeconds(20));
      }
      Files.createFile(marker());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs statements as root over the server's own socket. */
  String administer(String password, String sql, String what) {
    List<String> command = new ArrayList<>();
    command.add(server.resolve("bin/mariadb").toString());
    // A path relative to the working folder: absolute ones may be too long for a socket.
    command.addAll(
        List.of("--no-defaults", "--skip-ssl", "--batch", "--socket=mysql.sock", "--user=root"));
    // Not on the command line: every user may read that.
    Map<String, String> environment = password.isEmpty() ? Map.of() : Map.of("MYSQL_PWD", password);
    return children.run(what + " at " + site.label(), command, environment, data(), sql);
  }

  private List<String> serverCommand() {
    List<String> command = new ArrayList<>();
    command.add(server.resolve("bin/mariadbd").toString());
    command.add("--defaults-file=" + configuration());
    if ("root".equals(System.getProperty("user.name"))) {
      command.add("--user=root"); // mariadbd refuses root unless told
    }
    return command;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("basedir", server);
    settings.put("datadir", data());
    settings.put("tmpdir", layout.site(site).resolve("tmp"));
    settings.put("logfile", log());
    settings.put("address", site.address());
    settings.put("peer.address", site.peer().address());
    settings.put("port", ports.mysql());
    settings.put("server.id", site.serverId());
    settings.put("app.password", layout.secret("app"));
    settings.put("repl.password", layout.secret("repl"));
    settings.put("root.password", layout.secret("root"));
    settings.put("manager.user", "mpp");
    settings.put("manager.host", "%");
    settings.put("manager.password", layout.secret("mpp"));
    return settings;
  }

  private Path data() {
    return layout.site(site).resolve("mysql");
  }

  private Path configuration() {
    return layout.site(site).resolve("mariadb.cnf");
  }

  private Path marker() {
    return layout.prepared(site);
  }
}
