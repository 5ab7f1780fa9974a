package dev.mpp.checkpoints;

import com.mysql.cj.jdbc.Driver;
import dev.mpp.core.reach.CheckpointSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;

/**
 * Logs in and runs the profile's query, on a connection of its own. The answer counts when the
 * query succeeds and, if it is one that returns rows, returns one.
 */
final class MySqlLogin {
  private static final int ACCESS_DENIED = 1045;

  /** Of one packet; the driver allocates what a server announces. */
  private static final String LARGEST_PACKET = "262144";

  private final CheckpointSpec spec;
  private final String user;
  private final Password password;

  MySqlLogin(CheckpointSpec spec, String user, Password password) {
    this.spec = spec;
    this.user = user;
    this.password = password;
  }

  String run(Attempt attempt, List<InetAddress> addresses) throws IOException {
    Properties properties = properties(attempt);
    Callable<Socket> socket = () -> attempt.connect(addresses, spec.port());
    try (Connection connection =
        ScopedValue.where(MySqlSockets.SOCKET, socket)
            .call(() -> new Driver().connect(url(), properties))) {
      if (connection == null) {
        throw new IOException("the driver refused the address");
      }
      query(connection);
      return "logged in, server version " + connection.getMetaData().getDatabaseProductVersion();
    } catch (SQLException e) {
      if (e.getErrorCode() == ACCESS_DENIED) {
        password.refused();
      }
      throw translate(e);
    }
  }

  private void query(Connection connection) throws SQLException, IOException {
    try (Statement statement = connection.createStatement()) {
      // One row, and not gathered in memory: a target that pours rows gains nothing.
      statement.setMaxRows(1);
      statement.setFetchSize(Integer.MIN_VALUE);
      if (statement.execute(spec.profile().mysql().query())) {
        try (ResultSet rows = statement.getResultSet()) {
          if (!rows.next()) {
            throw new IOException("the query returned no row");
          }
        }
      }
    }
  }

  private String url() {
    String host = spec.host().indexOf(':') >= 0 ? "[" + spec.host() + "]" : spec.host();
    return "jdbc:mysql://" + host + ":" + spec.port() + "/";
  }

  private Properties properties(Attempt attempt) throws IOException {
    boolean tls = spec.profile().mysql().tls();
    String millis = Integer.toString(attempt.deadline().remainingMillis());
    Properties p = new Properties();
    p.setProperty("user", user);
    p.setProperty("password", password.reveal());
    p.setProperty("socketFactory", MySqlSockets.class.getName());
    p.setProperty("connectTimeout", millis);
    p.setProperty("socketTimeout", millis);
    p.setProperty("sslMode", tls ? "VERIFY_IDENTITY" : "PREFERRED");
    if (!tls) {
      // Unchecked TLS is no reason to hand the password over in clear text.
      p.setProperty(
          "disabledAuthenticationPlugins",
          "com.mysql.cj.protocol.a.authentication.MysqlClearPasswordPlugin");
    }
    p.setProperty("maxAllowedPacket", LARGEST_PACKET);
    p.setProperty("characterEncoding", "UTF-8");
    p.setProperty("detectCustomCollations", "false");
    p.setProperty("paranoid", "true");
    p.setProperty("logger", "Slf4JLogger");
    return p;
  }

  private static IOException translate(SQLException e) {
    Throwable root = e;
    for (Throwable t = e; t != null; t = t.getCause()) {
      root = t;
      if (t instanceof SocketTimeoutException timeout) {
        return timeout;
      }
    }
    if (e.getErrorCode() != 0) {
      return new IOException("error " + e.getErrorCode() + ": " + brief(e), e);
    }
    return new IOException(brief(root), e);
  }

  private static String brief(Throwable t) {
    String text = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage().strip();
    int line = text.indexOf('\n');
    return line < 0 ? text : text.substring(0, line);
  }
}
