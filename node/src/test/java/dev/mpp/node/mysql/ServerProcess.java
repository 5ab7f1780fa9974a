package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * A real server as a child process on loopback, with a data directory of its own, prepared for MPP.
 * No child outlives this JVM's orderly end.
 */
public abstract class ServerProcess implements AutoCloseable {
  public static final Credentials MANAGER = new Credentials("mpp", () -> "manager's \\ secret");
  static final Credentials APP = new Credentials("app", () -> "app");

  /**
   * Data directories live in memory where there is a file system for it: they start much faster.
   */
  private static final Path MEMORY = Path.of("/dev/shm");

  private static final AtomicInteger COUNT = new AtomicInteger();
  private static final Set<Process> ALIVE = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> ALIVE.forEach(Process::destroyForcibly)));
  }

  private final int port;
  private final Path data;
  private final List<String> command;
  private Process process;

  /**
   * @param base binaries and options of the family, without those that differ between servers
   * @param template an initialised data directory, which is copied
   */
  ServerProcess(int serverId, List<String> base, Path template, Path disk, List<String> options)
      throws IOException {
    this(serverId, base, template, options, Files.isWritable(MEMORY) ? MEMORY : disk);
  }

  /**
   * @param parent of the data directory
   */
  ServerProcess(int serverId, List<String> base, Path template, List<String> options, Path parent)
      throws IOException {
    this.port = FreePorts.next();
    String name = "mpp-server-" + ProcessHandle.current().pid() + "-" + COUNT.getAndIncrement();
    this.data = parent.resolve(name);
    copy(template, data);
    this.command = new ArrayList<>(base);
    command.addAll(
        List.of(
            "--datadir=" + data,
            "--socket=" + shortSocket(),
            "--pid-file=" + data.resolve("pid"),
            "--bind-address=127.0.0.1",
            "--port=" + port,
            "--server-id=" + serverId));
    command.addAll(options);
    this.process = launch(command);
  }

  /** A read-only, prepared server with the application's account and table {@code app.t}. */
  final void prepare() throws Exception {
    try {
      awaitUp();
      try (Connection root = root();
          Statement s = root.createStatement()) {
        s.execute("SET SESSION sql_log_bin = 0");
        forAdministrators(s, true);
        s.execute("CREATE DATABASE app");
        s.execute("CREATE TABLE app.t (id BIGINT PRIMARY KEY AUTO_INCREMENT, v INT NOT NULL)");
        s.execute("CREATE TABLE app.locks (id INT PRIMARY KEY, v INT NOT NULL)");
        s.execute("INSERT INTO app.locks VALUES (1, 0), (2, 0), (3, 0)");
        s.execute("CREATE USER app@'%' IDENTIFIED BY 'app'");
        s.execute("GRANT ALL ON app.* TO app@'%'");
        s.execute("CREATE USER repl@'%' IDENTIFIED BY 'repl'");
        s.execute("GRANT REPLICATION SLAVE ON *.* TO repl@'%'");
        forAdministrators(s, false);
        prepareSql().apply(root);
      }
    } catch (Exception | Error e) {
      close();
      throw e;
    }
  }

  // ---- what differs between the families ----------------------------------------------------

  abstract PrepareSql prepareSql();

  /** Lets administrators write although the server boots read-only, and ends that. */
  abstract void forAdministrators(Statement s, boolean open) throws SQLException;

  /** Statements as an administrator, past a read-only flag and the binary log. */
  abstract void locally(String sql) throws SQLException;

  /** Expression: what is in the binary log. */
  abstract String position();

  /** Expression: 1 when no client can write. */
  public abstract String readOnly();

  /** Sets every flag. */
  abstract String setReadOnly();

  /** Statements that hold a backup's lock. */
  abstract List<String> backupLock();

  /** Whether a fence holds for those who may do everything, too. */
  abstract boolean stopsAdministrators();

  /** Whether XA COMMIT works on a fenced server. */
  abstract boolean commitsXaWhenReadOnly();

  /** The words of this family's replication statements for SLAVE and MASTER. */
  public abstract String dialect(String statement);

  public abstract void replicateFrom(ServerProcess source) throws SQLException;

  abstract void sourcePort(int port) throws SQLException;

  // ---- what does not ------------------------------------------------------------------------

  public NodeAddress address() {
    return new NodeAddress("127.0.0.1", port);
  }

  public MySqlServer manage(Duration pollTimeout) {
    return MySqlServers.open(ServerOptions.of(address(), "orders", MANAGER, pollTimeout));
  }

  MySqlServer manage(Duration pollTimeout, FenceOptions fence) {
    return MySqlServers.open(
        ServerOptions.of(address(), "orders", MANAGER, pollTimeout).withFence(fence));
  }

  MySqlServer manage(Duration pollTimeout, Duration heartbeat) {
    return MySqlServers.open(
        ServerOptions.of(address(), "orders", MANAGER, pollTimeout).withHeartbeat(heartbeat));
  }

  public Connection root() throws SQLException {
    return connect("root", "");
  }

  Connection app() throws SQLException {
    return connect("app", "app");
  }

  Connection as(Credentials who) throws SQLException {
    return connect(who.user(), who.password().get());
  }

  Connection connect(String user, String password) throws SQLException {
    Properties p = new Properties();
    p.setProperty("user", user);
    p.setProperty("password", password);
    p.setProperty("sslMode", "DISABLED");
    p.setProperty("allowPublicKeyRetrieval", "true");
    p.setProperty("connectTimeout", "2000");
    p.setProperty("socketTimeout", "20000");
    p.setProperty("allowMultiQueries", "true");
    return DriverManager.getConnection("jdbc:mysql://127.0.0.1:" + port + "/", p);
  }

  /** One text as root. */
  public void run(String sql) throws SQLException {
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

  /** {@code host:port} of the server it replicates from without an error; otherwise empty. */
  public String follows() {
    try (Connection c = root()) {
      Map<String, String> row = Rows.first(Rows.query(c, dialect("SHOW SLAVE STATUS")));
      String word = row.containsKey("Master_Host") ? "Master" : "Source";
      String own = word.equals("Master") ? "Slave" : "Replica";
      boolean runs = Rows.on(row, own + "_IO_Running") && Rows.on(row, own + "_SQL_Running");
      return runs
          ? new NodeAddress(Rows.text(row, word + "_Host"), (int) Rows.number(row, word + "_Port"))
              .toString()
          : "";
    } catch (SQLException e) {
      return ""; // it is down, or a fence ended the session
    }
  }

  /** SIGSTOP; returns when the kernel shows the process stopped. */
  public void freeze() throws Exception {
    signal("-STOP");
    Path stat = Path.of("/proc/" + process.pid() + "/stat");
    Eventually.within(
        Duration.ofSeconds(5), "it is stopped", () -> Files.readString(stat).contains(") T "));
  }

  public void thaw() throws Exception {
    signal("-CONT");
  }

  private void signal(String signal) throws Exception {
    new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
  }

  /** SIGKILL, waits for the end. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    ALIVE.remove(process);
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public long pid() {
    return process.pid();
  }

  public void restart() throws Exception {
    kill();
    process = launch(command);
    awaitUp();
  }

  /** The same, and nobody told it to wait with replication: its receiver starts with it. */
  public void restartReplicating() throws Exception {
    kill();
    List<String> eager = new ArrayList<>(command);
    eager.removeAll(List.of("--skip-slave-start", "--skip-replica-start"));
    process = launch(eager);
    awaitUp();
  }

  /** The server is killed and comes back with a copy of these data. */
  final void restartWith(Path template) throws Exception {
    kill();
    delete(data);
    copy(template, data);
    process = launch(command);
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

  private Process launch(List<String> command) throws IOException {
    return start(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(data.resolve("error.log").toFile())));
  }

  private static Process start(ProcessBuilder builder) throws IOException {
    Process p = builder.start();
    ALIVE.add(p);
    return p;
  }

  /** Runs a tool of the server to its end. */
  static void run(ProcessBuilder builder, Path log, Duration limit) throws IOException {
    Process p = start(builder.redirectErrorStream(true).redirectOutput(log.toFile()));
    try {
      if (!p.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) || p.exitValue() != 0) {
        throw new IllegalStateException(builder.command() + ": " + Files.readString(log));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      p.destroyForcibly();
      ALIVE.remove(p);
    }
  }

  /** A socket's path holds a little over 100 bytes; a data directory's may be longer. */
  private Path shortSocket() {
    return Path.of(System.getProperty("java.io.tmpdir"), "mpp-" + port + ".sock");
  }

  final void awaitUp() throws Exception {
    AtomicReference<String> last = new AtomicReference<>("");
    try {
      Eventually.within(Duration.ofSeconds(90), "the server answers", () -> answers(last));
    } catch (AssertionError e) {
      String log = Files.readString(data.resolve("error.log"));
      throw new AssertionError(e.getMessage() + ": " + last + "; its log:\n" + log, e);
    }
  }

  /** What it has logged, and whether it runs. */
  public final String log() throws IOException {
    return (process.isAlive() ? "running" : "ended, exit " + process.exitValue())
        + "\n"
        + Files.readString(data.resolve("error.log"));
  }

  private boolean answers(AtomicReference<String> last) throws IOException {
    if (!process.isAlive()) {
      throw new IllegalStateException(Files.readString(data.resolve("error.log")));
    }
    try (Connection c = root()) {
      return c.isValid(2);
    } catch (SQLException e) {
      last.set(e.getErrorCode() + " " + e.getMessage());
      return false;
    }
  }

  /** Something that is made once for all tests. */
  interface Making {
    Path make() throws IOException;
  }

  /** Two test processes of one build share the directory: one makes, the other waits. */
  static Path alone(Path work, Making making) throws IOException {
    Files.createDirectories(work);
    try (FileChannel file =
            FileChannel.open(
                work.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = file.lock()) {
      return making.make();
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
