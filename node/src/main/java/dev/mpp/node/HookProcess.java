package dev.mpp.node;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * An operator's command, run without a shell in a session and process group of its own (setsid(1)
 * of util-linux), so that everything it started ends with it when its time is up. It gets an
 * environment of its own: MPP's may hold passwords.
 */
final class HookProcess {
  private static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  private static final int SIGKILL = 9;
  private static final int KEPT_BYTES = 2_000;
  private static final int KEPT_LINES = 5;
  private static final int KEPT_CHARACTERS = 500;

  /** After its end: what it left in the pipe, which a child of it may keep open. */
  private static final Duration DRAIN = Duration.ofMillis(200);

  /** kill(2). */
  private static final MethodHandle KILL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("kill"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

  private HookProcess() {}

  /**
   * @param exit empty when it was killed at its deadline
   * @param output its last lines, both streams, at most {@value #KEPT_CHARACTERS} characters
   */
  record Result(OptionalInt exit, long nanos, String output) {}

  static Result run(List<String> command, Map<String, String> environment, Duration deadline)
      throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("setsid"));
    words.addAll(command);
    ProcessBuilder builder = new ProcessBuilder(words).directory(new File("/"));
    builder.environment().clear();
    builder.environment().put("PATH", PATH);
    builder.environment().put("LANG", "C");
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectInput(new File("/dev/null"));
    long start = System.nanoTime();
    Process process = builder.start();
    Tail tail = new Tail(process.getInputStream());
    Thread reader = Thread.ofPlatform().daemon().name("hook-output").start(tail);
    OptionalInt exit = OptionalInt.empty();
    try {
      if (process.waitFor(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
        exit = OptionalInt.of(process.exitValue());
      }
    } finally {
      if (exit.isEmpty()) {
        List<ProcessHandle> children = process.descendants().toList();
        killGroup(process.pid());
        process.destroyForcibly();
        children.forEach(ProcessHandle::destroyForcibly);
      }
    }
    long nanos = System.nanoTime() - start;
    boolean unused = reader.join(DRAIN);
    return new Result(exit, nanos, tail.text());
  }

  /** The child called setsid(2) in the place of a fork: its pid is the group's. */
  private static void killGroup(long pid) {
    try {
      int unused = (int) KILL.invokeExact(Math.toIntExact(-pid), SIGKILL);
    } catch (Throwable e) {
      throw new IllegalStateException("kill(2) cannot be called", e);
    }
  }

  /** Reads on whatever comes, so that the command never waits for its reader, and keeps the end. */
  private static final class Tail implements Runnable {
    private final InputStream in;
    private byte[] last = new byte[0];

    Tail(InputStream in) {
      this.in = in;
    }

    @Override
    public void run() {
      byte[] chunk = new byte[KEPT_BYTES];
      try (in) {
        for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
          keep(chunk, n);
        }
      } catch (IOException e) {
        // Closed with the process.
      }
    }

    private synchronized void keep(byte[] chunk, int n) {
      byte[] all = new byte[last.length + n];
      System.arraycopy(last, 0, all, 0, last.length);
      System.arraycopy(chunk, 0, all, last.length, n);
      int from = Math.max(0, all.length - KEPT_BYTES);
      last = java.util.Arrays.copyOfRange(all, from, all.length);
    }

    synchronized String text() {
      List<String> lines =
          new String(last, StandardCharsets.UTF_8)
              .lines()
              .map(l -> l.replaceAll("\\p{Cntrl}", " ").strip())
              .filter(l -> !l.isEmpty())
              .toList();
      String text =
          String.join(" | ", lines.subList(Math.max(0, lines.size() - KEPT_LINES), lines.size()));
      return text.length() <= KEPT_CHARACTERS
          ? text
          : "…" + text.substring(text.length() - KEPT_CHARACTERS + 1);
    }
  }
}
