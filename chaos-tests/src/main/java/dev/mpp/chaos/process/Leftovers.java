package dev.mpp.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Processes of an earlier supervisor that did not end properly, by recorded identity. */
public final class Leftovers {
  private Leftovers() {}

  /** Kills what is still alive and forgets all records; returns what was killed. */
  public static List<String> clean(Path records) {
    List<String> killed = new ArrayList<>();
    if (!Files.isDirectory(records)) {
      return killed;
    }
    try (Stream<Path> files = Files.list(records)) {
      for (Path file : files.sorted().toList()) {
        Identity.read(file)
            .filter(Identity::alive)
            .ifPresent(
                left -> {
                  Signals.KILL.send(left.pid());
                  Deadline.await(Duration.ofSeconds(10), () -> !left.alive());
                  killed.add(file.getFileName() + " (pid " + left.pid() + ")");
                });
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return killed;
  }
}
