package dev.mpp.node.mysql;

import dev.mpp.core.model.PollTrouble;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** From the exceptions of drivers and sockets to what operators know. */
final class Troubles {
  private Troubles() {}

  /** The server had not begun to speak in time: it was the greeting that was waited for. */
  static final class NotGreeted extends SocketTimeoutException {}

  static boolean timedOut(PollTrouble trouble) {
    return trouble == PollTrouble.NO_ANSWER
        || trouble == PollTrouble.NO_GREETING
        || trouble == PollTrouble.CONNECT_TIMEOUT;
  }

  /** How Connector/J says that it will not send a password (CachingSha2PasswordPlugin). */
  private static final String NO_KEY = "Public Key Retrieval is not allowed";

  /** A server without TLS where it is demanded, also without a number (NativeProtocol). */
  private static final String NO_TLS = "SSL Connection required, but not provided by server";

  /** What the socket met counts before what the layers above made of it. */
  static PollTrouble of(Throwable problem) {
    PollTrouble socket = null;
    boolean tls = false;
    for (Throwable t = problem; t != null; t = t.getCause()) {
      PollTrouble one = socket(t);
      socket = one == null ? socket : one;
      String text = String.valueOf(t.getMessage());
      if (text.contains(NO_KEY)) {
        return PollTrouble.UNENCRYPTED;
      }
      if (text.contains(NO_TLS)) {
        return PollTrouble.TLS;
      }
      tls |= t instanceof SSLException;
    }
    if (socket != null && socket != PollTrouble.RESET) {
      return socket;
    }
    if (problem instanceof SQLException sql && sql.getErrorCode() != 0) {
      return server(sql.getErrorCode());
    }
    return tls && socket == null ? PollTrouble.TLS : PollTrouble.RESET;
  }

  private static @Nullable PollTrouble socket(Throwable t) {
    String text = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
    return switch (t) {
      case NotGreeted _ -> PollTrouble.NO_GREETING;
      case SocketTimeoutException _ ->
          text.startsWith("connect") ? PollTrouble.CONNECT_TIMEOUT : PollTrouble.NO_ANSWER;
      case UnknownHostException _ -> PollTrouble.UNRESOLVED;
      case NoRouteToHostException _ -> PollTrouble.UNREACHABLE;
      case ConnectException _ when text.contains("refused") -> PollTrouble.REFUSED;
      case ConnectException _ when text.contains("timed out") -> PollTrouble.CONNECT_TIMEOUT;
      case SocketException _ ->
          text.contains("unreachable") ? PollTrouble.UNREACHABLE : PollTrouble.RESET;
      default -> null;
    };
  }

  /**
   * By the numbers of the MySQL and the MariaDB error reference, which agree where both have one.
   */
  private static PollTrouble server(int code) {
    return switch (code) {
      case 1040 -> PollTrouble.TOO_MANY_CONNECTIONS;
      // ER_TOO_MANY_USER_CONNECTIONS, ER_USER_LIMIT_REACHED
      case 1203, 1226 -> PollTrouble.ACCOUNT_LIMIT;
      // Denied; expired; an authentication plugin that is missing or refuses; locked (two numbers).
      case 1044, 1045, 1251, 1275, 1524, 1698, 1820, 1862, 3118, 4151 -> PollTrouble.AUTHENTICATION;
      // ER_HOST_IS_BLOCKED, ER_HOST_NOT_PRIVILEGED
      case 1129, 1130 -> PollTrouble.HOST_DENIED;
      // ER_SECURE_TRANSPORT_REQUIRED; SSL_CONNECTION_ERROR of the clients
      case 2026, 3159 -> PollTrouble.TLS;
      case 3032 -> PollTrouble.OFFLINE_MODE;
      case 1053 -> PollTrouble.SHUTTING_DOWN;
      // Of MariaDB, of MySQL.
      case 1927, 3169 -> PollTrouble.KILLED;
      // ER_CLIENT_INTERACTION_TIMEOUT
      case 4031 -> PollTrouble.RESET;
      default -> PollTrouble.QUERY_FAILED;
    };
  }
}
