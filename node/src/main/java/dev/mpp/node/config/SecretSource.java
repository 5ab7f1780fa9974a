package dev.mpp.node.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The three places a password can be read from: the first line counts. No message quotes it. */
final class SecretSource {
  private static final long COMMAND_SECONDS = 5;

  private SecretSource() {}

  static String file(Path path) throws IOException {
    return firstLine(Files.readAllBytes(path), path.toString());
  }

  static String environment(String variable) throws IOException {
    String value = System.getenv(variable);
    if (value == null) {
      throw new IOException("environment variable " + variable + " is not set");
    }
    return value;
  }

  /** Runs without a shell; its error output is discarded, since it may quote the secret. */
  static String command(List<String> words, Path directory) throws IOException {
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
      return firstLine(out.readNBytes(out.available()), words.getFirst());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + words.getFirst() + " ran", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static String firstLine(byte[] bytes, String where) throws IOException {
    String line = new String(bytes, StandardCharsets.UTF_8).lines().findFirst().orElse("");
    if (line.isEmpty()) {
      throw new IOException("the first line of " + where + " is empty");
    }
    return line;
  }
}
