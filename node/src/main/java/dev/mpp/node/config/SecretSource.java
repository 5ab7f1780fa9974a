package dev.mpp.node.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The three places a secret can be read from. No message quotes it. */
final class SecretSource {
  /** How much of what is there is the secret. */
  enum Shape {
    /** A password. */
    FIRST_LINE,
    /** A key with its name, as other servers write it. */
    WHOLE
  }

  private static final long COMMAND_SECONDS = 5;

  private SecretSource() {}

  static String file(Path path, Shape shape) throws IOException {
    return shaped(Files.readAllBytes(path), path.toString(), shape);
  }

  static String environment(String variable) throws IOException {
    String value = System.getenv(variable);
    if (value == null) {
      throw new IOException("environment variable " + variable + " is not set");
    }
    return value;
  }

  /** Runs without a shell; its error output is discarded, since it may quote the secret. */
  static String command(List<String> words, Path directory, Shape shape) throws IOException {
    Process process =
        new ProcessBuilder(words)
            .directory(directory.toFile())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    process.getOutputStream().close();
    try (InputStream out = process.getInputStream()) {
      if (!process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(words.getFirst() + " took longer than " + COMMAND_SECONDS + " s");
      }
      if (process.exitValue() != 0) {
        throw new IOException(words.getFirst() + " ended with status " + process.exitValue());
      }
      // All of its output is in the pipe by now; a grandchild that keeps the pipe open cannot block
      // a read of what is there.
      return shaped(out.readNBytes(out.available()), words.getFirst(), shape);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + words.getFirst() + " ran", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String shaped(byte[] bytes, String where, Shape shape) throws IOException {
    String text = new String(bytes, StandardCharsets.UTF_8);
    return switch (shape) {
      case FIRST_LINE ->
          text.lines()
              .findFirst()
              .filter(line -> !line.isEmpty())
              .orElseThrow(() -> new IOException("the first line of " + where + " is empty"));
      case WHOLE -> {
        if (text.isBlank()) {
          throw new IOException(where + " is empty");
        }
        yield text;
      }
    };
  }
}
