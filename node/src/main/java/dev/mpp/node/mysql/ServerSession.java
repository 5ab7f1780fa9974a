package dev.mpp.node.mysql;

import dev.mpp.core.model.NodeAddress;
import java.io.IOException;
import java.sql.Connection;
import java.time.Duration;

/**
 * A session for one command of the command line. Not for the daemon, whose sessions have deadlines
 * of their own: a call here may take up to a minute. Confined to one thread.
 */
public final class ServerSession implements AutoCloseable {
  private static final int READ_MILLIS = 60_000;

  private final NodeAddress address;
  private final Session session;

  private ServerSession(NodeAddress address, Session session) {
    this.address = address;
    this.session = session;
  }

  /**
   * @param timeout of each step of connecting
   * @throws IOException if the server cannot be reached, refuses the account, or is of a family
   *     that these commands do not know; the message names the server
   */
  public static ServerSession open(NodeAddress address, Credentials account, Duration timeout)
      throws IOException {
    Session session;
    try {
      session =
          new Connector(ServerOptions.of(address, "mpp", account, timeout), new Family())
              .connect(READ_MILLIS, dialect -> "", Handshakes.Place.unlimited());
    } catch (LinkException e) {
      throw new IOException(address + ": " + e.getMessage(), e);
    }
    if (!session.version().contains("MariaDB")) {
      session.abort();
      throw new IOException(
          address + ": MySQL " + session.version() + ": this command knows MariaDB only so far");
    }
    return new ServerSession(address, session);
  }

  public NodeAddress address() {
    return address;
  }

  /** As the server says it, for example {@code 11.4.5-MariaDB-log}. */
  public String version() {
    return session.version();
  }

  Connection connection() {
    return session.connection();
  }

  @Override
  public void close() {
    session.abort();
  }
}
