package dev.mpp.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The {@code mpp node} process of one site. */
public final class NodeProcess {
  private final Place place;
  private final String configuration;
  private final List<String> options;
  private final Children children;

  /**
   * @param configuration content of its mpp.yml
   * @param options of the Java machine, beyond those that every node has
   */
  public NodeProcess(Place place, String configuration, List<String> options, Children children) {
    this.place = place;
    this.configuration = configuration;
    this.options = List.copyOf(options);
    this.children = children;
  }

  public Path log() {
    return place.folder().resolve("node.log");
  }

  /**
   * @param bootstrap the ledger does not exist anywhere yet
   */
  public Child start(boolean bootstrap) {
    Path file = place.folder().resolve("mpp.yml");
    try {
      Files.createDirectories(place.folder());
      if (bootstrap) {
        Folder.wipe(place.folder().resolve("data"));
      }
      Files.writeString(file, configuration);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = java(place, options);
    command.addAll(List.of("dev.mpp.node.Main", "node", "--config", file.toString()));
    if (bootstrap) {
      command.add("--bootstrap");
    }
    return children.start(
        "node-" + place.label(), command, Map.of("CLASSPATH", classPath()), place.folder(), log());
  }

  /** Java with the options that every process of MPP has, and these; the class is to follow. */
  static List<String> java(Place place, List<String> options) {
    List<String> command = new ArrayList<>(place.entrance().words());
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError"));
    command.addAll(options);
    return command;
  }

  /** This process's own; absolute, because the node runs in another folder. */
  static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(":"))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(":"));
  }
}
