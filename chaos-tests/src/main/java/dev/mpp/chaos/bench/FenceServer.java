package dev.mpp.chaos.bench;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.PrepareSql;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A server of either family on loopback, prepared for MPP, for the time of a benchmark. */
final class FenceServer implements AutoCloseable {
  static final Credentials MANAGER = new Credentials("mpp", () -> "bench");
  private static final Duration START = Duration.ofMinutes(3);

  /** The application's account and an administrator's, and what they write to. */
  private static final String CONTENT =
      """
      CREATE DATABASE app;
      CREATE TABLE app.t (id BIGINT AUTO_INCREMENT PRIMARY KEY, v BIGINT NOT NULL UNIQUE);
      CREATE TABLE app.locks (id INT PRIMARY KEY, v INT NOT NULL);
      CREATE TABLE app.other (id INT PRIMARY KEY);
      INSERT INTO app.locks VALUES (1, 0), (2, 0), (3, 0);
      CREATE USER app@'%' IDENTIFIED BY 'bench';
      GRANT ALL ON app.* TO app@'%';
      CREATE USER boss@'%' IDENTIFIED BY 'bench';
      GRANT ALL ON *.* TO boss@'%' WITH GRANT OPTION;
      """;

  private final boolean mariaDb;
  private final int port;
  private final Process process;

  private FenceServer(boolean mariaDb, int port, Process process) {
    this.mariaDb = mariaDb;
    this.port = port;
    this.process = process;
  }

  /**
   * @param base has {@code bin/mariadbd} or {@code bin/mysqld} and what goes with it
   * @param data is made
   */
  static FenceServer start(Path base, Path data)
      throws IOException, InterruptedException, SQLException {
    boolean mariaDb = Files.exists(base.resolve("bin/mariadbd"));
    if (!mariaDb && !Files.exists(base.resolve("bin/mysqld"))) {
      throw new IOException(base + ": neither bin/mariadbd nor bin/mysqld is there");
    }
    Path content = Files.writeString(data.resolveSibling("content.sql"), CONTENT);
    Path log = data.resolveSibling("error.log");
    List<String> command = new ArrayList<>();
    if (mariaDb) {
      Files.createDirectories(data);
      BenchServer.bootstrap(base, data);
      command.addAll(BenchServer.command(base, data));
      command.addAll(
          List.of(
              "--init-file=" + content,
              "--read-only=1",
              "--event-scheduler=ON",
              "--gtid-strict-mode=ON"));
    } else {
      command.addAll(mysql(base, data));
      initialise(command, content, log);
      command.addAll(
          List.of("--super-read-only=1", "--gtid-mode=ON", "--enforce-gtid-consistency=ON"));
    }
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    command.addAll(
        List.of(
            "--socket=" + data.resolve("s"),
            "--pid-file=" + data.resolve("pid"),
            "--bind-address=127.0.0.1",
            "--port=" + port,
            "--server-id=1",
            "--log-bin=binlog",
            "--sync-binlog=1",
            "--skip-name-resolve",
            "--innodb-lock-wait-timeout=50"));
    FenceServer server = new FenceServer(mariaDb, port, BenchServer.run(command, log));
    try {
      server.prepare(log);
    } catch (IOException | SQLException | RuntimeException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private static List<String> mysql(Path base, Path data) {
    List<String> command =
        new ArrayList<>(
            List.of(
                base.resolve("bin/mysqld").toString(),
                "--no-defaults",
                "--basedir=" + base,
                "--datadir=" + data,
                "--lc-messages-dir=" + base.resolve("share"),
                // Containers run out of places for asynchronous writes.
                "--innodb-use-native-aio=0",
                "--innodb-buffer-pool-size=32M",
                "--secure-file-priv=NULL",
                "--mysqlx=OFF"));
    if ("root".equals(System.getProperty("user.name"))) {
      command.add("--user=root");
    }
    return command;
  }

  private static void initialise(List<String> command, Path content, Path log)
      throws IOException, InterruptedException {
    List<String> first = new ArrayList<>(command);
    first.addAll(List.of("--initialize-insecure", "--init-file=" + content));
    Process p = BenchServer.run(first, log);
    if (!p.waitFor(START.toMillis(), TimeUnit.MILLISECONDS) || p.exitValue() != 0) {
      p.destroyForcibly();
      throw new IOException("MySQL could not be initialised: " + Files.readString(log));
    }
  }

  private void prepare(Path log) throws IOException, SQLException {
    long end = System.nanoTime() + START.toNanos();
    SQLException last = new SQLException("not tried");
    while (System.nanoTime() - end < 0 && process.isAlive()) {
      try (Connection c = administrator()) {
        (mariaDb ? PrepareSql.mariaDb(MANAGER, "%") : PrepareSql.mySql(MANAGER, "%")).apply(c);
        return;
      } catch (SQLException e) {
        last = e;
        LockSupport.parkNanos(100_000_000);
      }
    }
    throw new IOException("the server did not start: " + Files.readString(log), last);
  }

  /** Of the server itself. */
  long pid() {
    return process.pid();
  }

  NodeAddress address() {
    return new NodeAddress("127.0.0.1", port);
  }

  /** Whether a fence holds for those who may do everything. */
  boolean stopsAdministrators() {
    return !mariaDb;
  }

  /** What is in the binary log. */
  String position() {
    return mariaDb ? "@@global.gtid_binlog_state" : "@@global.gtid_executed";
  }

  Connection client() throws SQLException {
    return connect("app");
  }

  Connection administrator() throws SQLException {
    return connect("boss");
  }

  private Connection connect(String user) throws SQLException {
    Properties p = new Properties();
    p.setProperty("user", user);
    p.setProperty("password", "bench");
    p.setProperty("sslMode", "DISABLED");
    p.setProperty("allowPublicKeyRetrieval", "true");
    p.setProperty("connectTimeout", "5000");
    p.setProperty("socketTimeout", "60000");
    return DriverManager.getConnection("jdbc:mysql://127.0.0.1:" + port + "/", p);
  }

  /** The first column of the first row; empty without one. */
  static String ask(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      String value = r.next() ? r.getString(1) : "";
      return value == null ? "" : value;
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
