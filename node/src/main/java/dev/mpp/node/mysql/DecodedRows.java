package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The rows before and after of chosen transactions, by MySQL's own {@code mysqlbinlog}, which reads
 * the binary log from the server like a replica. The password goes through a file that only this
 * user can read and that is gone afterwards: neither a list of processes nor an environment shows
 * it.
 */
public final class DecodedRows {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int LONGEST_ERROR = 400;

  private final Path tool;

  private DecodedRows(Path tool) {
    this.tool = tool;
  }

  /** The tool, when one of these directories has it. */
  public static Optional<DecodedRows> on(String path) {
    for (String directory : path.split(java.io.File.pathSeparator, -1)) {
      Path tool = Path.of(directory.isEmpty() ? "." : directory).resolve("mysqlbinlog");
      if (Files.isExecutable(tool)) {
        return Optional.of(new DecodedRows(tool));
      }
    }
    return Optional.empty();
  }

  /** With this very tool. */
  public static DecodedRows by(Path tool) {
    return new DecodedRows(tool);
  }

  public Path tool() {
    return tool;
  }

  /**
   * What it prints of these transactions.
   *
   * @param account with REPLICATION SLAVE
   * @param from the binary log file in which the first of them is; all later ones are read
   * @throws IOException if it fails; the message has its words and no password
   */
  public String of(NodeAddress node, Credentials account, Lacking wanted, String from)
      throws IOException {
    FileAttribute<?> mine =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Path dir = Files.createTempDirectory("mpp-errant", mine);
    try {
      Path options = dir.resolve("account.cnf");
      Files.writeString(
          options,
          "[client]\nuser=\"%s\"\npassword=\"%s\"\n"
              .formatted(quoted(account.user()), quoted(account.password().get())));
      return run(command(node, options, wanted, from), dir);
    } finally {
      for (String name : List.of("account.cnf", "out", "err")) {
        Files.deleteIfExists(dir.resolve(name));
      }
      Files.delete(dir);
    }
  }

  /** As option files want it: backslash sequences are read inside of quotes. */
  private static String quoted(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"");
  }

  private List<String> command(NodeAddress node, Path options, Lacking wanted, String from) {
    List<String> command = new ArrayList<>();
    command.add(tool.toString());
    command.add("--defaults-file=" + options); // It has to be the first.
    command.addAll(
        List.of(
            "--read-from-remote-server",
            "--host=" + node.host(),
            "--port=" + node.port(),
            "--protocol=tcp",
            "--base64-output=decode-rows",
            "-vv",
            "--include-gtids=" + String.join(",", wanted.items()),
            "--to-last-log",
            from));
    return command;
  }

  private String run(List<String> command, Path dir) throws IOException {
    Path out = dir.resolve("out");
    Path err = dir.resolve("err");
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    try {
      if (!process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException(tool + " did not end within " + LIMIT.toMinutes() + " min");
      }
      if (process.exitValue() != 0) {
        String said = Files.readString(err, StandardCharsets.UTF_8).strip();
        throw new IOException(
            "%s failed: %s"
                .formatted(tool, said.substring(0, Math.min(said.length(), LONGEST_ERROR))));
      }
      return Files.readString(out, StandardCharsets.ISO_8859_1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }
}
