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
  private final Dialect dialect;

  private ServerSession(NodeAddress address, Session session, Dialect dialect) {
    this.address = address;
    this.session = session;
    this.dialect = dialect;
  }

  /**
   * @param timeout of each step of connecting
   * @throws IOException if the server cannot be reached, refuses the account, or is of a version
   *     that is not supported; the message names the server
   */
  public static ServerSession open(NodeAddress address, Credentials account, Duration timeout)
      throws IOException {
    Family family = new Family();
    try {
      Session session =
          new Connector(ServerOptions.of(address, "mpp", account, timeout), family)
              .connect(READ_MILLIS, dialect -> "", Handshakes.Place.unlimited());
      return new ServerSession(address, session, family.get());
    } catch (LinkException e) {
      throw new IOException(address + ": " + e.getMessage(), e);
    }
  }

  public NodeAddress address() {
    return address;
  }

  /** As the server says it, for example {@code 11.4.5-MariaDB-log}. */
  public String version() {
    return session.version();
  }

  /** Whether it is a MariaDB server; otherwise it is MySQL. */
  public boolean mariaDb() {
    return dialect instanceof MariaDb;
  }

  /** The section of the configuration file that the server reads. */
  public String section() {
    return dialect.checking().section();
  }

  Dialect dialect() {
    return dialect;
  }

  Connection connection() {
    return session.connection();
  }

  @Override
  public void close() {
    session.abort();
  }
}
