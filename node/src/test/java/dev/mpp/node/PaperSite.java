package dev.mpp.node;

import dev.mpp.cli.Screen;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.State;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.CheckpointBoard;
import dev.mpp.core.plan.SiteBrain;
import dev.mpp.node.agreement.Agreement;
import dev.mpp.node.api.OperatorServer;
import dev.mpp.node.config.ConfigFile;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.mysql.MySqlServer;
import dev.mpp.node.store.NodeStore;
import dev.mpp.node.store.StoreException;
import dev.mpp.node.store.StoreListener;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.tls.PeerRule;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A site with the production brain, loop, pollers, store, operator API and CLI; only the servers
 * and the replication of the ledger are in memory.
 */
final class PaperSite implements AutoCloseable {
  static final NodeAddress P = NodeAddress.parse("127.0.1.1:13306");
  static final NodeAddress S = NodeAddress.parse("127.0.1.1:13307");

  private static final String CONFIG =
      """
      deployment: test
      site: site1
      data-dir: data
      lease: {profile: fast}
      sites:
        - {name: site1, address: 127.0.1.1}
        - {name: site2, address: 127.0.2.1}
        - {name: witness, address: 127.0.3.1, witness: true}
      services:
        - name: mysql.eraser.test
          rpo: availability
          semi-sync: false
          node-failback: manual
          poll: {interval: 200ms, retry-interval: 40ms}
          mysql: {user: mpp, password-env: PATH}
          MORE
          sites:
            - {site: site1, addresses: [127.0.1.1], pool: "name:eraser;POOL"}
      """;

  record Result(int exit, String out, String err) {}

  final MppConfig config;
  final NodeStore store;
  final LocalLedger ledger;
  final Map<NodeAddress, PaperServer> servers = new LinkedHashMap<>();
  final List<String> violations = new CopyOnWriteArrayList<>();
  private final Map<NodeAddress, MySqlServer> controlled = new LinkedHashMap<>();
  private final List<NodePoller> pollers = new ArrayList<>();
  private final SystemTime time = new SystemTime();
  private final Actuator actuator;
  private final NodeLoop loop;
  private final OperatorServer api;
  private volatile @Nullable NodeLoop target;

  PaperSite(Path dir) throws Exception {
    this(dir, P, S, Optional.empty());
  }

  PaperSite(
      Path dir,
      NodeAddress primary,
      NodeAddress secondary,
      Optional<Function<NodeAddress, MySqlServer>> open)
      throws Exception {
    this(dir, List.of(primary, secondary), "", open);
  }

  /**
   * With other servers, in the place of those in memory.
   *
   * @param pool the PRIMARY first
   * @param more a line of the service, or none
   * @param open controls one of them
   */
  PaperSite(
      Path dir,
      List<NodeAddress> pool,
      String more,
      Optional<Function<NodeAddress, MySqlServer>> open)
      throws Exception {
    String nodes =
        pool.stream()
            .map(a -> (a.equals(pool.getFirst()) ? "primary:" : "secondary:") + a)
            .collect(Collectors.joining(";"));
    String text = CONFIG.replace("POOL", nodes).replace("MORE", more);
    config =
        ConfigFile.load(Files.writeString(dir.resolve("mpp.yml"), text), Optional.empty()).config();
    store = NodeStore.open(config.dataDir(), new Silent());
    Consumer<BrainEvent> post = e -> java.util.Objects.requireNonNull(target).post(e);
    List<PaperServer> all = new ArrayList<>();
    Map<NodeAddress, NodePoller> byAddress = new HashMap<>();
    for (NodeAddress a : pool) {
      MySqlServer server;
      if (open.isPresent()) {
        server = open.get().apply(a);
      } else {
        PaperServer paper = new PaperServer(a, all, violations);
        all.add(paper);
        servers.put(a, paper);
        server = paper;
      }
      controlled.put(a, server);
      MppConfig.Service s = config.services().getFirst();
      byAddress.put(
          a,
          new NodePoller(
              s.name(),
              server,
              s.poll().interval(),
              Duration.ZERO,
              PollClock.system(),
              new Random(7),
              post));
    }
    pollers.addAll(byAddress.values());
    BrainConfig brainConfig =
        ServiceWiring.brain(config, "run-" + store.increment("incarnation"), "test");
    SiteBrain brain =
        new SiteBrain(
            brainConfig,
            new CheckpointBoard(List.of(), true),
            ServiceWiring.restored(brainConfig.services(), store.nodes()),
            time.nanos());
    ledger = new LocalLedger(new Events(post));
    actuator =
        new Actuator(
            config.site(),
            ledger,
            Map.copyOf(controlled),
            byAddress,
            (service, node) -> {
              throw new IllegalStateException("no other site has servers");
            },
            Map.of(),
            post);
    RoleTimes times = new RoleTimes(time::wallMillis);
    LoopShell shell =
        new LoopShell(
            store, actuator, pollers, ledger::health, time, view -> {}, times::on, twin -> {});
    loop =
        new NodeLoop(
            brain,
            shell,
            time,
            ServiceWiring.addresses(config),
            config.peers().stream().map(p -> new NodeLoop.Member(p.id(), p.witness())).toList(),
            true,
            e -> violations.add("the loop failed: " + e));
    target = loop;
    loop.start();
    new KeptOverrides(store, time).restore(config, post);
    pollers.forEach(NodePoller::start);
    shell.attach(loop);
    ledger.start();
    OperatorDesk desk =
        new OperatorDesk(
            shell,
            store,
            config,
            new ConfiguredCheckpoints(new CheckpointWiring(config).desk()),
            times,
            List::of,
            List::of,
            new Membership(
                config.site(),
                ledger,
                new PeerVersions(config.configHash(), j -> {}),
                Map.of(),
                shell::snapshot,
                j -> {}));
    api =
        new OperatorServer(
            GrpcTransport.plaintext()
                .server(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    "operator",
                    PeerRule.anyOperator("test")),
            desk,
            time::nanos,
            time::wallMillis);
    api.start();
  }

  /** Runs a command of the operator. */
  Result mpp(String... args) {
    List<String> all = new ArrayList<>(List.of("--node", "127.0.0.1:" + api.port()));
    all.addAll(List.of(args));
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exit = Main.commandLine(Screen.of(out, err)).execute(all.toArray(String[]::new));
    return new Result(exit, out.toString(), err.toString());
  }

  NodeView node(NodeAddress address) {
    return await("a picture", n -> true, address);
  }

  /** Waits until the node is as wanted. */
  NodeView await(String what, Predicate<NodeView> wanted, NodeAddress address) {
    long end = System.nanoTime() + 20_000_000_000L;
    Optional<NodeView> last = Optional.empty();
    while (System.nanoTime() - end < 0) {
      last =
          loop.snapshot().stream()
              .flatMap(s -> s.local().pools().stream())
              .flatMap(p -> p.nodes().stream())
              .filter(n -> n.address().equals(address))
              .findFirst();
      if (last.isPresent() && wanted.test(last.get())) {
        return last.get();
      }
      Thread.onSpinWait();
    }
    throw new AssertionError(address + " is not " + what + " within 20 s: " + last);
  }

  NodeView await(State state, NodeAddress address) {
    return await(state.name(), n -> n.state() == state, address);
  }

  @Override
  public void close() throws StoreException {
    api.close();
    pollers.forEach(NodePoller::close);
    loop.close();
    actuator.close();
    ledger.close();
    store.close();
  }

  private record Events(Consumer<BrainEvent> post) implements Agreement.Listener {
    @Override
    public void applied(LedgerCommand command, LedgerOutcome outcome, LedgerState after) {
      post.accept(new BrainEvent.LedgerApplied(command, outcome, after));
    }

    @Override
    public void restored(LedgerState state) {
      post.accept(new BrainEvent.LedgerRestored(state));
    }
  }

  private static final class Silent implements StoreListener {
    @Override
    public void failed(StoreException failure, int attempts) {}

    @Override
    public void recovered() {}
  }
}
