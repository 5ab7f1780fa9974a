package dev.mpp.node.mysql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * MySQL. Its binaries come from the archive that the build resolves, named by the property {@code
 * mpp.mysql.zip}, and are extracted once; or the property {@code mpp.mysql.base} names a directory
 * with those of another version.
 */
public final class MySqlProcess extends ServerProcess {
  private static final String OTHER = System.getProperty("mpp.mysql.base", "");
  private static final Path OWN = Path.of("target", "mysql").toAbsolutePath();
  private static final Path WORK =
      OTHER.isEmpty() ? OWN : Path.of("target", "mysql-other").toAbsolutePath();
  private static final Path BINARIES = OWN.resolve("base");
  private static final Path BASE = OTHER.isEmpty() ? BINARIES : Path.of(OTHER);
  private static final Path DAEMON = BASE.resolve("bin/mysqld");

  /** Linked against by mysqld, and not in the archive. */
  private static final String AIO = "libaio.so.1";

  private static final List<Path> LIBRARIES =
      List.of(Path.of("/lib/x86_64-linux-gnu"), Path.of("/usr/lib64"), Path.of("/usr/lib"));

  private MySqlProcess(int serverId, List<String> options) throws IOException {
    super(serverId, command(), template(), WORK, options);
  }

  private MySqlProcess(Path parent, int serverId, List<String> options) throws IOException {
    super(serverId, command(), template(), options, parent);
  }

  /** A read-only, prepared server with the application's account and table {@code app.t}. */
  public static MySqlProcess start(int serverId, String... options) throws Exception {
    MySqlProcess server = new MySqlProcess(serverId, Arrays.asList(options));
    server.prepare();
    return server;
  }

  /**
   * @param parent of the data directory
   */
  static MySqlProcess startIn(Path parent, int serverId, String... options) throws Exception {
    MySqlProcess server = new MySqlProcess(parent, serverId, Arrays.asList(options));
    server.prepare();
    return server;
  }

  /** Neither prepared nor with accounts but root. */
  static MySqlProcess bare(int serverId, String... options) throws Exception {
    MySqlProcess server = new MySqlProcess(serverId, Arrays.asList(options));
    try {
      server.awaitUp();
      return server;
    } catch (Exception | Error e) {
      server.close();
      throw e;
    }
  }

  /** The server's own tool, of 8.0.33 whatever the server is. */
  static Path mysqlbinlog() throws IOException {
    Path tool = BINARIES.resolve("bin/mysqlbinlog");
    if (!Files.exists(tool)) {
      extract();
    }
    return tool;
  }

  /** It ended by itself: after a CLONE, as nothing supervises it. */
  void awaitEndAndStart() throws Exception {
    Eventually.within(Duration.ofSeconds(60), "the server ended", () -> !isAlive());
    restart();
  }

  @Override
  PrepareSql prepareSql() {
    return PrepareSql.mySql(MANAGER, "%");
  }

  @Override
  void forAdministrators(Statement s, boolean open) throws SQLException {
    s.execute("SET GLOBAL super_read_only = " + (open ? 0 : 1));
  }

  @Override
  void locally(String sql) throws SQLException {
    run(
        "SET SESSION sql_log_bin = 0; DO GET_LOCK('mpp_lease', 1); SET GLOBAL super_read_only = 0; "
            + sql
            + "; SET GLOBAL super_read_only = 1");
  }

  @Override
  String position() {
    return "@@global.gtid_executed";
  }

  @Override
  public String readOnly() {
    return "@@global.read_only AND @@global.super_read_only";
  }

  @Override
  String setReadOnly() {
    return "SET GLOBAL super_read_only = 1";
  }

  @Override
  List<String> backupLock() {
    return List.of("LOCK INSTANCE FOR BACKUP");
  }

  @Override
  boolean stopsAdministrators() {
    return true;
  }

  @Override
  boolean commitsXaWhenReadOnly() {
    return true;
  }

  @Override
  public String dialect(String statement) {
    return statement
        .replace("_slave", "_replica")
        .replace("_master", "_source")
        .replace("SLAVE", "REPLICA")
        .replace("MASTER", "SOURCE");
  }

  @Override
  public void replicateFrom(ServerProcess source) throws SQLException {
    run(
        "CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT="
            + source.address().port()
            + ", SOURCE_USER='repl', SOURCE_PASSWORD='repl', SOURCE_AUTO_POSITION=1,"
            + " SOURCE_CONNECT_RETRY=1, GET_SOURCE_PUBLIC_KEY=1");
  }

  @Override
  void sourcePort(int port) throws SQLException {
    run("STOP REPLICA; CHANGE REPLICATION SOURCE TO SOURCE_PORT = " + port + "; START REPLICA");
  }

  private static List<String> binary() {
    List<String> command =
        new ArrayList<>(
            List.of(
                DAEMON.toString(),
                "--no-defaults",
                "--basedir=" + BASE,
                "--lc-messages-dir=" + BASE.resolve("share"),
                // Containers run out of places for asynchronous writes.
                "--innodb-use-native-aio=0",
                "--innodb-redo-log-capacity=8M",
                "--mysqlx=OFF",
                "--secure-file-priv=NULL"));
    if (System.getProperty("user.name").equals("root")) {
      command.add("--user=root");
    }
    return command;
  }

  private static List<String> command() throws IOException {
    Path unused = template();
    List<String> command = binary();
    command.addAll(
        List.of(
            "--plugin-dir=" + BASE.resolve("lib/plugin"),
            "--plugin-load-add=semisync_source.so",
            "--plugin-load-add=semisync_replica.so",
            "--plugin-load-add=mysql_clone.so",
            "--rpl-semi-sync-replica-enabled=1",
            "--log-bin=binlog",
            "--relay-log=relay",
            "--gtid-mode=ON",
            "--enforce-gtid-consistency=ON",
            "--sync-binlog=1",
            "--skip-replica-start",
            "--super-read-only=1",
            "--skip-name-resolve",
            "--innodb-lock-wait-timeout=50",
            "--innodb-buffer-pool-size=32M"));
    return command;
  }

  /** An initialised data directory, made once. */
  private static synchronized Path template() throws IOException {
    return alone(WORK, MySqlProcess::made);
  }

  private static Path made() throws IOException {
    Path template = WORK.resolve("template");
    if (OTHER.isEmpty() && !Files.exists(BASE.resolve("lib/plugin/mysql_clone.so"))) {
      extract();
      linkAio();
    }
    if (Files.exists(template)) {
      return template;
    }
    Files.createDirectories(WORK);
    Path script =
        Files.writeString(
            WORK.resolve("init.sql"),
            """
            CREATE USER root@'127.0.0.1';
            GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION;
            """);
    Path fresh = WORK.resolve("template-new");
    List<String> command = binary();
    command.addAll(List.of("--datadir=" + fresh, "--initialize-insecure", "--init-file=" + script));
    run(new ProcessBuilder(command), WORK.resolve("initialize.log"), Duration.ofSeconds(120));
    // Every server makes its own UUID.
    Files.delete(fresh.resolve("auto.cnf"));
    return Files.move(fresh, template);
  }

  private static void extract() throws IOException {
    String zip = System.getProperty("mpp.mysql.zip", "");
    if (zip.isEmpty()) {
      throw new IllegalStateException(
          "the property mpp.mysql.zip names no archive: run the tests with Maven, without"
              + " -DskipMySql");
    }
    try (ZipFile archive = new ZipFile(zip)) {
      for (Enumeration<? extends ZipEntry> e = archive.entries(); e.hasMoreElements(); ) {
        ZipEntry entry = e.nextElement();
        if (needed(entry.getName()) && !entry.isDirectory()) {
          Path to = BINARIES.resolve(entry.getName());
          Files.createDirectories(to.getParent());
          Files.deleteIfExists(to);
          try (InputStream in = archive.getInputStream(entry)) {
            Files.copy(in, to);
          }
        }
      }
    }
    for (String program : List.of("bin/mysqld", "bin/mysqlbinlog")) {
      if (!BINARIES.resolve(program).toFile().setExecutable(true)) {
        throw new IOException("cannot make " + program + " executable");
      }
    }
  }

  private static boolean needed(String name) {
    return name.equals("bin/mysqld")
        || name.equals("bin/mysqlbinlog")
        || name.equals("lib/plugin/mysql_clone.so")
        || name.startsWith("lib/plugin/semisync_")
        || name.startsWith("lib/private/") && !name.contains("/icudt")
        || name.startsWith("share/english/")
        || name.startsWith("share/charsets/")
        || name.matches("share/[^/]+");
  }

  /** Newer distributions have the library under another name, for the same interface on 64 bits. */
  private static void linkAio() throws IOException {
    if (find(AIO).findAny().isPresent()) {
      return;
    }
    Path other =
        find(AIO + "t64")
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "mysqld needs "
                            + AIO
                            + ": apt-get install libaio1 (newer systems: libaio1t64)"));
    Path link = BASE.resolve("lib/private").resolve(AIO);
    Files.deleteIfExists(link);
    Files.createSymbolicLink(link, other);
  }

  private static Stream<Path> find(String name) {
    return LIBRARIES.stream().map(d -> d.resolve(name)).filter(Files::exists);
  }
}
