package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Trouble;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * A small file system in memory with the data of one server, so that it can be full without anybody
 * else's being so (mount(8), tmpfs).
 */
final class SmallDisk implements AutoCloseable {
  private static final long SPARE_BYTES = 160L << 20;

  private final Path mounted;

  private SmallDisk(Path mounted) {
    this.mounted = mounted;
  }

  /**
   * Moves the data of a server that does not run there; a link takes its place.
   *
   * @param data the folder
   */
  static SmallDisk around(Path data) {
    Path mounted = data.resolveSibling("disk");
    try {
      Files.createDirectories(mounted);
      long size = size(data) + SPARE_BYTES;
      Tool.run("mount", "-t", "tmpfs", "-o", "size=" + size, "mpp-lab", mounted.toString());
      Tool.run("cp", "-a", data.toString(), mounted.toString());
      Tool.run("rm", "-r", data.toString());
      Files.createSymbolicLink(data, mounted.resolve(data.getFileName()));
      return new SmallDisk(mounted);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long size(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }

  /** Nothing more can be written there until it is mended. */
  Injury fill() {
    Path filler = mounted.resolve("filler");
    byte[] block = new byte[1 << 20];
    for (int length : new int[] {block.length, 4_096}) {
      try (OutputStream out =
          Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (true) {
          out.write(block, 0, length);
        }
      } catch (IOException full) {
        // What was wanted; smaller pieces fill what is left.
      }
    }
    return () -> {
      try {
        Files.deleteIfExists(filler);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  /** Ends what an earlier lab in this folder has left mounted. */
  static void unmountBelow(Path folder) {
    try {
      List<String> left =
          Files.readAllLines(Path.of("/proc/self/mounts")).stream()
              .map(line -> line.split(" ")[1])
              .filter(path -> path.startsWith(folder + "/"))
              .toList();
      left.forEach(path -> Tool.run("umount", "-l", path));
    } catch (IOException e) {
      throw new Trouble("cannot read the mounts: " + e.getMessage(), "");
    }
  }

  @Override
  public void close() {
    Tool.run("umount", "-l", mounted.toString());
  }
}
