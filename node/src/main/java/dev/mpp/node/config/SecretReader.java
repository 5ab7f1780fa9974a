package dev.mpp.node.config;

import dev.mpp.node.config.SecretSource.Shape;
import dev.mpp.node.config.Section.Placed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads where a password or another secret is kept: exactly one of three keys. */
final class SecretReader {
  private final Path base;
  private final Shape shape;
  private final String noun;
  private final String fileKey;
  private final String environmentKey;
  private final String commandKey;
  private final List<String> keys;

  /**
   * @param base directory that relative paths start from
   */
  SecretReader(Path base) {
    this(base, "password", Shape.FIRST_LINE);
  }

  /**
   * @param noun what it is; the configuration's keys begin with it
   */
  SecretReader(Path base, String noun, Shape shape) {
    this.base = base;
    this.shape = shape;
    this.noun = noun;
    this.fileKey = noun + "-file";
    this.environmentKey = noun + "-env";
    this.commandKey = noun + "-command";
    this.keys = List.of(fileKey, environmentKey, commandKey);
  }

  /** Whether any is given; asks for all, so that none of them is unknown. */
  boolean given(Section section) {
    boolean literal = section.has(noun);
    return keys.stream().filter(section::has).count() > 0 || literal;
  }

  /**
   * @param used whether this process will need the password; a witness has no such file
   */
  Optional<Secret> read(Section section, boolean used) {
    if (section.has(noun)) {
      section.problem(
          noun,
          "holds a " + noun + " in the configuration itself",
          "put it in a file that only MPP can read and name it with "
              + fileKey
              + " (or use "
              + environmentKey
              + ", "
              + commandKey
              + "); then change it");
      keys.forEach(section::has);
      return Optional.empty();
    }
    List<String> given = keys.stream().filter(section::has).toList();
    keys.forEach(section::has);
    if (given.size() != 1) {
      section
          .findings()
          .problem(
              section.at(),
              section.path() + " has " + (given.isEmpty() ? "no " + noun : "two " + noun + "s"),
              "give one of " + String.join(", ", keys));
      return Optional.empty();
    }
    String key = given.getFirst();
    if (key.equals(fileKey)) {
      return section.need(fileKey, Form.TEXT).map(p -> file(section, p.value(), used));
    }
    return key.equals(environmentKey) ? environment(section, used) : command(section);
  }

  private Secret file(Section section, String written, boolean used) {
    Path path = resolve(written);
    if (used) {
      checkFile(section, path);
    }
    return new Secret("file " + written, () -> SecretSource.file(path, shape));
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

  private void checkFile(Section section, Path path) {
    if (!Files.isRegularFile(path)) {
      section.problem(
          fileKey, "names " + path + ", which is not a file", "create it with mode 0600");
      return;
    }
    try {
      SecretSource.file(path, shape);
      var permissions = Files.getPosixFilePermissions(path);
      if (permissions.contains(PosixFilePermission.OTHERS_READ)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
        section.warning(fileKey, "names " + path + ", which everybody can read", "chmod 0600 it");
      }
    } catch (IOException e) {
      section.problem(
          fileKey,
          "cannot be used: " + e.getMessage(),
          "make it readable for the user MPP runs as");
    } catch (UnsupportedOperationException e) {
      // A file system without POSIX permissions: nothing to judge.
    }
  }

  private Optional<Secret> environment(Section section, boolean used) {
    Optional<String> name =
        section.optional(
            environmentKey,
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
                environmentKey,
                "names " + variable + ", which is not set",
                "set it in MPP's environment");
          }
          return new Secret("variable " + variable, () -> SecretSource.environment(variable));
        });
  }

  private Optional<Secret> command(Section section) {
    List<String> words = new ArrayList<>();
    section.values(commandKey, Form.TEXT).stream().map(Placed::value).forEach(words::add);
    if (words.isEmpty()) {
      section.problem(
          commandKey, "is not a command", "write it as a list of words: [/usr/bin/pass, mpp]");
      return Optional.empty();
    }
    return Optional.of(
        new Secret("command " + words.getFirst(), () -> SecretSource.command(words, base, shape)));
  }
}
