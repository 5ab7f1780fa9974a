package dev.mpp.node.mysql;

import com.mysql.cj.jdbc.Driver;
import dev.mpp.core.model.HostText;
import java.io.IOException;
import java.net.Socket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.function.Function;

/** Makes sessions on one server, every one with a connect and a read time-out. */
final class Connector {
  private final ServerOptions options;
  private final Family family;
  private final boolean literal;

  Connector(ServerOptions options, Family family) {
    this.options = options;
    this.family = family;
    this.literal = HostText.parse(options.address().host()).literal();
  }

  /**
   * Blocks the calling thread for a small multiple of the poll time-out, the time-out of each step,
   * and for the place.
   */
  Session connect(int readTimeoutMillis, Function<Dialect, String> setup, Handshakes.Place place)
      throws LinkException {
    return connect(readTimeoutMillis, setup, place, new LoginProgress(false));
  }

  /**
   * As above; longer with patience.
   *
   * @param readTimeoutMillis of the session once it is made; the belt to the callers' deadlines
   * @param setup further assignments for SET SESSION, empty or starting with a comma
   * @param place taken for the login, not for reaching the host
   * @param progress is told how far it has come
   */
  Session connect(
      int readTimeoutMillis,
      Function<Dialect, String> setup,
      Handshakes.Place place,
      LoginProgress progress)
      throws LinkException {
    Socket socket;
    try {
      socket =
          GreetedSocket.open(options.address(), (int) options.pollTimeout().toMillis(), progress);
    } catch (IOException e) {
      throw LinkException.of(e);
    }
    try {
      place.enter();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      close(socket);
      throw new LinkException(LinkException.Kind.TIMEOUT, "interrupted");
    }
    try {
      return login(socket, readTimeoutMillis, setup);
    } catch (LinkException e) {
      close(socket);
      throw e;
    } finally {
      place.leave();
    }
  }

  /** The time-out of each step of a login. */
  long stepNanos() {
    return options.pollTimeout().toNanos();
  }

  /**
   * A platform thread where a host name is resolved, which may block the thread that carries a
   * virtual one; a thousand of them would be dear.
   */
  Thread.Builder thread() {
    return literal ? Thread.ofVirtual() : Thread.ofPlatform().daemon();
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use either way.
    }
  }

  private Session login(Socket socket, int readTimeoutMillis, Function<Dialect, String> setup)
      throws LinkException {
    Connection connection;
    try {
      connection =
          ScopedValue.where(GreetedSocketFactory.CONNECTED, socket)
              .call(
                  () ->
                      new Driver()
                          .connect("jdbc:mysql://" + options.address() + "/", properties()));
    } catch (SQLException | RuntimeException e) {
      throw LinkException.of(e);
    }
    if (connection == null) {
      throw new LinkException(LinkException.Kind.LOST, "the driver refused the address");
    }
    try (Statement s = connection.createStatement()) {
      Dialect dialect = family.seen(connection.getMetaData().getDatabaseProductVersion());
      s.execute(
          "SET SESSION wait_timeout = 31536000, lock_wait_timeout = 31536000,"
              + " time_zone = '+00:00', autocommit = 1"
              + dialect.session()
              + setup.apply(dialect));
      long id;
      String version;
      try (ResultSet r = s.executeQuery("SELECT CONNECTION_ID(), @@version")) {
        r.next();
        id = r.getLong(1);
        version = r.getString(2);
      }
      connection.setNetworkTimeout(Runnable::run, readTimeoutMillis);
      return new Session(connection, id, version);
    } catch (LinkException | SQLException | RuntimeException e) {
      Session.abort(connection);
      throw LinkException.of(e);
    }
  }

  private Properties properties() {
    String millis = Long.toString(options.pollTimeout().toMillis());
    Properties p = new Properties();
    p.setProperty("user", options.credentials().user());
    p.setProperty("password", options.credentials().password().get());
    p.setProperty("connectTimeout", millis);
    p.setProperty("socketTimeout", millis);
    // The socket buffers what it reads.
    p.setProperty("useReadAheadInput", "false");
    p.setProperty("useUnbufferedInput", "true");
    p.setProperty("socketFactory", GreetedSocketFactory.class.getName());
    p.setProperty("allowMultiQueries", "true");
    Encryption encryption = options.credentials().encryption();
    p.setProperty("sslMode", encryption.tls().name());
    p.setProperty("allowPublicKeyRetrieval", Boolean.toString(encryption.asksForKey()));
    encryption
        .serverKey()
        .ifPresent(file -> p.setProperty("serverRSAPublicKeyFile", file.toString()));
    p.setProperty("characterEncoding", "UTF-8");
    p.setProperty("connectionCollation", "utf8mb4_general_ci");
    p.setProperty("useServerPrepStmts", "false");
    p.setProperty("detectCustomCollations", "false");
    p.setProperty("paranoid", "true");
    p.setProperty("logger", "Slf4JLogger");
    return p;
  }
}
