package dev.mpp.node.config;

import dev.mpp.node.config.Section.Placed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads where a password is kept: exactly one of three keys. */
final class SecretReader {
  private static final String LITERAL = "password";
  private static final String FILE = "password-file";
  private static final String ENVIRONMENT = "password-env";
  private static final String COMMAND = "password-command";
  private static final List<String> KEYS = List.of(FILE, ENVIRONMENT, COMMAND);
  private static final String CHOICE = "give one of " + String.join(", ", KEYS);

  private final Path base;

  /**
   * @param base directory that relative paths start from
   */
  SecretReader(Path base) {
    this.base = base;
  }

  /**
   * @param used whether this process will need the password; a witness has no such file
   */
  Optional<Secret> read(Section section, boolean used) {
    if (section.has(LITERAL)) {
      section.problem(
          LITERAL,
          "holds a password in the configuration itself",
          "put it in a file that only MPP can read and name it with password-file (or use"
              + " password-env, password-command); then change the password");
      KEYS.forEach(section::has);
      return Optional.empty();
    }
    List<String> given = KEYS.stream().filter(section::has).toList();
    KEYS.forEach(section::has);
    if (given.size() != 1) {
      section
          .findings()
          .problem(
              section.at(),
              section.path() + " has " + (given.isEmpty() ? "no password" : "two passwords"),
              CHOICE);
      return Optional.empty();
    }
    return switch (given.getFirst()) {
      case FILE -> section.need(FILE, Form.TEXT).map(p -> file(section, p.value(), used));
      case ENVIRONMENT -> environment(section, used);
      default -> command(section);
    };
  }

  private Secret file(Section section, String written, boolean used) {
    Path path = resolve(written);
    if (used) {
      checkFile(section, path);
    }
    return new Secret("file " + written, () -> SecretSource.file(path));
  }

  /** A path as written, from the directory of the file. */
  Path resolve(String written) {
    return base.resolve(written).normalize();
  }

  /** Whether others than its owner can read or write it. */
  static boolean exposed(Set<PosixFilePermission> permissions) {
    return permissions.stream()
        .anyMatch(
            p ->
                switch (p) {
                  case OWNER_READ, OWNER_WRITE, OWNER_EXECUTE, GROUP_EXECUTE, OTHERS_EXECUTE ->
                      false;
                  case GROUP_READ, GROUP_WRITE, OTHERS_READ, OTHERS_WRITE -> true;
                });
  }

  private static void checkFile(Section section, Path path) {
    if (!Files.isRegularFile(path)) {
      section.problem(FILE, "names " + path + ", which is not a file", "create it with mode 0600");
      return;
    }
    try {
      SecretSource.file(path);
      var permissions = Files.getPosixFilePermissions(path);
      if (permissions.contains(PosixFilePermission.OTHERS_READ)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
        section.warning(FILE, "names " + path + ", which everybody can read", "chmod 0600 it");
      }
    } catch (IOException e) {
      section.problem(
          FILE, "cannot be used: " + e.getMessage(), "make it readable for the user MPP runs as");
    } catch (UnsupportedOperationException e) {
      // A file system without POSIX permissions: nothing to judge.
    }
  }

  private static Optional<Secret> environment(Section section, boolean used) {
    Optional<String> name =
        section.optional(
            ENVIRONMENT,
            text -> {
              if (!text.matches("[A-Za-z_][A-Za-z0-9_]*")) {
                throw new Refused("is not the name of a variable", "name one, not its value");
              }
              return text;
            });
    return name.map(
        variable -> {
          if (used && System.getenv(variable) == null) {
            section.problem(
                ENVIRONMENT,
                "names " + variable + ", which is not set",
                "set it in MPP's environment");
          }
          return new Secret("variable " + variable, () -> SecretSource.environment(variable));
        });
  }

  private Optional<Secret> command(Section section) {
    List<String> words = new ArrayList<>();
    section.values(COMMAND, Form.TEXT).stream().map(Placed::value).forEach(words::add);
    if (words.isEmpty()) {
      section.problem(
          COMMAND, "is not a command", "write it as a list of words: [/usr/bin/pass, mpp]");
      return Optional.empty();
    }
    return Optional.of(
        new Secret("command " + words.getFirst(), () -> SecretSource.command(words, base)));
  }
}
