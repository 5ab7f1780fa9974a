package dev.mpp.node;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for servers that are started later. They lie below the range from which Linux takes the
 * ports of outgoing connections (32768 and up: ip(7), ip_local_port_range), so that no connection
 * of another test takes one of them meanwhile.
 */
public final class FreePorts {
  private static final int FROM = 20_000;
  private static final int COUNT = 12_000;

  /**
   * Two test processes at the same time begin at different places: those of one build far apart.
   */
  private static final AtomicInteger NEXT =
      new AtomicInteger(
          (int)
              ((ProcessHandle.current().pid() * 97
                      + Integer.getInteger("surefire.forkNumber", 0) * (COUNT / 2L))
                  % COUNT));

  private FreePorts() {}

  /** Free for TCP and UDP on 127.0.0.1. */
  public static int next() {
    return next("127.0.0.1");
  }

  /** Free for TCP and UDP on this address; never given twice before all others were. */
  public static int next(String address) {
    for (int i = 0; i < COUNT; i++) {
      int port = FROM + Math.floorMod(NEXT.getAndIncrement(), COUNT);
      if (free(new InetSocketAddress(InetAddress.ofLiteral(address), port))) {
        return port;
      }
    }
    throw new IllegalStateException("no free port on " + address);
  }

  private static boolean free(InetSocketAddress address) {
    try (ServerSocket tcp = new ServerSocket();
        DatagramSocket udp = new DatagramSocket(null)) {
      tcp.bind(address);
      udp.bind(address);
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
