package dev.mpp.chaos.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The {@code mpp node} process of one site. */
final class NodeProcess {
  private final Layout layout;
  private final Site site;
  private final Ports ports;
  private final Children children;

  NodeProcess(Layout layout, Site site, Ports ports, Children children) {
    this.layout = layout;
    this.site = site;
    this.ports = ports;
    this.children = children;
  }

  Path log() {
    return layout.site(site).resolve("node.log");
  }

  Path configuration() {
    return layout.site(site).resolve("mpp.yml");
  }

  /**
   * @param bootstrap the ledger does not exist anywhere yet
   */
  Child start(boolean bootstrap) {
    try {
      Files.createDirectories(layout.site(site));
      if (bootstrap) {
        Layout.wipe(layout.site(site).resolve("data"));
      }
      Files.writeString(configuration(), Template.fill("/demo/mpp.yml", settings()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            // Three of them share this machine: no time for the optimising compiler.
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-Xmx256m",
            "dev.mpp.node.Main",
            "node",
            "--config",
            configuration().toString()));
    if (bootstrap) {
      command.add("--bootstrap");
    }
    return children.start(
        "node-" + site.label(),
        command,
        Map.of("CLASSPATH", classPath()),
        layout.site(site),
        log());
  }

  /** This process's own; absolute, because the node runs in another folder. */
  private static String classPath() {
    return Stream.of(System.getProperty("java.class.path").split(":"))
        .map(entry -> Path.of(entry).toAbsolutePath().toString())
        .collect(Collectors.joining(":"));
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("site", site.label());
    settings.put("exchange.port", ports.exchange());
    settings.put("ledger.port", ports.ledger());
    settings.put("operator.port", ports.operator());
    settings.put("http.port", ports.http());
    settings.put("dns.port", ports.dns());
    settings.put("mysql.port", ports.mysql());
    settings.put("world.http.port", ports.worldHttp());
    settings.put("world.tcp.port", ports.worldTcp());
    return settings;
  }
}
