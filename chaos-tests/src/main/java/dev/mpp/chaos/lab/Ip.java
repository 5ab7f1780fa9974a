package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Trouble;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** ip(8): one process for any number of commands. */
final class Ip {
  private Ip() {}

  /** In the namespace this process started in. */
  static void batch(List<String> lines) {
    run(Optional.empty(), lines);
  }

  static void batch(Namespace in, List<String> lines) {
    run(Optional.of(in), lines);
  }

  /** Output of one command; empty when it failed. */
  static Optional<String> ask(String... words) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(words));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes());
      return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static void run(Optional<Namespace> in, List<String> lines) {
    List<String> command = new ArrayList<>(List.of("ip"));
    in.ifPresent(namespace -> command.addAll(List.of("-n", namespace.name())));
    command.addAll(List.of("-batch", "-"));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (var input = process.outputWriter()) {
        input.write(String.join("\n", lines) + "\n");
      }
      String output = new String(process.getInputStream().readAllBytes());
      if (process.waitFor() != 0) {
        throw new Trouble(
            "ip failed: " + output.strip() + "\n  of: " + String.join("; ", lines), "");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Trouble("interrupted while changing the network", "");
    }
  }
}
