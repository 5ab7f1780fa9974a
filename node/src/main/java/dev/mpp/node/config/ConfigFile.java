package dev.mpp.node.config;

import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.node.config.YamlNode.Position;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Reads {@code mpp.yml}, strictly: what it does not understand it refuses. */
public final class ConfigFile {
  private ConfigFile() {}

  /** A usable configuration and what is doubtful in it. */
  public record Loaded(MppConfig config, List<Problem> warnings) {
    public Loaded {
      warnings = List.copyOf(warnings);
    }
  }

  /** Judges whether this process, on this host, can probe a checkpoint at all. */
  @FunctionalInterface
  public interface HostCheck {
    /**
     * @return what is in the way and has to be changed; empty if nothing is
     */
    Optional<String> obstacle(CheckpointSpec spec);
  }

  /**
   * Reads and checks a configuration file. Asks no network and starts no process.
   *
   * @param siteOverride takes the place of the file's {@code site:}
   * @throws ConfigException with every problem of the file at once
   */
  public static Loaded load(Path file, Optional<String> siteOverride) throws ConfigException {
    return load(file, siteOverride, spec -> Optional.empty());
  }

  /** As {@link #load(Path, Optional)}; obstacles to this site's checkpoints become warnings. */
  public static Loaded load(Path file, Optional<String> siteOverride, HostCheck host)
      throws ConfigException {
    return load(file, siteOverride, Optional.empty(), host);
  }

  /**
   * As {@link #load(Path, Optional, HostCheck)}.
   *
   * @param instanceOverride takes the place of the file's {@code instance:}
   */
  public static Loaded load(
      Path file, Optional<String> siteOverride, Optional<String> instanceOverride, HostCheck host)
      throws ConfigException {
    Findings findings = new Findings(file.toString());
    Optional<YamlNode.Mapping> tree =
        text(file, findings).flatMap(t -> YamlTree.parse(t, findings));
    if (tree.isEmpty()) {
      throw new ConfigException(findings.problems(), findings.warnings());
    }
    Path base = Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file has a parent");
    Section top = new Section("", tree.get(), findings);
    MppConfig config = new DeploymentReader(top, base, siteOverride, instanceOverride, host).read();
    return new Loaded(config, findings.warnings());
  }

  private static Optional<String> text(Path file, Findings findings) {
    try {
      return Optional.of(Files.readString(file));
    } catch (CharacterCodingException e) {
      findings.problem(Position.START, "the file is not UTF-8 text", "save it as UTF-8");
    } catch (IOException e) {
      findings.problem(
          Position.START,
          Files.exists(file) ? "the file cannot be read" : "there is no such file",
          "check the path and its permissions");
    }
    return Optional.empty();
  }
}
