package dev.mpp.node;

import dev.mpp.checkpoints.Pacer;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.State;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.CheckpointBoard;
import dev.mpp.core.plan.SiteBrain;
import dev.mpp.core.plan.SourceWarnings;
import dev.mpp.core.plan.TwinState;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.dns.AnswerTable;
import dev.mpp.dns.DnsBindException;
import dev.mpp.dns.DnsResponder;
import dev.mpp.dns.TransferZones;
import dev.mpp.node.agreement.Agreement;
import dev.mpp.node.agreement.LedgerConfig;
import dev.mpp.node.agreement.LedgerMember;
import dev.mpp.node.agreement.LedgerTls;
import dev.mpp.node.agreement.PairAgreement;
import dev.mpp.node.agreement.RatisAgreement;
import dev.mpp.node.agreement.SoloAgreement;
import dev.mpp.node.api.HealthSource;
import dev.mpp.node.api.HttpEdge;
import dev.mpp.node.api.OperatorServer;
import dev.mpp.node.api.Sides;
import dev.mpp.node.api.WitnessHttp;
import dev.mpp.node.balancer.CheckSource;
import dev.mpp.node.balancer.LoadBalancerCheck;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.exchange.ExchangeConfig;
import dev.mpp.node.exchange.PeerExchange;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.DeadManTimings;
import dev.mpp.node.mysql.FenceOptions;
import dev.mpp.node.mysql.Handshakes;
import dev.mpp.node.mysql.MySqlServer;
import dev.mpp.node.mysql.MySqlServers;
import dev.mpp.node.mysql.ReplicationAccount;
import dev.mpp.node.mysql.ServerOptions;
import dev.mpp.node.publish.CounterSource;
import dev.mpp.node.publish.DnsOutbound;
import dev.mpp.node.publish.DnsTables;
import dev.mpp.node.publish.NodeMetrics;
import dev.mpp.node.querylog.QueryLogs;
import dev.mpp.node.store.JournalEvent;
import dev.mpp.node.store.NodeStore;
import dev.mpp.node.store.StoreException;
import dev.mpp.node.store.StoreListener;
import dev.mpp.node.twin.TwinConfig;
import dev.mpp.node.twin.TwinGroup;
import dev.mpp.node.twin.TwinTls;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.tls.PeerRule;
import dev.mpp.tls.SiteTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One site's daemon, wired in one place: everything is made here, handed what it needs and closed
 * in reverse order. Adapters meet in the loop and in the picture, never each other.
 */
final class NodeProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);
  private static final Duration STAND_DOWN = Duration.ofSeconds(4);

  private final MppConfig config;
  private final MySqlServers.Opener mysql;
  private final SystemTime time = new SystemTime();
  private final InstantSource wall = () -> Instant.ofEpochMilli(time.wallMillis());
  private final SplittableRandom chance = new SplittableRandom(new SecureRandom().nextLong());
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final AtomicReference<@Nullable NodeSnapshot> picture = new AtomicReference<>();
  private final Consumer<String> fatal;
  private volatile AnswerTable dnsTable = AnswerTable.empty();
  private @Nullable NodeLoop loop;
  private @Nullable Actuator actuator;
  private volatile @Nullable LoopShell journalled;

  /**
   * @param mysql {@code MySqlServers::open} wherever data is at stake; a benchmark of agreement has
   *     servers in memory
   * @param fatal told, on any thread, when the process must end at once
   */
  NodeProcess(MppConfig config, MySqlServers.Opener mysql, Consumer<String> fatal) {
    this.config = config;
    this.mysql = mysql;
    this.fatal = fatal;
  }

  /** What an empty data directory means. */
  enum Start {
    /** A lost disk: the start is refused. */
    KNOWN,
    /** A founder of a new deployment. */
    BOOTSTRAP,
    /** A member that the others will add. */
    JOIN
  }

  private <T extends AutoCloseable> T open(T part) {
    opened.push(part);
    return part;
  }

  /**
   * Starts everything. Nothing is writable before a fresh lease.
   *
   * @param how what an empty data directory means
   */
  void start(Start how) throws IOException, StoreException, DnsBindException {
    NodeStore store = open(NodeStore.open(config.dataDir(), new StoreAlarm()));
    store.tampering().ifPresent(what -> suspicious(store, what));
    String incarnation =
        store.increment("incarnation")
            + "-"
            + HexFormat.of().toHexDigits(new SecureRandom().nextInt());
    BrainConfig brainConfig = ServiceWiring.brain(config, incarnation, version());

    Map<NodeAddress, MySqlServer> servers = new LinkedHashMap<>();
    Map<NodeAddress, NodePoller> pollers = new HashMap<>();
    Consumer<BrainEvent> post = e -> loop().post(e);
    int count =
        config.services().stream()
            .flatMap(s -> s.at(config.site()).stream())
            .mapToInt(here -> here.pool().nodes().size())
            .sum();
    Handshakes handshakes = Handshakes.perCore();
    for (MppConfig.Service s : config.services()) {
      s.at(config.site())
          .ifPresent(here -> openPool(s, here.pool(), count, handshakes, servers, pollers, post));
    }

    CheckpointWiring checkpoints = new CheckpointWiring(config);
    CheckpointBoard board =
        new CheckpointBoard(checkpoints.board(), config.mode() != MppConfig.Mode.PAIR);
    SiteBrain brain =
        new SiteBrain(
            brainConfig,
            board,
            ServiceWiring.restored(brainConfig.services(), store.nodes()),
            time.nanos());

    PeerVersions versions = new PeerVersions(config.configHash(), this::journal);
    RejectedAttempts rejected = new RejectedAttempts(this::journal, time::nanos);
    Optional<SiteTls> tls = SiteCertificates.of(config);
    GrpcTransport transport =
        open(
            tls.map(site -> GrpcTransport.secured(site, rejected))
                .orElseGet(GrpcTransport::plaintext));
    Agreement agreement = agreement(how, incarnation, transport, tls, rejected, handshakes, post);
    PeerExchange exchange =
        new PeerExchange(
            exchange(incarnation, agreement),
            transport,
            time::nanos,
            new PeerEvents(post, agreement, versions));
    // A witness answers no DNS, and needs no keys.
    boolean answersDns = config.dns().isPresent() && !config.self().witness();
    DnsTables tables =
        answersDns ? DnsSettings.verified(config, () -> time.wallMillis() / 1000) : null;
    TransferZones transfers =
        answersDns ? DnsOutboundSettings.transfers(config.dns().orElseThrow()).orElse(null) : null;
    DnsOutbound outbound = tables != null ? outbound(tables, transfers) : null;
    Actuator acting =
        open(
            new Actuator(
                config.site(),
                agreement,
                servers,
                pollers,
                this::remoteServer,
                config.services().stream()
                    .collect(Collectors.toMap(MppConfig.Service::name, s -> s.fence().hooks())),
                post));
    actuator = acting;
    RoleTimes times = new RoleTimes(time::wallMillis);
    TwinGroup twins = config.twin().map(other -> twins(other, tls, rejected, post)).orElse(null);
    LoopShell shell =
        new LoopShell(
            store,
            acting,
            List.copyOf(pollers.values()),
            agreement::health,
            time,
            exchange::publish,
            next -> {
              times.on(next);
              NodeSnapshot before = picture.getAndSet(next);
              if (tables != null && (before == null || !DnsTables.sameAnswers(before, next))) {
                Runnable told = outbound == null ? () -> {} : outbound.picture(next);
                dnsTable = tables.table(next);
                told.run();
              }
            },
            state -> {
              if (twins != null) {
                twins.tell(state);
              }
            });
    journalled = shell;
    NodeLoop running =
        open(
            new NodeLoop(
                brain,
                shell,
                time,
                ServiceWiring.addresses(config),
                config.peers().stream().map(p -> new NodeLoop.Member(p.id(), p.witness())).toList(),
                config.insecure(),
                e -> {
                  LOG.error("the loop failed", e);
                  fatal.accept("the loop failed: " + e);
                }));
    loop = running;
    running.start();
    new KeptOverrides(store, time).restore(config, post);
    pollers.values().forEach(NodePoller::start);
    shell.attach(running);
    tls.ifPresent(
        site -> open(new CertificateWatch(site, wall, this::journal, rejected::tick)).start());
    List<CounterSource> counters = new ArrayList<>(List.of(rejected));
    DnsResponder dns = tables == null ? null : responder(transfers);
    if (dns != null) {
      counters.addAll(DnsMetrics.of(dns));
    }
    if (outbound != null) {
      counters.addAll(outbound.counters());
    }
    CompletableFuture<AutoCloseable> http =
        CompletableFuture.supplyAsync(
            () -> http(shell, counters, tls), r -> Thread.ofPlatform().name("http-start").start(r));
    open(agreement).start();
    open(exchange).start();
    if (twins != null) {
      open(twins).start();
    }
    open(
        checkpoints.start(
            Pacer.system(),
            chance.split(),
            r ->
                post.accept(
                    new BrainEvent.CheckpointResult(
                        r.spec().toString(),
                        r.spec().kind(),
                        r.verdict().ok(),
                        r.verdict().message(),
                        r.startedAt(),
                        time.wallMillis()))));
    awaitPicture();
    if (dns != null) {
      open(dns).start();
    }
    if (outbound != null) {
      open(outbound).start();
    }
    OperatorDesk desk =
        new OperatorDesk(
            shell,
            store,
            config,
            new ConfiguredCheckpoints(checkpoints.desk()),
            times,
            () -> alarms(agreement, tls, outbound),
            () -> outbound == null ? List.of() : outbound.lines(),
            membership(agreement, versions, shell));
    open(operators(desk, transport)).start();
    open(joined(http));
    if (config.self().witness()) {
      open(new HeapTrim()).start();
    }
    LOG.info(
        "site {} of deployment {} runs, incarnation {}, configuration {}",
        config.site(),
        config.deployment(),
        incarnation,
        config.configHash());
  }

  private void suspicious(NodeStore store, String what) {
    LOG.error("{}: somebody changed {}; see mpp journal verify", what, config.dataDir());
    var unused =
        store.append(
            new JournalEvent(
                time.wallMillis(),
                "",
                "guard",
                config.site().name(),
                "",
                "",
                0,
                what + ": the file was changed while MPP was down",
                ""));
  }

  /** Checks, health and metrics; its start costs most of a second and waits for nothing else. */
  private AutoCloseable http(LoopShell shell, List<CounterSource> counters, Optional<SiteTls> tls) {
    Supplier<NodeSnapshot> pictures = shell::snapshot;
    Duration lease = config.lease().duration();
    NodeMetrics metrics = new NodeMetrics(pictures, time::nanos, counters);
    tls.ifPresent(site -> SiteCertificates.gauge(metrics.registry(), site));
    InetSocketAddress bind = bind(config.self().ports().http());
    CheckSource checks = new CheckSource(new LoadBalancerCheck(true, lease), pictures, time::nanos);
    HealthSource health = new HealthSource(pictures, time::nanos, lease);
    try {
      return config.self().witness()
          ? WitnessHttp.start(
              bind,
              (kind, service, node) -> {
                CheckSource.Answer answer = checks.answer(kind, service, node);
                return new WitnessHttp.Answer(answer.status(), answer.body());
              },
              health,
              metrics::scrape)
          : HttpEdge.start(bind, checks, health, metrics);
    } catch (IOException e) {
      throw new UncheckedIOException(bind + ": " + e.getMessage(), e);
    }
  }

  private OperatorServer operators(OperatorDesk desk, GrpcTransport transport) {
    InetSocketAddress own = bind(config.self().ports().operator());
    // Without certificates everybody is an operator who can reach it: nobody from outside may.
    InetSocketAddress at =
        transport.secure() || own.getAddress().isLoopbackAddress()
            ? own
            : new InetSocketAddress(InetAddress.getLoopbackAddress(), own.getPort());
    return new OperatorServer(
        transport.server(at, "operator", PeerRule.anyOperator(config.deployment())),
        desk,
        time::nanos,
        time::wallMillis);
  }

  private static AutoCloseable joined(CompletableFuture<AutoCloseable> http) throws IOException {
    try {
      return http.join();
    } catch (CompletionException e) {
      throw new IOException("HTTP cannot start: " + e.getMessage(), e);
    }
  }

  private DnsResponder responder(@Nullable TransferZones transfers) {
    return new DnsResponder(
        DnsSettings.responder(config),
        () -> dnsTable,
        time::nanos,
        () -> time.wallMillis() / 1000,
        transfers,
        config
            .dns()
            .flatMap(MppConfig.Dns::queryLog)
            .map(log -> open(QueryLogs.open(log, Optional.of(config.site().name()), wall))));
  }

  private @Nullable DnsOutbound outbound(DnsTables tables, @Nullable TransferZones transfers) {
    return DnsOutboundSettings.outbound(
            config.dns().orElseThrow(),
            tables,
            Optional.ofNullable(transfers),
            picture::get,
            time::nanos,
            this::journal)
        .orElse(null);
  }

  private InetSocketAddress bind(int port) {
    return new InetSocketAddress(config.self().address(), port);
  }

  private void openPool(
      MppConfig.Service service,
      PoolConfig pool,
      int count,
      Handshakes handshakes,
      Map<NodeAddress, MySqlServer> servers,
      Map<NodeAddress, NodePoller> pollers,
      Consumer<BrainEvent> post) {
    for (PoolConfig.Member member : pool.nodes()) {
      MySqlServer server =
          mysql.open(
              replicating(service, options(service, member.address()))
                  .withHeartbeat(service.heartbeat().interval()),
              handshakes);
      pollers.put(
          member.address(),
          open(
              new NodePoller(
                  service.name(),
                  server,
                  service.poll().interval(),
                  NodePoller.spread(servers.size(), count),
                  PollClock.system(),
                  chance.split(),
                  post)));
      servers.put(member.address(), server);
    }
  }

  /** The password is read anew each time: it is seldom needed, and may have been changed. */
  private static ServerOptions replicating(MppConfig.Service service, ServerOptions options) {
    return service
        .replication()
        .map(
            r ->
                options.withReplication(
                    new ReplicationAccount(
                        new Credentials(
                            r.user(),
                            () -> {
                              try {
                                r.password().forget();
                                return r.password().reveal();
                              } catch (IOException e) {
                                throw new UncheckedIOException(e);
                              }
                            }),
                        r.tls())))
        .orElse(options);
  }

  private MySqlServer remoteServer(ServiceName name, NodeAddress node) {
    MppConfig.Service service =
        config.services().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    return mysql.open(options(service, node), Handshakes.perCore());
  }

  private ServerOptions options(MppConfig.Service service, NodeAddress node) {
    MppConfig.DeadMan d = config.deadMan();
    return ServerOptions.of(
            node,
            service.name().name(),
            ServiceWiring.manager(service.mysql()),
            service.poll().timeout())
        .withTimings(new DeadManTimings(d.timeout(), d.period(), d.killBudget()), time::nanos)
        .withFence(
            new FenceOptions(
                service.fence().blockAccounts().stream().map(FenceOptions.Account::parse).toList(),
                service.fence().offlineMode()));
  }

  private Agreement agreement(
      Start how,
      String incarnation,
      GrpcTransport transport,
      Optional<SiteTls> tls,
      RejectedAttempts rejected,
      Handshakes handshakes,
      Consumer<BrainEvent> post) {
    boolean bootstrap = how == Start.BOOTSTRAP;
    return switch (config.mode()) {
      case QUORUM -> new RatisAgreement(ledger(how, tls, rejected), new LedgerEvents(post), fatal);
      case SOLO ->
          new SoloAgreement(
              config.deployment(),
              config.site(),
              config.dataDir().resolve("ledger"),
              bootstrap,
              new LedgerEvents(post),
              fatal);
      case PAIR -> {
        PeerLook look = open(new PeerLook(config, (s, n) -> mysql.open(options(s, n), handshakes)));
        yield new PairAgreement(
            PairWiring.settings(config, bind(config.self().ports().ledger()), bootstrap),
            PairWiring.config(config, incarnation, look.targets()),
            transport,
            time::nanos,
            new PairEvents(post, time::wallMillis),
            look,
            fatal);
      }
    };
  }

  private LedgerConfig ledger(Start how, Optional<SiteTls> tls, RejectedAttempts rejected) {
    List<LedgerMember> members = new ArrayList<>();
    LedgerMember own = null;
    for (MppConfig.Site s : config.sites()) {
      for (LedgerMember m : members(s)) {
        members.add(m);
        boolean follower = config.instance().filter(m.instance()::equals).isPresent();
        if (s.id().equals(config.site()) && (config.votes() ? m.instance().isEmpty() : follower)) {
          own = m;
        }
      }
    }
    return new LedgerConfig(
        config.deployment(),
        Objects.requireNonNull(own),
        members,
        own.address(),
        config.dataDir().resolve("ledger"),
        how == Start.BOOTSTRAP,
        how == Start.JOIN,
        new LedgerConfig.Timings(
            config.election().min(),
            config.election().max(),
            LedgerConfig.Timings.DEFAULT.propose(),
            LedgerConfig.Timings.DEFAULT.preferLeadership()),
        2000,
        tls.map(site -> new LedgerTls(site, rejected)));
  }

  /** The site's voter and, where it has two instances, the follower. */
  private static List<LedgerMember> members(MppConfig.Site s) {
    List<LedgerMember> members = new ArrayList<>();
    members.add(new LedgerMember(s.id(), s.address(), s.ports().ledger()));
    s.instances().stream()
        .skip(1)
        .map(i -> new LedgerMember(s.id(), i.name(), i.address(), s.ports().ledger()))
        .forEach(members::add);
    return members;
  }

  private TwinGroup twins(
      MppConfig.Instance other,
      Optional<SiteTls> tls,
      RejectedAttempts rejected,
      Consumer<BrainEvent> post) {
    int port = config.self().ports().twin();
    return new TwinGroup(
        new TwinConfig(
            config.deployment(),
            config.site(),
            config.instance().orElseThrow(),
            InetSocketAddress.createUnresolved(config.self().address(), port),
            InetSocketAddress.createUnresolved(other.address(), port)),
        tls.map(site -> new TwinTls(site, rejected)),
        new TwinEvents(post));
  }

  private ExchangeConfig exchange(String incarnation, Agreement agreement) {
    return new ExchangeConfig(
        config.site(),
        config.instance().orElse(""),
        incarnation,
        config.deployment(),
        config.configHash(),
        () -> new ExchangeConfig.Ledger(Agreement.Formats.OWN, agreement.ownMember()),
        bind(config.self().ports().exchange()),
        config.peers().stream().flatMap(p -> processes(p).stream()).toList(),
        ExchangeConfig.DEFAULT_HEARTBEAT,
        ExchangeConfig.DEFAULT_SILENCE);
  }

  private static List<ExchangeConfig.Peer> processes(MppConfig.Site p) {
    int port = p.ports().exchange();
    return p.instances().isEmpty()
        ? List.of(
            new ExchangeConfig.Peer(
                p.id(),
                p.ways().stream().map(a -> InetSocketAddress.createUnresolved(a, port)).toList()))
        : p.instances().stream()
            .map(
                i ->
                    new ExchangeConfig.Peer(
                        p.id(),
                        i.name(),
                        List.of(InetSocketAddress.createUnresolved(i.address(), port))))
            .toList();
  }

  private static String version() {
    String v = NodeProcess.class.getPackage().getImplementationVersion();
    return v == null ? "development" : v;
  }

  private Membership membership(Agreement agreement, PeerVersions versions, LoopShell shell) {
    Map<SiteId, String> addresses = new HashMap<>();
    ledgerMembers().forEach(m -> addresses.put(m.site(), m.endpoint()));
    return new Membership(
        config.site(), agreement, versions, addresses, shell::snapshot, this::journal);
  }

  private List<LedgerMember> ledgerMembers() {
    return config.sites().stream()
        .map(s -> new LedgerMember(s.id(), s.address(), s.ports().ledger()))
        .toList();
  }

  private List<String> alarms(
      Agreement agreement, Optional<SiteTls> tls, @Nullable DnsOutbound outbound) {
    List<String> all = new ArrayList<>(agreement.alarms());
    if (outbound != null) {
      all.addAll(outbound.alarms());
    }
    tls.flatMap(site -> CertificateWatch.warning(site, wall)).ifPresent(all::add);
    NodeSnapshot now = picture.get();
    if (now != null) {
      now.local().pools().forEach(p -> unguarded(p, all));
      now.services().forEach(s -> all.addAll(SourceWarnings.of(s.name(), shown(s.name(), now))));
      new Sides(now).nobodyElse().ifPresent(all::add);
    }
    return all;
  }

  /** The servers of the service, of every site that is heard. */
  private List<SiteView.NodeView> shown(ServiceName service, NodeSnapshot now) {
    return Stream.concat(
            Stream.of(now.local()),
            now.peers().stream().filter(p -> p.fresh(time.nanos())).flatMap(p -> p.view().stream()))
        .flatMap(v -> v.pool(service).stream())
        .flatMap(p -> p.nodes().stream())
        .toList();
  }

  /** An ACTIVE server that would stay writable if this process died. */
  private static void unguarded(SiteView.PoolView pool, List<String> alarms) {
    for (SiteView.NodeView n : pool.nodes()) {
      if (n.state() == State.ACTIVE && n.facts().filter(f -> !f.deadMan()).isPresent()) {
        alarms.add(
            "%s: %s is ACTIVE without a working dead-man: if MPP dies or freezes here, nothing makes it read-only; set event_scheduler=ON there and look at the event mpp.dead_man"
                .formatted(pool.service(), n.address()));
      }
    }
  }

  /** Of what is not of the loop; from any thread. */
  private void journal(BrainCommand.Journal entry) {
    LoopShell shell = journalled;
    if (shell != null) {
      var sequence = shell.journal(entry);
    }
  }

  private NodeLoop loop() {
    NodeLoop l = loop;
    if (l == null) {
      throw new IllegalStateException("the loop is not running yet");
    }
    return l;
  }

  private void awaitPicture() {
    long end = time.nanos() + Duration.ofSeconds(10).toNanos();
    while (picture.get() == null) {
      if (time.nanos() - end > 0) {
        throw new IllegalStateException("the loop did not start within 10 s");
      }
      Thread.onSpinWait();
    }
  }

  /** Asks the brain to fence and release, and waits for it, bounded. */
  private void standDown() {
    NodeLoop l = loop;
    if (l == null || picture.get() == null) {
      return;
    }
    l.post(new BrainEvent.StandDown("this process is ending"));
    long end = time.nanos() + STAND_DOWN.toNanos();
    while (time.nanos() - end < 0) {
      if (left()) {
        return;
      }
      try {
        Thread.sleep(20);
      } catch (InterruptedException e) {
        return;
      }
    }
    LOG.warn("the role was not handed over within {}", STAND_DOWN);
  }

  /** Whether nothing is held here any more, and a twin that took over says so. */
  private boolean left() {
    NodeSnapshot s = picture.get();
    if (s == null) {
      return true;
    }
    if (s.local().passive()) {
      NodeSnapshot.Twin t = s.twin().orElseThrow();
      return !t.up() || t.view().filter(v -> !v.passive()).isPresent();
    }
    return s.services().stream()
        .noneMatch(v -> v.holding() || v.grant().heldBy(config.site(), s.local().incarnation()));
  }

  /** Fences, hands the role over, then closes everything. */
  @Override
  public void close() {
    standDown();
    abandon();
    while (!opened.isEmpty()) {
      AutoCloseable part = opened.pop();
      try {
        part.close();
      } catch (Exception e) {
        LOG.warn("closing {}: {}", part.getClass().getSimpleName(), e.toString());
      }
    }
  }

  /** Gives the dead-man locks up, so that the servers fence themselves. */
  void abandon() {
    Actuator a = actuator;
    if (a != null) {
      a.dropAllDeadMen();
    }
  }

  private record LedgerEvents(Consumer<BrainEvent> post) implements Agreement.Listener {
    @Override
    public void applied(LedgerCommand command, LedgerOutcome outcome, LedgerState after) {
      post.accept(new BrainEvent.LedgerApplied(command, outcome, after));
    }

    @Override
    public void restored(LedgerState state) {
      post.accept(new BrainEvent.LedgerRestored(state));
    }
  }

  private record TwinEvents(Consumer<BrainEvent> post) implements TwinGroup.Listener {
    @Override
    public void link(boolean up) {
      post.accept(new BrainEvent.TwinLink(up));
    }

    @Override
    public void heard(TwinState state) {
      post.accept(new BrainEvent.TwinHeard(state));
    }
  }

  private record PeerEvents(Consumer<BrainEvent> post, Agreement agreement, PeerVersions versions)
      implements PeerExchange.Listener {
    @Override
    public void greeted(ExchangeConfig.Peer peer, String configHash, ExchangeConfig.Ledger ledger) {
      agreement.reads(peer.site(), ledger.member(), ledger.formats());
      versions.greeted(peer.site(), peer.name(), configHash, ledger.member());
    }

    @Override
    public void viewReceived(SiteView view, long arrivalNanos) {
      agreement.peerHeard();
      post.accept(new BrainEvent.PeerHeard(view));
    }

    @Override
    public void linkChanged(SiteId peer, boolean up, long rttMicros) {
      post.accept(new BrainEvent.PeerLink(peer, up, rttMicros));
    }
  }

  private static final class StoreAlarm implements StoreListener {
    @Override
    public void failed(StoreException failure, int attempts) {
      LOG.error("the journal cannot be written (attempt {}): {}", attempts, failure.getMessage());
    }

    @Override
    public void recovered() {
      LOG.info("the journal is written again");
    }
  }
}
