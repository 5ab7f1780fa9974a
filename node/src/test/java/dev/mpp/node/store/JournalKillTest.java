package dev.mpp.node.store;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code kill -9} at random moments: every acknowledged entry is there, and no gap. */
class JournalKillTest {
  private static final int ROUNDS = 10;

  @TempDir Path dir;

  @Test
  @Timeout(value = 3, unit = TimeUnit.MINUTES)
  void acknowledgedEntriesSurviveAKill() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    long acknowledged = 0;
    for (int round = 1; round <= ROUNDS; round++) {
      long last = runAndKill(1 + random.nextInt(400));
      String where = "seed " + seed + ", round " + round;
      assertTrue(last > acknowledged, where);
      acknowledged = last;
      try (NodeStore store = NodeStore.open(dir, new StoreFixtures.Heard())) {
        List<Long> found =
            store.journal(0, 1_000_000).stream().map(JournalEntry::sequence).toList();
        assertTrue(found.size() >= acknowledged, where + ": " + found.size() + " of " + last);
        assertEquals(LongStream.rangeClosed(1, found.size()).boxed().toList(), found, where);
      }
    }
  }

  /** Kills the child after so many acknowledgements; returns the last one it got out. */
  private long runAndKill(int after) throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                StoreChild.class.getName(),
                dir.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader out = child.inputReader()) {
      long last = 0;
      String line = completeLine(out);
      for (int seen = 1; line != null; seen++) {
        last = Long.parseLong(line);
        if (seen == 1) {
          assertThrowsInUse(child);
        }
        if (seen == after) {
          // Not Process.destroyForcibly, which also closes the pipe and what is still in it.
          child.toHandle().destroyForcibly();
        }
        line = completeLine(out);
      }
      assertTrue(child.waitFor(30, SECONDS));
      return last;
    } finally {
      child.destroyForcibly();
    }
  }

  private void assertThrowsInUse(Process child) {
    StoreException refused =
        assertThrows(
            StoreException.class, () -> NodeStore.open(dir, new StoreFixtures.Heard()).close());
    assertTrue(
        refused.getMessage().contains("is in use by process " + child.pid()), refused.getMessage());
  }

  /** A line that the kill cut short is no acknowledgement. */
  private static @Nullable String completeLine(BufferedReader out) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int c = out.read(); c >= 0; c = out.read()) {
      if (c == '\n') {
        return line.toString();
      }
      line.append((char) c);
    }
    return null;
  }
}
