package dev.mpp.chaos.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** {@code mpp} commands as somebody types them at one site. */
public final class Operator {
  private final Place place;
  private final Children children;

  public Operator(Place place, Children children) {
    this.place = place;
    this.children = children;
  }

  /**
   * Starts one command; it asks the site's own node.
   *
   * @param log gets all of its output
   */
  public Child start(List<String> arguments, Path log) {
    List<String> command = NodeProcess.java(place, List.of("-XX:TieredStopAtLevel=1", "-Xmx128m"));
    command.add("dev.mpp.node.Main");
    command.addAll(arguments);
    return children.start(
        "operator-" + place.label(),
        command,
        Map.of("CLASSPATH", NodeProcess.classPath()),
        place.folder(),
        log);
  }
}
