package dev.mpp.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The folder that everything of a demo or a lab lies in; {@code root} is absolute. */
public record Folder(Path root) {

  /** A password made on first use, readable by the owner only. */
  public String secret(String name) {
    Path file = root.resolve("secrets").resolve(name);
    try {
      if (!Files.exists(file)) {
        byte[] bytes = new byte[9];
        new SecureRandom().nextBytes(bytes);
        Files.createDirectories(file.getParent());
        Files.deleteIfExists(file.resolveSibling(name + ".new"));
        Path fresh =
            Files.createFile(
                file.resolveSibling(name + ".new"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(fresh, HexFormat.of().formatHex(bytes) + "\n");
        Files.move(fresh, file);
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Held as long as this process runs; the kernel gives it up when it dies. Empty: taken. */
  public Optional<FileLock> lock() {
    Path file = root.resolve("lock");
    try {
      Files.createDirectories(root);
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      Optional<FileLock> lock = Optional.ofNullable(channel.tryLock());
      if (lock.isEmpty()) {
        channel.close();
      }
      return lock;
    } catch (IOException e) {
      throw new Trouble("cannot lock " + file + ": " + e, "");
    }
  }

  public static void release(FileLock lock) {
    try (FileChannel channel = lock.channel()) {
      if (channel.isOpen()) {
        lock.release();
      }
    } catch (IOException e) {
      // The process is about to end, which gives it up too.
    }
  }

  /** Deletes a folder and all in it; nothing when it is not there. */
  public static void wipe(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The last lines of a log, for a message that explains why its process ended. */
  public static String tail(Path log, int lines) {
    try {
      List<String> all =
          new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
      return String.join("\n", all.subList(Math.max(0, all.size() - lines), all.size()));
    } catch (IOException e) {
      return "(no log at " + log + ")";
    }
  }
}
