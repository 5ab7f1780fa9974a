package dev.mpp.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/** A MySQL server, 8.0.26 or newer, of which only the daemon is needed. */
public final class MySql implements DatabaseServer {
  /** A server that begins with recovery on a busy machine. */
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private final Folder folder;
  private final Place place;
  private final String peer;
  private final int port;
  private final int serverId;
  private final Path server;
  private final Children children;

  MySql(
      Folder folder,
      Place place,
      String peer,
      int port,
      int serverId,
      Path server,
      Children children) {
    this.folder = folder;
    this.place = place;
    this.peer = peer;
    this.port = port;
    this.serverId = serverId;
    this.server = server;
    this.children = children;
  }

  @Override
  public Path log() {
    return place.folder().resolve("mysqld.log");
  }

  @Override
  public Child start() {
    try {
      // A lock of a killed server, whose pid may be somebody else's by now, keeps the next one out.
      for (String left : List.of("mysql.sock", "mysql.sock.lock", "mysqld.pid")) {
        Files.deleteIfExists(data().resolve(left));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>(place.entrance().words());
    command.addAll(daemon("--defaults-file=" + configuration()));
    Child child =
        children.start("mysql-" + place.label(), command, Map.of(), place.folder(), log());
    boolean ready = Deadline.await(START_LIMIT, () -> !child.alive() || listens());
    if (!child.alive() || !ready) {
      child.kill();
      throw new Trouble(
          "MySQL of " + place.label() + " did not start; the end of " + log() + ":",
          Folder.tail(log(), 12));
    }
    return child;
  }

  private boolean listens() {
    return place.entrance().inside(() -> Reachable.tcp(place.address(), port, 200));
  }

  @Override
  public void prepare() {
    try {
      Folder.wipe(data());
      Files.createDirectories(place.folder().resolve("tmp"));
      Files.writeString(configuration(), Template.fill("/lab/mysql.cnf", settings()));
      initialise();
      Child child = start();
      try {
        administer("", Template.fill("/lab/mysql-accounts.sql", settings()), "the lab's accounts");
        administer(
            folder.secret("root"),
            Template.fill("/mysql/mysql-prepare.sql", settings()),
            "MPP's account and event");
      } finally {
        child.stop(Duration.ofSeconds(60));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void initialise() throws IOException {
    Path script =
        Files.writeString(
            place.folder().resolve("init.sql"),
            """
            CREATE USER root@'%';
            GRANT ALL ON *.* TO root@'%' WITH GRANT OPTION;
            """);
    List<String> command = daemon("--no-defaults");
    command.addAll(
        List.of(
            "--basedir=" + server,
            "--lc-messages-dir=" + server.resolve("share"),
            "--datadir=" + data(),
            "--innodb-use-native-aio=0",
            "--innodb-redo-log-capacity=24M",
            "--mysqlx=OFF",
            "--secure-file-priv=NULL",
            "--initialize-insecure",
            "--init-file=" + script));
    children.run("initialising MySQL of " + place.label(), command, place.folder(), "");
  }

  @Override
  public String administer(String password, String sql, String what) {
    return place
        .entrance()
        .inside(
            () -> {
              try (Connection connection = root(password);
                  Statement statement = connection.createStatement()) {
                statement.setEscapeProcessing(false);
                StringBuilder answers = new StringBuilder();
                for (String one : SqlText.statements(sql)) {
                  if (statement.execute(one)) {
                    rows(statement, answers);
                  }
                }
                return answers.toString();
              } catch (SQLException e) {
                throw new Trouble(what + " at " + place.label() + " failed: " + e.getMessage(), "");
              }
            });
  }

  @Override
  public void letRootIn(String password) {
    // So it is made.
  }

  private static void rows(Statement statement, StringBuilder answers) throws SQLException {
    try (ResultSet found = statement.getResultSet()) {
      int columns = found.getMetaData().getColumnCount();
      while (found.next()) {
        for (int i = 1; i <= columns; i++) {
          answers.append(i == 1 ? "" : "\t").append(found.getString(i));
        }
        answers.append('\n');
      }
    }
  }

  private Connection root(String password) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", "root");
    properties.setProperty("password", password);
    properties.setProperty("sslMode", "DISABLED");
    properties.setProperty("allowPublicKeyRetrieval", "true");
    properties.setProperty("connectTimeout", "5000");
    properties.setProperty("socketTimeout", "60000");
    return DriverManager.getConnection(
        "jdbc:mysql://" + place.address() + ":" + port + "/", properties);
  }

  private List<String> daemon(String defaults) {
    List<String> command = new ArrayList<>(List.of(server.resolve("bin/mysqld").toString()));
    command.add(defaults);
    if ("root".equals(System.getProperty("user.name"))) {
      command.add("--user=root"); // mysqld refuses root unless told
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
    Stream.of("app", "repl", "root")
        .forEach(user -> settings.put(user + ".password", folder.secret(user)));
    settings.put("manager.user", "mpp");
    settings.put("manager.host", "%");
    settings.put("manager.password", folder.secret("mpp"));
    return settings;
  }

  private Path data() {
    return place.folder().resolve("mysql");
  }

  private Path configuration() {
    return place.folder().resolve("mysql.cnf");
  }
}
