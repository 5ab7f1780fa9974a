package dev.mpp.node;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.node.config.ConfigException;
import dev.mpp.node.config.ConfigFile;
import dev.mpp.node.config.ConfigReport;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.config.Secret;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.Encryption;
import dev.mpp.node.mysql.ReplicationAccount;
import dev.mpp.node.mysql.ServerCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Which servers {@code mpp.yml} names, for the commands that talk to servers themselves. */
final class ConfiguredServers {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "/etc/mpp/mpp.yml",
      description = "The configuration (default: ${DEFAULT-VALUE}).")
  private Path file = Path.of("/etc/mpp/mpp.yml");

  @Option(
      names = "--connect-timeout",
      paramLabel = "SECONDS",
      defaultValue = "5",
      description = "Of each step of connecting to a server (default: ${DEFAULT-VALUE}).")
  private int seconds = 5;

  /** A server and the service it belongs to. */
  record Server(NodeAddress address, MppConfig.Service service) {
    Credentials manager() {
      return ServiceWiring.manager(service.mysql());
    }

    Encryption encryption() {
      return ServiceWiring.encryption(service.mysql());
    }

    /** The account MPP gives to servers that follow another; empty where you configure that. */
    Optional<ReplicationAccount> replication() {
      return service
          .replication()
          .map(
              r ->
                  new ReplicationAccount(
                      new Credentials(r.user(), () -> revealed(r.password())), r.tls()));
    }

    private static String revealed(Secret password) {
      try {
        return password.reveal();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** The service's other servers, at every site. */
    Set<NodeAddress> others() {
      Set<NodeAddress> others = new LinkedHashSet<>(nodes(service));
      others.remove(address);
      return others;
    }

    ServerCheck.Wanted wanted() {
      return wanted("%");
    }

    /**
     * @param replicas where the other servers connect from, as in an account name
     */
    ServerCheck.Wanted wanted(String replicas) {
      return new ServerCheck.Wanted(
          service.mysql().user(),
          service.semiSync(),
          service.rpo() == MppConfig.Rpo.ZERO,
          !service.fence().blockAccounts().isEmpty(),
          replication()
              .map(
                  r ->
                      new ServerCheck.ReplicationLogin(
                          r.credentials().with(encryption()), replicas)),
          others());
    }
  }

  /** The command line or the configuration is wrong, and that was said. */
  static final class Unusable extends Exception {
    private static final long serialVersionUID = 1;

    Unusable(String message) {
      super(message);
    }
  }

  Duration timeout() {
    return Duration.ofSeconds(Math.max(1, seconds));
  }

  private static List<NodeAddress> nodes(MppConfig.Service service) {
    return service.sites().stream()
        .flatMap(s -> s.pool().nodes().stream())
        .map(PoolConfig.Member::address)
        .toList();
  }

  /** Every server of the deployment, in the order of the file; once each. */
  Map<NodeAddress, Server> all(PrintWriter err) throws Unusable {
    MppConfig config;
    try {
      config = ConfigFile.load(file, Optional.empty()).config();
    } catch (ConfigException e) {
      ConfigReport.print(System.err, e);
      throw new Unusable("no usable configuration (--config FILE)");
    }
    Map<NodeAddress, Server> servers = new LinkedHashMap<>();
    for (MppConfig.Service service : config.services()) {
      for (NodeAddress node : nodes(service)) {
        servers.putIfAbsent(node, new Server(node, service));
      }
    }
    return servers;
  }

  Server one(String node, PrintWriter err) throws Unusable {
    return chosen(List.of(node), err).getFirst();
  }

  /** The named ones; all when none is named. */
  List<Server> chosen(List<String> nodes, PrintWriter err) throws Unusable {
    Map<NodeAddress, Server> all = all(err);
    if (nodes.isEmpty()) {
      return List.copyOf(all.values());
    }
    List<Server> chosen = new java.util.ArrayList<>();
    for (String text : nodes) {
      Server server;
      try {
        server = all.get(NodeAddress.parse(text));
      } catch (IllegalArgumentException e) {
        throw new Unusable(e.getMessage() + "; write HOST:PORT");
      }
      if (server == null) {
        throw new Unusable(
            "%s is no server of %s; its servers: %s"
                .formatted(
                    text,
                    file,
                    all.keySet().stream()
                        .map(NodeAddress::toString)
                        .collect(Collectors.joining(", "))));
      }
      chosen.add(server);
    }
    return List.copyOf(chosen);
  }
}
