package dev.mpp.node;

import dev.mpp.cli.Terminal;
import dev.mpp.node.mysql.Credentials;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The administrator's account of one run; neither kept nor shown. */
final class Administrator {
  @Option(
      names = "--admin",
      paramLabel = "USER",
      description = "An administrator's account on the server; used once and not kept.")
  private Optional<String> user = Optional.empty();

  @Option(
      names = "--admin-password-file",
      paramLabel = "FILE",
      description = "Its password is the first line of this file.")
  private Optional<Path> file = Optional.empty();

  @Option(
      names = "--admin-password-env",
      paramLabel = "VARIABLE",
      description = "Its password is in this environment variable; without both you are asked.")
  private Optional<String> variable = Optional.empty();

  private @Nullable String password;

  boolean given() {
    return user.isPresent();
  }

  /**
   * @throws IOException if the password cannot be read; the message does not quote it
   */
  Credentials credentials(String otherwise, Terminal terminal) throws IOException {
    String known = password == null ? read(terminal) : password;
    password = known;
    try {
      return new Credentials(user.orElse(otherwise), () -> known);
    } catch (IllegalArgumentException e) {
      throw new IOException("--admin: " + e.getMessage(), e);
    }
  }

  private String read(Terminal terminal) throws IOException {
    if (file.isPresent()) {
      return Files.readString(file.get()).lines().findFirst().orElse("");
    }
    if (variable.isPresent()) {
      String value = System.getenv(variable.get());
      if (value == null) {
        throw new IOException("environment variable " + variable.get() + " is not set");
      }
      return value;
    }
    Console console = System.console();
    if (console != null && console.isTerminal()) {
      char[] typed = console.readPassword("Password of %s: ", user.orElse("root"));
      return typed == null ? "" : new String(typed);
    }
    terminal.err().print("Password: ");
    terminal.err().flush();
    String line = terminal.in().readLine();
    return line == null ? "" : line;
  }
}
