package dev.mpp.dns;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** Real programs of others, where they are installed. */
final class Programs {
  private static final int PATIENCE_SECONDS = 60;

  private Programs() {}

  /** Its path; the test is skipped without it. */
  static String need(String name) {
    Optional<Path> found =
        Arrays.stream((System.getenv("PATH") + ":/usr/sbin:/sbin").split(":"))
            .map(dir -> Path.of(dir, name))
            .filter(Files::isExecutable)
            .findFirst();
    Assumptions.assumeTrue(found.isPresent(), name + " is not installed");
    return found.orElseThrow().toString();
  }

  /** What it prints, both streams; it must end. */
  static String output(List<String> command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError(command + " does not end: " + said);
      }
      return said;
    } finally {
      process.destroyForcibly();
    }
  }
}
