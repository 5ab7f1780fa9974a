package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Stream;

/** Programs of the system that do one thing and end. */
final class Tool {
  private Tool() {}

  static void run(String... words) {
    run(List.of(words));
  }

  static void inside(Namespace namespace, String... words) {
    run(Stream.concat(namespace.words().stream(), Stream.of(words)).toList());
  }

  private static void run(List<String> words) {
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes());
      if (process.waitFor() != 0) {
        throw new Trouble(String.join(" ", words) + " failed: " + output.strip(), "");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble("interrupted: " + String.join(" ", words), "");
    }
  }
}
