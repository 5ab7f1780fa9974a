package dev.mpp.node;

import dev.mpp.checkpoints.Probe;
import dev.mpp.checkpoints.Probes;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.pair.Target;
import dev.mpp.core.pair.Target.Answer;
import dev.mpp.core.pair.Target.Kind;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.core.reach.CheckpointMethod;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.node.agreement.PairAgreement;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.mysql.MySqlServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;

/**
 * What of the peer's site answers from here, all at once. Whatever is in doubt counts as an answer:
 * only silence that was seen proves anything. Of any thread.
 */
final class PeerLook implements PairAgreement.Lookout, AutoCloseable {
  private static final int CONNECT_MILLIS = 1_000;
  private static final long WITHIN_SECONDS = 4;
  private static final Duration FENCE = Duration.ofMillis(500);

  private interface Eye {
    Answer look() throws InterruptedException;
  }

  private final Map<Target, Eye> calm = new LinkedHashMap<>();
  private final Map<Target, Eye> silent = new LinkedHashMap<>();
  private final BiFunction<MppConfig.Service, NodeAddress, MySqlServer> opener;
  private final Map<Target, MySqlServer> servers = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("look-", 0).factory());

  /**
   * @param opener of another site's server
   */
  PeerLook(MppConfig config, BiFunction<MppConfig.Service, NodeAddress, MySqlServer> opener) {
    this.opener = opener;
    MppConfig.Site peer = PairWiring.peer(config);
    for (String address : peer.ways()) {
      for (int port :
          List.of(peer.ports().exchange(), peer.ports().ledger(), peer.ports().http())) {
        connect(Kind.MPP, Optional.empty(), address, port);
      }
    }
    PairWiring.specs(config, peer.id()).stream()
        .filter(s -> s.kind() == dev.mpp.core.model.CheckpointClass.EDGE)
        .forEach(this::edge);
    config.services().forEach(s -> service(s, peer.id()));
  }

  List<Target> targets() {
    List<Target> all = new ArrayList<>(calm.keySet());
    all.addAll(silent.keySet());
    return all;
  }

  private void connect(Kind kind, Optional<ServiceName> service, String host, int port) {
    calm.put(new Target(kind, service, shown(host, port)), () -> knock(host, port));
  }

  private static String shown(String host, int port) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /** A wrong answer is an answer, so of a probe over TCP only the connection counts. */
  private void edge(CheckpointSpec spec) {
    boolean datagrams =
        spec.method() == CheckpointMethod.DNS || spec.method() == CheckpointMethod.ICMP;
    if (!datagrams) {
      connect(Kind.EDGE, Optional.empty(), spec.host(), spec.port());
      return;
    }
    Duration second = Duration.ofMillis(CONNECT_MILLIS);
    Probe probe =
        Probes.platform().of(spec.withTimes(second, spec.profile().interval()), Optional.empty());
    calm.put(
        new Target(Kind.EDGE, Optional.empty(), spec.host()),
        () -> probe.run().ok() ? Answer.ANSWERED : Answer.SILENT);
  }

  private void service(MppConfig.Service service, SiteId peer) {
    service
        .at(peer)
        .ifPresent(
            there -> {
              Optional<ServiceName> name = Optional.of(service.name());
              List<NodeAddress> nodes =
                  there.pool().nodes().stream().map(PoolConfig.Member::address).toList();
              for (String address : there.addresses()) {
                for (int port : new TreeSet<>(nodes.stream().map(NodeAddress::port).toList())) {
                  connect(Kind.SERVICE, name, address, port);
                }
              }
              for (NodeAddress node : nodes) {
                Target t = new Target(Kind.MYSQL, name, node.toString());
                silent.put(t, () -> fence(t, service, node));
              }
            });
  }

  private static Answer knock(String host, int port) {
    try (Socket socket = new Socket()) {
      InetSocketAddress address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        return Answer.ANSWERED; // a name that does not resolve says nothing about the host
      }
      socket.connect(address, CONNECT_MILLIS);
      return Answer.ANSWERED;
    } catch (ConnectException e) {
      String why = String.valueOf(e.getMessage());
      return why.contains("refused") ? Answer.REFUSED : Answer.SILENT;
    } catch (IOException e) {
      return Answer.SILENT;
    }
  }

  /** A writable server is left alone: its MPP lives, or the operator has to look. */
  private Answer fence(Target t, MppConfig.Service service, NodeAddress node) {
    Answer door = knock(node.host(), node.port());
    if (door != Answer.ANSWERED) {
      return door;
    }
    MySqlServer server = servers.computeIfAbsent(t, x -> opener.apply(service, node));
    return switch (server.poll()) {
      case MySqlServer.Poll.ConnectFailed f -> Answer.ANSWERED;
      case MySqlServer.Poll.Answered a ->
          !a.facts().readOnly()
              ? Answer.WRITABLE
              : server.fence(FENCE, "its MPP is silent").safe() ? Answer.FENCED : Answer.ANSWERED;
    };
  }

  @Override
  public Map<Target, Answer> look(boolean fence) {
    Map<Target, Future<Answer>> running = new HashMap<>();
    calm.forEach((t, eye) -> running.put(t, threads.submit(eye::look)));
    if (fence) {
      silent.forEach((t, eye) -> running.put(t, threads.submit(eye::look)));
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WITHIN_SECONDS);
    Map<Target, Answer> answers = new HashMap<>();
    running.forEach((t, f) -> answers.put(t, within(f, end - System.nanoTime())));
    return answers;
  }

  private static Answer within(Future<Answer> look, long nanos) {
    try {
      return look.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.ANSWERED;
    } catch (ExecutionException | java.util.concurrent.TimeoutException | CancellationException e) {
      look.cancel(true);
      return Answer.ANSWERED;
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    servers.values().forEach(MySqlServer::close);
  }
}
