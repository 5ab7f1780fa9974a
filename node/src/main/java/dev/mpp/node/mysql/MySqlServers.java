package dev.mpp.node.mysql;

/** Opens servers. */
public final class MySqlServers {
  private MySqlServers() {}

  /** {@link #open(ServerOptions, Handshakes)}, or what stands in for it in a benchmark. */
  public interface Opener {
    /** Starts to control a server; returns at once, whether or not it answers. */
    MySqlServer open(ServerOptions options, Handshakes handshakes);
  }

  /**
   * Starts to control a server. Returns at once, whether or not the server answers: connections are
   * made by the first {@link MySqlServer#poll} and, once that answered, in the background. The
   * family is read from the server's version; one that is not supported answers every poll with a
   * {@code ConnectFailed} that says so.
   */
  public static MySqlServer open(ServerOptions options) {
    return open(options, Handshakes.perCore());
  }

  /**
   * As above, for one of many servers.
   *
   * @param handshakes shared by all servers of the process
   */
  public static MySqlServer open(ServerOptions options, Handshakes handshakes) {
    return new ControlledServer(options, handshakes);
  }
}
