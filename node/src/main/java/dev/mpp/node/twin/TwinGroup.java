package dev.mpp.node.twin;

import dev.mpp.core.plan.TwinState;
import dev.mpp.node.wire.TwinCodec;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jgroups.BytesMessage;
import org.jgroups.JChannel;
import org.jgroups.Message;
import org.jgroups.Receiver;
import org.jgroups.View;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two instances of one site as a JGroups group over TCP on the site's LAN: whether the other
 * one is there, and the newest that either said of itself. Evidence only; who acts is for the
 * ledger to say.
 *
 * <p>Nothing queues up: while the twin takes nothing, only the newest state waits. A channel that
 * fails is closed and replaced by a new one after {@link #RETRY}; until then the twin is not there.
 */
public final class TwinGroup implements AutoCloseable {

  /** Told on the group's threads; must return quickly and must not block. */
  public interface Listener {
    void link(boolean up);

    void heard(TwinState state);
  }

  private static final Logger LOG = LoggerFactory.getLogger(TwinGroup.class);
  private static final long RETRY = 500_000_000L;

  /** A state is that of a site with a thousand services at most. */
  private static final int LARGEST = 8 << 20;

  private final TwinConfig config;
  private final Optional<TwinTls> tls;
  private final Listener listener;
  private final AtomicReference<@Nullable TwinState> newest = new AtomicReference<>();
  private final Thread thread;
  private volatile @Nullable JChannel channel;
  private volatile boolean closed;
  private boolean up;

  /**
   * @param tls with it, nothing of the group is plain and only the own site's certificates belong
   */
  public TwinGroup(TwinConfig config, Optional<TwinTls> tls, Listener listener) {
    this.config = config;
    this.tls = tls;
    this.listener = listener;
    this.thread = Thread.ofPlatform().daemon().name("twin").unstarted(this::run);
  }

  /** Joins in the background: a twin that is not there holds nothing up. */
  public TwinGroup start() {
    thread.start();
    return this;
  }

  /** Makes this what the twin hears; returns at once. States in between may be left out. */
  public void tell(TwinState state) {
    newest.set(state);
    LockSupport.unpark(thread);
  }

  private void run() {
    TwinState told = null;
    while (!closed) {
      JChannel c = channel;
      if (c == null || !c.isConnected()) {
        c = join();
        told = null;
      }
      TwinState state = newest.get();
      if (c == null) {
        LockSupport.parkNanos(this, RETRY);
      } else if (state == null || state == told) {
        LockSupport.parkNanos(this, RETRY);
      } else {
        told = send(c, state) ? state : told;
      }
    }
    leave();
  }

  private boolean send(JChannel c, TwinState state) {
    try {
      c.send(new BytesMessage(null, TwinCodec.encode(config.deployment(), state)));
      return true;
    } catch (Exception e) {
      LOG.debug("twin: not sent: {}", e.toString());
      LockSupport.parkNanos(this, RETRY);
      return false;
    }
  }

  private @Nullable JChannel join() {
    leave();
    JChannel fresh = null;
    try {
      fresh = new JChannel(stack());
      if (tls.isPresent()) {
        fresh
            .getProtocolStack()
            .getTransport()
            .setSocketFactory(
                new TwinSockets(config.deployment(), config.site().name(), tls.get()));
      }
      fresh.setName(config.site() + "." + config.instance());
      fresh.setDiscardOwnMessages(true);
      fresh.setReceiver(new Hearer(fresh));
      channel = fresh;
      fresh.connect(config.deployment() + "/" + config.site());
      return fresh;
    } catch (Exception e) {
      LOG.warn(
          "twin: cannot join the group of {} on {}: {}",
          config.site(),
          config.own(),
          e.getMessage() == null ? e.toString() : e.getMessage());
      if (fresh != null) {
        fresh.close();
      }
      channel = null;
      return null;
    }
  }

  private void leave() {
    JChannel c = channel;
    channel = null;
    if (c != null) {
      c.close();
    }
    link(false);
  }

  private synchronized void link(boolean now) {
    if (now != up) {
      up = now;
      LOG.info("twin: the other instance of {} is {}", config.site(), now ? "there" : "gone");
      listener.link(now);
    }
  }

  private InputStream stack() {
    String other = host(config.other()) + "[" + config.other().getPort() + "]";
    String own = host(config.own()) + "[" + config.own().getPort() + "]";
    String xml =
        STACK
            .replace("${own}", host(config.own()))
            .replace("${port}", String.valueOf(config.own().getPort()))
            .replace("${members}", own + "," + other)
            .replace("${heartbeat}", millis(config.heartbeat()))
            .replace("${silence}", millis(config.silence()))
            .replace("${verify}", millis(config.verify()));
    return new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8));
  }

  private static String host(java.net.InetSocketAddress address) {
    return address.getHostString();
  }

  private static String millis(java.time.Duration duration) {
    return String.valueOf(duration.toMillis());
  }

  /**
   * Two members, no multicast. A connection that the kernel reports as closed makes its member
   * suspected at once; one that is silent after {@code silence}; both are asked once more.
   */
  private static final String STACK =
      """
      <config xmlns="urn:org:jgroups">
        <TCP bind_addr="${own}" bind_port="${port}" port_range="0" sock_conn_timeout="300"
          tcp_nodelay="true" enable_suspect_events="true" non_blocking_sends="true"
          max_send_queue="256" diag.enabled="false"
          thread_pool.min_threads="1" thread_pool.max_threads="8"/>
        <RED/>
        <TCPPING initial_hosts="${members}" port_range="0" async_discovery="true"
          return_entire_cache="true"/>
        <MERGE3 min_interval="500" max_interval="1000"/>
        <FD_ALL3 interval="${heartbeat}" timeout="${silence}"/>
        <VERIFY_SUSPECT2 timeout="${verify}"/>
        <pbcast.NAKACK2 use_mcast_xmit="false" xmit_interval="200"/>
        <UNICAST3 xmit_interval="200"/>
        <pbcast.STABLE desired_avg_gossip="5000" max_bytes="1M"/>
        <pbcast.GMS print_local_addr="false" join_timeout="500" view_ack_collection_timeout="300"
          merge_timeout="1000"/>
        <UFC max_credits="4M"/>
        <MFC max_credits="4M"/>
        <FRAG4 frag_size="60K"/>
      </config>
      """;

  /** Of one channel; what an abandoned one still says counts for nothing. */
  private final class Hearer implements Receiver {
    private final JChannel own;

    Hearer(JChannel own) {
      this.own = own;
    }

    @Override
    public void viewAccepted(View view) {
      if (own == channel) {
        LOG.debug("twin: {}", view);
        link(view.size() > 1);
      }
    }

    @Override
    public void receive(Message message) {
      if (own != channel || message.getLength() > LARGEST || !message.hasArray()) {
        return;
      }
      TwinState state;
      try {
        state =
            TwinCodec.decode(
                config.deployment(), message.getArray(), message.getOffset(), message.getLength());
      } catch (IllegalArgumentException e) {
        LOG.warn("twin: a message of {} was ignored: {}", message.getSrc(), e.getMessage());
        return;
      }
      if (state.view().site().equals(config.site())
          && !state.view().instance().equals(config.instance())) {
        listener.heard(state);
      }
    }
  }

  /** Leaves the group; nothing is told after it returns. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      if (thread.isAlive() && !thread.join(java.time.Duration.ofSeconds(2))) {
        LOG.info("twin: still leaving the group in the background");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
