package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MainTest {
  private static final int WAITERS = 12;

  @TempDir Path dir;

  /** In a JVM of its own, with two cores: who waits in native code keeps its carrier. */
  @Test
  void aDozenPinnedThreadsDoNotStopTheOthers() throws Exception {
    Path out = dir.resolve("out");
    Process p =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ActiveProcessorCount=2",
                "-Djdk.virtualThreadScheduler.maxPoolSize=64",
                "-cp",
                System.getProperty("java.class.path"),
                Pinned.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile())
            .start();
    try {
      boolean ended = p.waitFor(60, TimeUnit.SECONDS);
      assertEquals("another ran", Files.readString(out).lines().reduce("", (a, b) -> b));
      assertEquals(true, ended);
    } finally {
      p.destroyForcibly();
    }
  }

  /** Virtual threads that wait in the initializer of one class. */
  static final class Pinned {
    static final class Slow {
      static final long READY;

      static {
        try {
          new CountDownLatch(1).await(); // never: the process exits
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        READY = System.nanoTime();
      }

      private Slow() {}
    }

    private Pinned() {}

    public static void main(String[] args) throws Exception {
      int unused = Main.run(new String[] {"--version"}, dev.mpp.node.mysql.MySqlServers::open);
      for (int i = 0; i < WAITERS; i++) {
        Thread.ofVirtual().start(() -> System.out.println(Slow.READY));
      }
      Thread.ofVirtual().start(() -> System.out.println("another ran")).join();
      System.exit(0);
    }
  }
}
