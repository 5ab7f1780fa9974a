package dev.mpp.node.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Reads {@code mpp.yml}. */
public final class ConfigFile {
  private ConfigFile() {}

  /** A usable configuration and what is doubtful in it. */
  public record Loaded(MppConfig config, List<Problem> warnings) {
    public Loaded {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Reads and checks a configuration file.
   *
   * @param siteOverride takes the place of the file's {@code site:}
   * @throws ConfigException with every problem of the file at once
   */
  public static Loaded load(Path file, Optional<String> siteOverride) throws ConfigException {
    throw new UnsupportedOperationException(file + " " + siteOverride);
  }
}
