package dev.mpp.node;

import dev.mpp.node.config.ConfigException;
import dev.mpp.node.config.ConfigFile;
import dev.mpp.node.config.MppConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which name servers a command asks. */
final class DnsServers {
  private static final int DOMAIN = 53;

  /**
   * @param name the name server's, or the address as it was given
   */
  record Server(String name, InetSocketAddress address) {
    String text() {
      String host = address.getAddress().getHostAddress();
      return name + " " + (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
    }
  }

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "mpp.yml: asks every name server of the deployment.")
  private Optional<Path> file = Optional.empty();

  @Option(names = "--site", paramLabel = "NAME", description = "In place of the file's site:.")
  private Optional<String> site = Optional.empty();

  @Option(
      names = "--server",
      paramLabel = "ADDRESS[:PORT]",
      description = "Asks this server instead; may be given several times.")
  private List<String> servers = new ArrayList<>();

  Optional<MppConfig> config() throws ConfigException {
    return file.isEmpty()
        ? Optional.empty()
        : Optional.of(ConfigFile.load(file.get(), site).config());
  }

  /**
   * The servers, in the order of the file or the command line.
   *
   * @throws IllegalArgumentException if there are none, or one cannot be read
   */
  List<Server> chosen(Optional<MppConfig> config) {
    if (!servers.isEmpty()) {
      return servers.stream().map(t -> new Server(t, HostPort.literal(t, DOMAIN))).toList();
    }
    MppConfig.Dns dns =
        config
            .flatMap(MppConfig::dns)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        config.isPresent()
                            ? "the configuration has no dns: section"
                            : "which servers? Give --config FILE or --server ADDRESS"));
    Map<String, Integer> ports = ports(config.orElseThrow(), dns);
    return dns.nameServers().stream()
        .map(
            n ->
                new Server(
                    n.name(),
                    new InetSocketAddress(
                        InetAddress.ofLiteral(n.address()),
                        ports.getOrDefault(n.address(), DOMAIN))))
        .toList();
  }

  /** A process of ours may answer on another port than 53, behind a redirection. */
  private static Map<String, Integer> ports(MppConfig config, MppConfig.Dns dns) {
    Map<String, Integer> ports = new LinkedHashMap<>();
    for (MppConfig.Site s : config.sites()) {
      ports.put(s.address(), s.ports().dns());
      dns.listenAt(s.id()).forEach(a -> ports.put(a, s.ports().dns()));
    }
    return ports;
  }
}
