package dev.mpp.node.exchange;

import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.node.wire.Caller;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.node.wire.ViewCodec;
import dev.mpp.proto.v1.Hello;
import dev.mpp.proto.v1.PeerMessage;
import dev.mpp.tls.Identity;
import dev.mpp.tls.PeerRule;
import dev.mpp.tls.Refusal;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ServerCallStreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the peers what this site sees and hears what they see. One stream is kept open to every
 * peer and one is accepted from every peer; a peer is up while either lives. A stream on which
 * nothing is heard for {@link ExchangeConfig#silence()} is closed whatever TCP says, and dialled
 * again over a fresh connection.
 *
 * <p>One thread of its own does everything, gRPC's callbacks included. If it is starved, peers look
 * silent to this site and this site to them: evidence is lost, never invented.
 */
public final class PeerExchange implements AutoCloseable {

  /** Told on the exchange thread; must return quickly and must not block. */
  public interface Listener {
    /**
     * A newer view of a peer arrived. Views of one run of a peer come in the order of their
     * sequence, each at most once; some may be skipped.
     *
     * @param arrivalNanos monotonic instant of arrival
     */
    void viewReceived(SiteView view, long arrivalNanos);

    /**
     * A peer came up or went down, or the first round trip to it was measured.
     *
     * @param rttMicros -1 when unknown
     */
    void linkChanged(SiteId peer, boolean up, long rttMicros);

    /**
     * A peer was let in and has said who it is; again with every stream.
     *
     * @param configHash of its configuration
     * @param ledger how it takes part in the ledger
     */
    default void greeted(
        ExchangeConfig.Peer peer, String configHash, ExchangeConfig.Ledger ledger) {}
  }

  private static final Logger LOG = LoggerFactory.getLogger(PeerExchange.class);
  private static final String DOOR = "exchange";

  private final ExchangeConfig config;
  private final GrpcTransport transport;
  private final LongSupplier nanos;
  private final Listener listener;
  private final LogOnce once = new LogOnce(LOG);
  private final ScheduledThreadPoolExecutor thread;
  private final Map<String, PeerLink> links = new LinkedHashMap<>();
  private final List<Dialler> diallers = new ArrayList<>();
  private final InboundStreams inbound;
  private final AtomicReference<@Nullable SiteView> newest = new AtomicReference<>();
  private final AtomicBoolean flushQueued = new AtomicBoolean();
  private volatile long flushNotBefore;

  private @Nullable Server server;
  // Exchange thread only.
  private @Nullable SiteView encoded;
  private @Nullable PeerMessage message;
  private long tickedAt;
  private long judgeFrom;

  /**
   * @param nanos the node's monotonic clock
   */
  public PeerExchange(
      ExchangeConfig config, GrpcTransport transport, LongSupplier nanos, Listener listener) {
    this.config = config;
    this.transport = transport;
    this.nanos = nanos;
    this.listener = listener;
    this.flushNotBefore = nanos.getAsLong();
    this.thread =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().daemon().name("exchange-" + config.self()).factory(),
            // gRPC may still hand in callbacks of calls that close() has cancelled.
            new ThreadPoolExecutor.DiscardPolicy());
    thread.setRemoveOnCancelPolicy(true);
    SiteLinks sites = new SiteLinks(listener);
    for (ExchangeConfig.Peer peer : config.peers()) {
      links.put(peer.name(), new PeerLink(peer.site(), sites.of(peer), once));
      diallers.add(new Dialler(peer, config.deployment(), transport, thread, this::openOutbound));
    }
    this.inbound = new InboundStreams(2 * config.peers().size() + 8, this::openInbound);
  }

  /**
   * Listens and starts to dial.
   *
   * @throws IOException if the address cannot be bound
   */
  public void start() throws IOException {
    server =
        transport
            .server(config.bind(), DOOR, PeerRule.anySite(config.deployment()))
            .executor(thread)
            .addService(ServerInterceptors.intercept(inbound, Caller.KNOWN))
            .build()
            .start();
    thread.execute(() -> diallers.forEach(Dialler::dial));
    tickedAt = nanos.getAsLong();
    judgeFrom = tickedAt;
    long tick = tickNanos();
    var unused = thread.scheduleAtFixedRate(this::tick, tick, tick, TimeUnit.NANOSECONDS);
    LOG.info(
        "exchanging views with {} peers, listening on {}:{}",
        links.size(),
        config.bind().getHostString(),
        port());
  }

  /** The port it listens on, -1 before the start. */
  public int port() {
    return server == null ? -1 : server.getPort();
  }

  /** Makes this the view that peers get; returns at once. Views in between may be skipped. */
  public void publish(SiteView own) {
    newest.set(own);
    if (flushQueued.compareAndSet(false, true)) {
      long pause = Math.max(0, flushNotBefore - nanos.getAsLong());
      var unused = thread.schedule(this::flush, pause, TimeUnit.NANOSECONDS);
    }
  }

  /** The connections as they are now, one for every configured peer. */
  public List<Link> links() {
    return links.values().stream().map(PeerLink::state).toList();
  }

  /** Stops listening and drops every stream; nothing is delivered after it returns. */
  @Override
  public void close() {
    try {
      thread.submit(this::stop).get(2, TimeUnit.SECONDS);
      if (server != null) {
        server.shutdownNow().awaitTermination(2, TimeUnit.SECONDS);
      }
      thread.shutdown();
      if (!thread.awaitTermination(2, TimeUnit.SECONDS)) {
        LOG.warn("the exchange thread did not stop in time");
      }
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("the exchange did not stop cleanly", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      thread.shutdownNow();
    }
  }

  private void stop() {
    diallers.forEach(Dialler::stop);
    inbound.closeAll(Status.UNAVAILABLE.withDescription(config.self() + " is shutting down"));
  }

  private long tickNanos() {
    return config.heartbeat().toNanos() / 5;
  }

  private void tick() {
    try {
      long now = nanos.getAsLong();
      // After a pause of this process the backlog is read first: it was us, not them.
      if (now - tickedAt > config.silence().toNanos() / 2) {
        judgeFrom = now + 2 * tickNanos();
      }
      tickedAt = now;
      for (PeerStream stream : streams()) {
        if (now - judgeFrom >= 0 && stream.silentNanos(now) > config.silence().toNanos()) {
          stream.close(
              Status.UNAVAILABLE.withDescription(
                  "nothing heard for " + stream.silentNanos(now) / 1_000_000 + " ms"));
        } else {
          stream.heartbeat(now, config.heartbeat().toNanos());
        }
      }
    } catch (RuntimeException e) {
      LOG.error("exchange tick failed", e);
    }
  }

  private void flush() {
    flushQueued.set(false);
    long begin = nanos.getAsLong();
    streams().forEach(PeerStream::flush);
    long end = nanos.getAsLong();
    // A view of a thousand pools is a megabyte: sending takes at most half of this thread's time.
    flushNotBefore = end + (end - begin);
  }

  private List<PeerStream> streams() {
    List<PeerStream> all = new ArrayList<>(inbound.open());
    for (Dialler dialler : diallers) {
      Optional.ofNullable(dialler.stream()).ifPresent(all::add);
    }
    return all;
  }

  private PeerStream openOutbound(
      Dialler dialler, ClientCallStreamObserver<PeerMessage> call, String remote) {
    return new PeerStream(
        new Ends(dialler, Optional.empty()),
        nanos,
        HelloCheck.own(config),
        remote,
        call,
        why -> call.cancel(why.getDescription(), why.getCause()));
  }

  private PeerStream openInbound(ServerCallStreamObserver<PeerMessage> call, Caller caller) {
    return new PeerStream(
        new Ends(null, caller.certified()),
        nanos,
        HelloCheck.own(config),
        caller.address(),
        call,
        why -> {
          if (!call.isCancelled()) {
            call.onError(why.asRuntimeException());
          }
        });
  }

  /**
   * What a stream is tied to.
   *
   * @param dialler that opened it, null for an inbound stream
   * @param certified of an inbound stream, what its certificate says; the handshake of an outbound
   *     one has seen to it that the dialled site answers
   */
  private final class Ends implements PeerStream.Owner {
    private final @Nullable Dialler dialler;
    private @Nullable PeerLink link;
    private final Optional<Identity> certified;
    private boolean refused;

    Ends(@Nullable Dialler dialler, Optional<Identity> certified) {
      this.dialler = dialler;
      this.certified = certified;
    }

    @Override
    public Optional<Status> hello(PeerStream stream, Hello theirs) {
      Optional<ExchangeConfig.Peer> dialled = Optional.ofNullable(dialler).map(Dialler::peer);
      Optional<Status> refusal = HelloCheck.refusal(config, theirs, dialled, certified);
      if (refusal.isPresent()) {
        refused = true;
        String host = stream.remote().replaceFirst(":\\d+$", "");
        String why = String.valueOf(refusal.get().getDescription());
        once.warn("refused a peer at " + host + ": " + why);
        transport.rejected(DOOR, host, why);
        return refusal;
      }
      link = links.get(ExchangeConfig.Peer.name(theirs.getSite(), theirs.getInstance()));
      ExchangeConfig.Ledger ledger =
          new ExchangeConfig.Ledger(HelloCheck.formats(theirs), theirs.getLedgerMember());
      config.peers().stream()
          .filter(p -> p.isThe(theirs.getSite(), theirs.getInstance()))
          .forEach(p -> listener.greeted(p, theirs.getConfigHash(), ledger));
      if (!theirs.getConfigHash().equals(config.configHash())) {
        once.warn(
            "peer "
                + theirs.getSite()
                + " runs another configuration of the deployment: its hash is "
                + theirs.getConfigHash()
                + ", here "
                + config.configHash());
      }
      return Optional.empty();
    }

    @Override
    public void established(PeerStream stream) {
      if (dialler != null) {
        dialler.succeeded();
      }
      if (link != null) {
        link.attach(stream, dialler != null);
      }
    }

    @Override
    public @Nullable PeerMessage view() {
      SiteView view = newest.get();
      if (view != null && view != encoded) {
        encoded = view;
        PeerMessage before = message;
        dev.mpp.proto.v1.SiteView next = ViewCodec.encode(view);
        message =
            PeerMessage.newBuilder()
                .setView(before == null ? next : ViewParts.sharing(before.getView(), next))
                .build();
      }
      return message;
    }

    @Override
    public void received(PeerStream stream, dev.mpp.proto.v1.SiteView view, long arrival) {
      if (link != null) {
        link.received(stream, view, arrival);
      }
    }

    @Override
    public void heard(PeerStream stream, long arrival, long rttNanos) {
      if (link != null) {
        link.heard(arrival, rttNanos);
      }
    }

    @Override
    public void closed(PeerStream stream, Status why) {
      if (why.getCode() == Status.Code.PERMISSION_DENIED && dialler != null && !refused) {
        once.warn("peer " + dialler.peer().site() + " refuses this site: " + why.getDescription());
      }
      if (link != null) {
        link.detach(stream, why);
      }
      if (dialler != null) {
        impostor(stream, why);
        dialler.closed(stream);
      } else {
        inbound.closed(stream);
      }
    }

    /** Somebody else answers at a peer's address. */
    private void impostor(PeerStream stream, Status why) {
      Optional.ofNullable(why.getCause())
          .flatMap(Refusal::judged)
          .ifPresent(
              said ->
                  transport.rejected(
                      DOOR, stream.remote().replaceFirst(":\\d+$", ""), "dialled, " + said));
    }
  }
}
