package dev.mpp.chaos.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The {@code mpp node} process of one site. */
public final class NodeProcess {
  private final Place place;
  private final String configuration;
  private final Program program;
  private final Children children;

  /**
   * What runs.
   *
   * @param main the class
   * @param options of the Java machine, beyond those that every node has
   * @param environment the launcher's variables
   */
  public record Program(String main, List<String> options, Map<String, String> environment) {
    private static final Pattern NOT_FOR_A_WITNESS =
        Pattern.compile("(bc.*-jdk18on|micronaut|reactor|netty|jmh|commons)-.*\\.jar");

    public Program {
      options = List.copyOf(options);
      environment = Map.copyOf(environment);
    }

    /** {@code mpp node} with this process's class path. */
    public static Program node(List<String> options) {
      return of("dev.mpp.node.Main", options);
    }

    /** A node by another class. */
    public static Program of(String main, List<String> options) {
      return new Program(main, options, Map.of("CLASSPATH", NodeProcess.classPath()));
    }

    /** The same without the jars that the launcher leaves out for a witness. */
    public static Program witness(List<String> options) {
      String jars =
          Stream.of(NodeProcess.classPath().split(":"))
              .filter(
                  e -> !NOT_FOR_A_WITNESS.matcher(e.substring(e.lastIndexOf('/') + 1)).matches())
              .collect(Collectors.joining(":"));
      return new Program(
          "dev.mpp.node.Main", options, Map.of("CLASSPATH", jars, "MALLOC_ARENA_MAX", "2"));
    }
  }

  /**
   * @param configuration content of its mpp.yml
   */
  public NodeProcess(Place place, String configuration, Program program, Children children) {
    this.place = place;
    this.configuration = configuration;
    this.program = program;
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
    List<String> command = java(place, program.options());
    command.addAll(List.of(program.main(), "node", "--config", file.toString()));
    if (bootstrap) {
      command.add("--bootstrap");
    }
    return children.start(
        "node-" + place.label(), command, program.environment(), place.folder(), log());
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
