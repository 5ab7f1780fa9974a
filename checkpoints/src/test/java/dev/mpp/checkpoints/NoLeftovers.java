package dev.mpp.checkpoints;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves a socket or a thread of a probe behind, virtual ones included. */
final class NoLeftovers implements BeforeEachCallback, AfterEachCallback {
  private static final Duration SETTLES_WITHIN = Duration.ofSeconds(3);

  private long before;

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    closeUnderAnAccept();
    before = sockets();
  }

  @Override
  public void afterEach(ExtensionContext context) throws Exception {
    long end = System.nanoTime() + SETTLES_WITHIN.toNanos();
    long open = sockets();
    List<String> threads = threads();
    while ((open > before || !threads.isEmpty()) && System.nanoTime() - end < 0) {
      Thread.sleep(10);
      open = sockets();
      threads = threads();
    }
    assertTrue(open <= before, open - before + " sockets are left");
    assertTrue(threads.isEmpty(), "left: " + threads);
  }

  /** The first socket ever closed under a blocked thread costs this JVM one marker socket. */
  private static void closeUnderAnAccept() throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Thread blocked =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      listener.accept().close();
                    } catch (IOException closed) {
                      return;
                    }
                  });
      while (blocked.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      listener.close();
      blocked.join();
    }
  }

  private static long sockets() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.filter(NoLeftovers::socket).count();
    }
  }

  private static boolean socket(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
    } catch (IOException closed) {
      return false;
    }
  }

  private static List<String> threads() throws IOException {
    Path dump = Files.createTempFile("threads", ".txt");
    Files.delete(dump);
    ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
        .dumpThreads(dump.toString(), ThreadDumpFormat.TEXT_PLAIN);
    try (Stream<String> lines = Files.lines(dump)) {
      return lines.filter(l -> l.matches("#\\d+ \"(probe|checkpoint-grpc|resolve-).*")).toList();
    } finally {
      Files.delete(dump);
    }
  }
}
