package dev.mpp.chaos.client;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * How to log in at a server, with every wait bounded: connecting and each statement.
 *
 * @param socketMillis bound of each answer
 */
public record Login(int port, String user, String password, int connectMillis, int socketMillis) {

  /** The unprivileged account of the application. */
  public static Login app(int port, String password) {
    return new Login(port, "app", password, 500, 900);
  }

  public Connection open(String address) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", user);
    properties.setProperty("password", password);
    properties.setProperty("connectTimeout", Integer.toString(connectMillis));
    properties.setProperty("socketTimeout", Integer.toString(socketMillis));
    properties.setProperty("sslMode", "DISABLED");
    properties.setProperty("allowPublicKeyRetrieval", "true");
    properties.setProperty("cacheServerConfiguration", "false");
    properties.setProperty("useServerPrepStmts", "false");
    return DriverManager.getConnection(
        "jdbc:mysql://" + address + ":" + port + "/demo", properties);
  }

  /** Gives a connection up without talking to the server, which may be frozen. */
  static void abandon(Connection connection) {
    try {
      connection.abort(Runnable::run);
    } catch (SQLException e) {
      // It is gone either way.
    }
  }

  /** The server answered that it takes no writes now. */
  static boolean refused(SQLException e) {
    return e.getErrorCode() == 1290 || e.getErrorCode() == 1836;
  }
}
