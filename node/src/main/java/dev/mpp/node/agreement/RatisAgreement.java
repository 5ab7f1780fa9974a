package dev.mpp.node.agreement;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.SiteId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collector;
import java.util.stream.Collectors;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcFactory;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.util.ExitUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger replicated by Apache Ratis among all members: voters of equal priority, and followers
 * without a vote, which are the second instances of sites.
 *
 * <pre>{@code
 * var config = LedgerConfig.of("mysql.eraser.com", site2, members, Path.of("/var/lib/mpp/ledger"), bootstrap);
 * try (var ledger = new RatisAgreement(config, listener, reason -> exitProcess(reason))) {
 *   ledger.start();
 *   ledger.propose(new LedgerCommand.Beat(origin));
 * }
 * }</pre>
 *
 * <p>Threads: {@link #propose}, {@link #preferLeadership} and {@link #health} may be called from
 * any thread and never block; {@link #start} and {@link #close} block for at most seconds. The
 * listener is called on the replica's thread only ({@code restored} at the start on the caller's or
 * one that happens before it).
 */
public final class RatisAgreement implements Agreement {
  private static final Logger LOG = LoggerFactory.getLogger(RatisAgreement.class);
  private static final Duration CLOSE = Duration.ofMillis(2500);

  private final LedgerConfig config;
  private final Optional<LedgerDoor> door;
  private final MemberFormats formats;
  private final Listener listener;
  private final Consumer<String> onFatal;
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean failed = new AtomicBoolean();
  private final AtomicBoolean asking = new AtomicBoolean();
  private volatile long askedNanos = Long.MIN_VALUE;
  private volatile @Nullable Running running;

  /** What exists from a successful start to the close. */
  private record Running(
      RaftServer server,
      RaftServer.Division division,
      RaftClientRpc rpc,
      Proposals proposals,
      PeerChannels channels,
      Thread watch) {}

  /**
   * @param onFatal told once, with a sentence for the operator, when the replica can no longer
   *     follow the ledger (an entry it cannot read, a failed log, a listener that threw). Called on
   *     one of the replica's threads, so it must not call {@link #close} itself; the process should
   *     fence and exit
   */
  public RatisAgreement(LedgerConfig config, Listener listener, Consumer<String> onFatal) {
    this.config = config;
    this.door = config.tls().map(LedgerDoor::new);
    this.formats = new MemberFormats(config.storage().resolve("formats"), config.own().site());
    this.listener = listener;
    this.onFatal = onFatal;
  }

  /**
   * {@inheritDoc} Returns once the local replica runs; a leader need not be known yet.
   *
   * @throws LedgerStartException with the remedy: no storage without bootstrap, damaged or foreign
   *     storage, storage or port in use
   */
  @Override
  public void start() {
    if (running != null || closing.get()) {
      throw new IllegalStateException("started before");
    }
    keepTheProcess();
    RaftGroup founders = founders();
    LedgerStorage storage = new LedgerStorage(config, founders.getGroupId().getUuid());
    boolean recover = storage.prepare();
    // One that joins knows no members, so it neither votes nor stands until a leader tells it some.
    RaftGroup group = storage.joined() ? RaftGroup.valueOf(founders.getGroupId()) : founders;
    RaftProperties properties = RatisSettings.properties(config, storage);
    Parameters parameters = RatisSettings.parameters(config, storage.member(), door);
    LedgerStateMachine replica = new LedgerStateMachine(listener, storage::formatted, this::fatal);
    RaftServer server = null;
    try {
      server =
          RaftServer.newBuilder()
              .setServerId(storage.member())
              .setGroup(group)
              .setOption(recover ? StartupOption.RECOVER : StartupOption.FORMAT)
              .setStateMachine(replica)
              .setProperties(properties)
              .setParameters(parameters)
              .build();
      server.start();
      running = run(server, founders, group, properties, parameters);
    } catch (IOException | RuntimeException e) {
      closing.set(true);
      if (server != null) {
        closeQuietly(server);
      }
      door.ifPresent(LedgerDoor::close);
      throw StartFailure.explain(config, e);
    }
    LOG.info(
        "Ledger: {} runs on {} with {} member(s), storage {} {}",
        config.self(),
        config.own().endpoint(),
        config.members().size(),
        config.storage(),
        recover ? "recovered" : "new");
  }

  private Running run(
      RaftServer server,
      RaftGroup founders,
      RaftGroup group,
      RaftProperties properties,
      Parameters parameters)
      throws IOException {
    RaftServer.Division division = server.getDivision(group.getGroupId());
    if (!division.getInfo().isAlive()) {
      throw new IOException("the replica stopped while it started");
    }
    RaftClientRpc rpc =
        new GrpcFactory(parameters).newRaftClientRpc(ClientId.randomId(), properties);
    rpc.addRaftPeers(group.getPeers());
    Proposals proposals =
        new Proposals(
            server,
            rpc,
            group.getGroupId(),
            () -> division.getInfo().getLeaderId(),
            config.timings());
    PeerChannels channels =
        new PeerChannels(
            server.getServerRpc(),
            () ->
                division.getRaftConf().getCurrentPeers().stream()
                    .map(RaftPeer::getId)
                    .filter(id -> !id.equals(server.getId()))
                    .toList(),
            config.timings().electionMax());
    Thread watch =
        Thread.ofVirtual()
            .name("ledger-watch")
            .start(() -> watch(server, founders, division, rpc, channels, proposals));
    warnIfMembersDiffer(group, division);
    return new Running(server, division, rpc, proposals, channels, watch);
  }

  /** Those that a new ledger begins with. */
  private RaftGroup founders() {
    UUID uuid =
        UUID.nameUUIDFromBytes(
            ("mpp-ledger:" + config.deployment()).getBytes(StandardCharsets.UTF_8));
    List<RaftPeer> peers =
        config.members().stream()
            .map(
                m ->
                    RaftPeer.newBuilder()
                        .setId(MemberId.first(m))
                        .setAddress(m.endpoint())
                        .setStartupRole(m.votes() ? RaftPeerRole.FOLLOWER : RaftPeerRole.LISTENER)
                        .setPriority(1)
                        .build())
            .toList();
    return RaftGroup.valueOf(RaftGroupId.valueOf(uuid), peers);
  }

  /**
   * The library ends the process when its port is taken and, once its exit class is loaded, at any
   * uncaught exception of any thread. Whether to exit is the daemon's decision.
   */
  private static synchronized void keepTheProcess() {
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    ExitUtils.disableSystemExit();
    ExitUtils.setTerminateOnUncaughtException(false);
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  /** The recovered membership counts, not the configured one: addresses are part of the log. */
  private static void warnIfMembersDiffer(RaftGroup configured, RaftServer.Division division) {
    List<String> now =
        addresses(
            configured.getPeers().stream()
                .filter(p -> p.getStartupRole() == RaftPeerRole.FOLLOWER)
                .toList());
    List<String> stored = addresses(List.copyOf(division.getRaftConf().getCurrentPeers()));
    if (!stored.isEmpty() && !stored.equals(now)) {
      LOG.warn(
          "Ledger: the configured members {} differ from the agreed ones {}, which are used",
          now,
          stored);
    }
  }

  /**
   * A follower that the agreed membership lacks is added by the leader: it has no vote, so nothing
   * that was agreed can be lost by it. Voters are never changed here.
   */
  private void addFollowers(RaftGroup configured, RaftServer.Division division, Proposals proposals)
      throws IOException {
    List<RaftPeer> followers = listeners(configured.getPeers());
    List<RaftPeer> agreed = List.copyOf(division.getRaftConf().getAllPeers(RaftPeerRole.LISTENER));
    if (division.getInfo().isLeaderReady() && !addresses(followers).equals(addresses(agreed))) {
      LOG.info("Ledger: followers become {} (they were {})", followers, agreed);
      proposals.setFollowers(
          List.copyOf(division.getRaftConf().getCurrentPeers()), agreed, followers);
    }
  }

  private static List<RaftPeer> listeners(Collection<RaftPeer> peers) {
    return peers.stream().filter(p -> p.getStartupRole() == RaftPeerRole.LISTENER).toList();
  }

  private static List<String> addresses(List<RaftPeer> peers) {
    return peers.stream().map(p -> p.getId() + "=" + p.getAddress()).sorted().toList();
  }

  private void watch(
      RaftServer server,
      RaftGroup founders,
      RaftServer.Division division,
      RaftClientRpc rpc,
      PeerChannels channels,
      Proposals proposals) {
    Duration rebuild = config.timings().electionMin();
    StuckLeader stuck = new StuckLeader(rebuild.multipliedBy(3).dividedBy(4));
    Duration tick = Duration.ofMillis(Math.min(250, rebuild.toMillis()));
    long rebuilt = System.nanoTime();
    while (!closing.get()) {
      try {
        Thread.sleep(tick);
      } catch (InterruptedException e) {
        return;
      }
      DivisionInfo info = division.getInfo();
      if (!info.isAlive() || server.getLifeCycleState().isClosingOrClosed()) {
        fatal(
            "the ledger's replica closed itself: either this member was removed from the ledger (ask"
                + " another node: mpp member list), or its log names the cause");
        return;
      }
      try {
        RoleInfoProto role = info.getRoleInfoProto();
        rpc.addRaftPeers(division.getRaftConf().getAllPeers());
        if (channels.lostMajority(role)
            || stuck.stuck(
                role.getRole(), info.isLeaderReady(), info.getCurrentTerm(), System.nanoTime())) {
          LOG.warn("Ledger: {} leads but cannot commit, giving the leadership up", config.self());
          proposals.stepDown();
        }
        if (System.nanoTime() - rebuilt >= rebuild.toNanos()) {
          rebuilt = System.nanoTime();
          channels.rebuildSilent(role);
          addFollowers(founders, division, proposals);
        }
      } catch (IOException | RuntimeException e) {
        LOG.debug("Ledger: the role changed meanwhile", e);
      }
    }
  }

  private void fatal(String reason) {
    if (!closing.get() && failed.compareAndSet(false, true)) {
      LOG.error("Ledger: {}", reason);
      onFatal.accept(reason);
    }
  }

  /** {@inheritDoc} Voters of older versions, and a configuration that names other members. */
  @Override
  public List<String> alarms() {
    Running r = running;
    if (r == null || closing.get()) {
      return List.of();
    }
    List<String> all = new ArrayList<>();
    formats
        .refusal(Formats.OWN.newest(), voters(r), followers(r))
        .ifPresent(why -> all.add("newer kinds of orders wait for an upgrade: " + why));
    Set<String> agreed =
        members().stream().map(m -> m.site() + "=" + m.address()).collect(sorted());
    Set<String> configured =
        config.members().stream()
            .filter(LedgerMember::votes)
            .map(m -> m.site() + "=" + m.endpoint())
            .collect(sorted());
    if (!agreed.isEmpty() && !agreed.equals(configured)) {
      all.add(
          "mpp.yml lists other voters than agreed: %s, agreed are %s (mpp member --help)"
              .formatted(configured, agreed));
    }
    return all;
  }

  private static Collector<String, ?, TreeSet<String>> sorted() {
    return Collectors.toCollection(TreeSet::new);
  }

  @Override
  public List<Member> members() {
    Running r = running;
    return r == null
        ? List.of()
        : r.division().getRaftConf().getCurrentPeers().stream()
            .map(p -> new Member(MemberId.site(p.getId()), p.getId().toString(), p.getAddress()))
            .sorted(Comparator.comparing(Member::site))
            .toList();
  }

  @Override
  public String ownMember() {
    Running r = running;
    return r == null ? "" : r.server().getId().toString();
  }

  @Override
  public void changeMembers(List<Member> from, List<Member> to) throws IOException {
    Running r = running;
    if (r == null || closing.get()) {
      throw new IOException("the ledger is not running");
    }
    Set<String> wanted = to.stream().map(Member::id).collect(sorted());
    r.proposals()
        .change(
            peers(from),
            peers(to),
            List.copyOf(r.division().getRaftConf().getAllPeers(RaftPeerRole.LISTENER)),
            () -> members().stream().map(Member::id).collect(sorted()).equals(wanted));
  }

  private static List<RaftPeer> peers(List<Member> members) {
    return members.stream()
        .map(
            m -> RaftPeer.newBuilder().setId(m.id()).setAddress(m.address()).setPriority(1).build())
        .toList();
  }

  private static Set<SiteId> voters(Running r) {
    return r.division().getRaftConf().getCurrentPeers().stream()
        .map(p -> MemberId.site(p.getId()))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<String> followers(Running r) {
    return r.division().getRaftConf().getAllPeers(RaftPeerRole.LISTENER).stream()
        .map(p -> p.getId().toString())
        .toList();
  }

  /** {@inheritDoc} Written on a thread of its own. */
  @Override
  public void reads(SiteId site, String member, Formats announced) {
    String name = MemberId.votes(member) ? site.name() : member;
    var unused =
        Thread.ofVirtual().name("ledger-formats").start(() -> formats.announced(name, announced));
  }

  /**
   * {@inheritDoc} Fails at once when not started or closed, or when a voter could not read it
   * ({@link OlderVoterException}).
   */
  @Override
  public CompletableFuture<LedgerOutcome> propose(LedgerCommand command) {
    Running r = running;
    if (r == null || closing.get()) {
      return CompletableFuture.failedFuture(new IOException("the ledger is not running"));
    }
    Optional<String> refusal =
        formats.refusal(LedgerCodec.format(command), voters(r), followers(r));
    if (refusal.isPresent()) {
      return CompletableFuture.failedFuture(new OlderVoterException(refusal.get()));
    }
    return r.proposals().propose(command);
  }

  /**
   * {@inheritDoc} At most one request each {@code preferLeadership} interval; failures are kept.
   */
  @Override
  public void preferLeadership() {
    Running r = running;
    long now = System.nanoTime();
    if (r == null
        || closing.get()
        || !config.own().votes()
        || r.division().getInfo().isLeader()
        || (askedNanos != Long.MIN_VALUE
            && now - askedNanos < config.timings().preferLeadership().toNanos())
        || !asking.compareAndSet(false, true)) {
      return;
    }
    askedNanos = now;
    Thread.ofVirtual()
        .name("ledger-leadership")
        .start(
            () -> {
              try {
                RaftPeerId leader = r.division().getInfo().getLeaderId();
                if (leader != null) {
                  r.proposals().takeLeadership(leader);
                }
              } catch (IOException | RuntimeException e) {
                LOG.debug("Ledger: the leadership was not handed over", e);
              } finally {
                asking.set(false);
              }
            });
  }

  /** {@inheritDoc} Does nothing unless this member leads. */
  @Override
  public void yieldLeadership(SiteId to) {
    Running r = running;
    if (r == null || closing.get() || !r.division().getInfo().isLeader()) {
      return;
    }
    try {
      Optional<RaftPeerId> voter =
          r.division().getRaftConf().getCurrentPeers().stream()
              .map(RaftPeer::getId)
              .filter(id -> MemberId.site(id).equals(to))
              .findFirst();
      if (voter.isPresent()) {
        r.proposals().handLeadership(voter.get());
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("Ledger: the leadership was not handed over", e);
    }
  }

  @Override
  public Health health() {
    Running r = running;
    if (r == null || closing.get()) {
      return new Health("", "CLOSED", 0, 0);
    }
    DivisionInfo info = r.division().getInfo();
    RaftPeerId leader = info.getLeaderId();
    return new Health(
        leader == null ? "" : MemberId.site(leader).name(),
        info.isAlive() ? info.getCurrentRole().name() : "CLOSED",
        info.getCurrentTerm(),
        info.getLastAppliedIndex());
  }

  /** {@inheritDoc} Returns within 3 s; what peers that do not answer hold up ends in background. */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    Running r = running;
    if (r == null) {
      return;
    }
    r.watch().interrupt();
    r.proposals().close();
    dropSilent(r);
    Thread closer =
        Thread.ofPlatform()
            .daemon()
            .name("ledger-close")
            .start(
                () -> {
                  closeQuietly(r.rpc());
                  closeQuietly(r.server());
                  door.ifPresent(LedgerDoor::close);
                });
    try {
      if (!closer.join(CLOSE)) {
        LOG.info("Ledger: still closing connections in the background");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** So that the close does not wait for peers that will not answer. */
  private static void dropSilent(Running r) {
    try {
      r.channels().rebuildSilent(r.division().getInfo().getRoleInfoProto());
    } catch (RuntimeException e) {
      LOG.debug("Ledger: no role any more", e);
    }
  }

  private static void closeQuietly(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      LOG.debug("Ledger: closing failed", e);
    }
  }
}
