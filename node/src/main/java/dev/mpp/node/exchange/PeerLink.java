package dev.mpp.node.exchange;

import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.node.wire.ViewCodec;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything about one peer: its newest outbound and inbound stream, what came through either, and
 * whether the peer is up. Confined to the exchange thread, except {@link #state()}.
 */
final class PeerLink {
  private static final Logger LOG = LoggerFactory.getLogger(PeerExchange.class);

  private static final long NOTICEABLE_MICROS = 500;

  private final SiteId site;
  private final PeerExchange.Listener listener;
  private final LogOnce once;

  private @Nullable PeerStream outbound;
  private @Nullable PeerStream inbound;
  private String incarnation = "";
  private String viewIncarnation = "";
  private long viewSequence;
  private volatile Link state;
  private long reportedRtt = -1;

  PeerLink(SiteId site, PeerExchange.Listener listener, LogOnce once) {
    this.site = site;
    this.listener = listener;
    this.once = once;
    this.state = new Link(site, false, -1, Long.MIN_VALUE);
  }

  SiteId site() {
    return site;
  }

  Link state() {
    return state;
  }

  List<PeerStream> streams() {
    List<PeerStream> both = new ArrayList<>(2);
    Optional.ofNullable(outbound).ifPresent(both::add);
    Optional.ofNullable(inbound).ifPresent(both::add);
    return both;
  }

  /** The newest stream of a direction replaces the one before: its other end has restarted. */
  void attach(PeerStream stream, boolean isOutbound) {
    PeerStream before = isOutbound ? outbound : inbound;
    if (isOutbound) {
      outbound = stream;
    } else {
      inbound = stream;
    }
    incarnation = stream.incarnation();
    if (before != null) {
      before.close(Status.ABORTED.withDescription("replaced by a newer stream"));
    }
    update(state.rttMicros(), state.heardAt(), "connected through " + stream.remote());
  }

  void detach(PeerStream stream, Status why) {
    if (stream.equals(outbound)) {
      outbound = null;
    } else if (stream.equals(inbound)) {
      inbound = null;
    }
    update(state.rttMicros(), state.heardAt(), describe(why));
  }

  void heard(long arrival, long rttNanos) {
    update(rttNanos < 0 ? state.rttMicros() : rttNanos / 1_000, arrival, "");
  }

  /** Both streams carry every view; only the first copy of the newest run is delivered. */
  void received(PeerStream stream, dev.mpp.proto.v1.SiteView message, long arrival) {
    boolean old =
        message.getIncarnation().equals(viewIncarnation) && message.getSequence() <= viewSequence;
    if (!message.getSite().equals(site.name()) || (old && message.getPoolsCount() == 0)) {
      return;
    }
    SiteView view = whole(stream, message, old);
    if (view == null || old || !stream.incarnation().equals(incarnation)) {
      return;
    }
    viewIncarnation = message.getIncarnation();
    viewSequence = message.getSequence();
    try {
      listener.viewReceived(view, arrival);
    } catch (RuntimeException e) {
      LOG.error("a view of {} could not be handed over", site, e);
    }
  }

  /** Also of a copy: parts that follow on its stream build on it. */
  private @Nullable SiteView whole(
      PeerStream stream, dev.mpp.proto.v1.SiteView message, boolean copy) {
    if (copy && !message.getPartial() && message.getPoolsCount() < ViewParts.MANY) {
      return null;
    }
    try {
      return stream
          .heardPools()
          .whole(ViewCodec.decode(message), message.getPartial())
          .orElse(null);
    } catch (IllegalArgumentException e) {
      stream.heardPools().forget();
      once.warn("peer " + site + ": its view is malformed and was ignored: " + e.getMessage());
      return null;
    }
  }

  private void update(long rttMicros, long heardAt, String why) {
    boolean up = streams().stream().anyMatch(PeerStream::established);
    Link before = state;
    long rtt = up ? rttMicros : -1;
    state = new Link(site, up, rtt, heardAt);
    boolean measured = up && rtt >= 0 && noticeable(rtt);
    if (up != before.up()) {
      LOG.info("peer {} is {}: {}", site, up ? "up" : "down", why);
    }
    if (up != before.up() || measured) {
      reportedRtt = rtt;
      try {
        listener.linkChanged(site, up, rtt);
      } catch (RuntimeException e) {
        LOG.error("a change of the link to {} could not be handed over", site, e);
      }
    }
  }

  /** Jitter is not told: only the first measurement and what differs by a quarter. */
  private boolean noticeable(long rtt) {
    return reportedRtt < 0
        || Math.abs(rtt - reportedRtt) > Math.max(NOTICEABLE_MICROS, reportedRtt / 4);
  }

  static String describe(Status status) {
    String cause = status.getCause() == null ? "" : status.getCause().getMessage();
    String text = status.getDescription() == null ? "" : status.getDescription();
    return status.getCode()
        + (text.isEmpty() ? "" : ": " + text)
        + (cause == null || cause.isEmpty() ? "" : " (" + cause + ")");
  }
}
