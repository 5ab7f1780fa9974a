package dev.mpp.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A MariaDB server, 10.11 or newer. */
public final class MariaDb implements DatabaseServer {
  private static final String CLIENT = "bin/mariadb";
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Folder folder;
  private final Place place;
  private final String peer;
  private final int port;
  private final int serverId;
  private final Path server;
  private final Path client;
  private final Children children;

  /** Of the binaries that come with MPP. */
  public MariaDb(
      Folder folder,
      Place place,
      String peer,
      int port,
      int serverId,
      Path server,
      Children children) {
    this(folder, place, peer, port, serverId, server, server, children);
  }

  MariaDb(
      Folder folder,
      Place place,
      String peer,
      int port,
      int serverId,
      Path server,
      Path own,
      Children children) {
    this.folder = folder;
    this.place = place;
    this.peer = peer;
    this.port = port;
    this.serverId = serverId;
    this.server = server;
    // Packages of the daemon alone have none.
    this.client = (Files.exists(server.resolve(CLIENT)) ? server : own).resolve(CLIENT);
    this.children = children;
  }

  @Override
  public Path log() {
    return place.folder().resolve("mariadbd.log");
  }

  @Override
  public Child start() {
    Path data = data();
    try {
      Files.deleteIfExists(data.resolve("mysql.sock"));
      Files.deleteIfExists(data.resolve("mariadbd.pid"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Child child =
        children.start(
            "mysql-" + place.label(),
            Stream.concat(place.entrance().words().stream(), serverCommand().stream()).toList(),
            Map.of(),
            place.folder(),
            log());
    boolean ready = Deadline.await(START_LIMIT, () -> !child.alive() || listens());
    if (!child.alive() || !ready) {
      child.kill();
      throw new Trouble(
          "MariaDB of " + place.label() + " did not start; the end of " + log() + ":",
          Folder.tail(log(), 12));
    }
    return child;
  }

  private boolean listens() {
    return place.entrance().inside(() -> Reachable.tcp(place.address(), port, 200));
  }

  /** Whether {@link #prepare} has been done to its end. */
  public boolean prepared() {
    return Files.exists(marker());
  }

  @Override
  public void prepare() {
    try {
      Folder.wipe(data());
      Files.createDirectories(data());
      Files.createDirectories(place.folder().resolve("tmp"));
      Files.writeString(configuration(), Template.fill("/demo/mariadb.cnf", settings()));
      List<String> bootstrap = new ArrayList<>(serverCommand());
      bootstrap.add("--bootstrap");
      bootstrap.add("--skip-log-bin");
      children.run(
          "initialising MariaDB of " + place.label() + " (log: " + log() + ")",
          bootstrap,
          place.folder(),
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

  /** Over the server's own socket. */
  @Override
  public String administer(String password, String sql, String what) {
    List<String> command = new ArrayList<>();
    command.add(client.toString());
    // A path relative to the working folder: absolute ones may be too long for a socket.
    command.addAll(
        List.of("--no-defaults", "--skip-ssl", "--batch", "--socket=mysql.sock", "--user=root"));
    // Not on the command line: every user may read that.
    Map<String, String> environment = password.isEmpty() ? Map.of() : Map.of("MYSQL_PWD", password);
    return children.run(what + " at " + place.label(), command, environment, data(), sql);
  }

  @Override
  public void letRootIn(String password) {
    administer(
        password,
        "SET SESSION sql_log_bin = 0; GRANT ALL ON *.* TO root@'%' IDENTIFIED BY '"
            + password
            + "' WITH GRANT OPTION;",
        "root from everywhere");
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
    settings.put("tmpdir", place.folder().resolve("tmp"));
    settings.put("logfile", log());
    settings.put("address", place.address());
    settings.put("peer.address", peer);
    settings.put("port", port);
    settings.put("server.id", serverId);
    settings.put("app.password", folder.secret("app"));
    settings.put("repl.password", folder.secret("repl"));
    settings.put("root.password", folder.secret("root"));
    settings.put("manager.user", "mpp");
    settings.put("manager.host", "%");
    settings.put("manager.password", folder.secret("mpp"));
    return settings;
  }

  private Path data() {
    return place.folder().resolve("mysql");
  }

  private Path configuration() {
    return place.folder().resolve("mariadb.cnf");
  }

  private Path marker() {
    return place.folder().resolve("mysql-prepared");
  }
}
