package dev.mpp.node.config;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Configuration files under test, and edits of them. */
final class ConfigFixtures {
  private ConfigFixtures() {}

  static String resource(String name) throws IOException {
    try (InputStream in = ConfigFixtures.class.getResourceAsStream("/config/" + name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static Path write(Path dir, String text) throws IOException {
    return Files.writeString(dir.resolve("mpp.yml"), text);
  }

  static Path secret(Path dir, String value, String mode) throws IOException {
    Files.createDirectories(dir.resolve("secrets"));
    Path file = Files.writeString(dir.resolve("secrets/mpp"), value + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  static ConfigFile.Loaded load(Path dir, String text) throws IOException, ConfigException {
    return ConfigFile.load(write(dir, text), Optional.empty());
  }

  /** Replaces a part that has to be there. */
  static String edit(String text, String from, String to) {
    assertTrue(text.contains(from), from);
    return text.replace(from, to);
  }

  /** What is wrong with the minimal file after one edit. */
  static List<Problem> problems(Path dir, String from, String to) throws IOException {
    String text = edit(resource("minimal.yml"), from, to);
    return assertThrows(ConfigException.class, () -> load(dir, text)).problems();
  }

  /** What is doubtful in the minimal file after one edit. */
  static List<Problem> warnings(Path dir, String from, String to)
      throws IOException, ConfigException {
    return load(dir, edit(resource("minimal.yml"), from, to)).warnings();
  }
}
