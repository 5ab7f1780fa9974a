package dev.mpp.dns;

import java.io.IOException;
import java.net.InetSocketAddress;

/** A bound UDP socket. */
sealed interface UdpSocket extends AutoCloseable permits SingleUdp, BatchedUdp {

  static UdpSocket bind(UdpIo io, InetSocketAddress address, boolean share) throws IOException {
    return switch (io) {
      case BATCHED -> BatchedUdp.bind(address, share);
      case SINGLE -> SingleUdp.bind(address, share);
    };
  }

  /**
   * Receives, answers and sends until {@link #close}; the thread is given for as long. A {@link
   * BatchedUdp} serves one thread, which is all it ever gets where SO_REUSEPORT exists.
   */
  void serve(QueryHandler handler, DnsCounters counters);

  /** Ends {@link #serve}, from any thread. Closing twice is fine. */
  @Override
  void close();
}
