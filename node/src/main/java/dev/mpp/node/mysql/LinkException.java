package dev.mpp.node.mysql;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A call to a server that did not succeed; drivers' exceptions are translated here, once. */
final class LinkException extends Exception {
  enum Kind {
    /** The kernel of the server's host says that nothing listens. */
    REFUSED,
    /** No answer in time. */
    TIMEOUT,
    /** The connection broke, or could not be made for another reason. */
    LOST,
    /** The server answered with an error; the connection is fine. */
    SQL
  }

  private final Kind kind;
  private final int errorCode;

  LinkException(Kind kind, String message) {
    this(kind, message, 0, null);
  }

  private LinkException(Kind kind, String message, int errorCode, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.errorCode = errorCode;
  }

  Kind kind() {
    return kind;
  }

  /** The server's error number, 0 unless the kind is SQL. */
  int errorCode() {
    return errorCode;
  }

  @Override
  public String getMessage() {
    return String.valueOf(super.getMessage());
  }

  static LinkException of(Throwable problem) {
    if (problem instanceof LinkException already) {
      return already;
    }
    Throwable root = problem;
    for (Throwable t = problem; t != null; t = t.getCause()) {
      root = t;
      if (t instanceof SocketTimeoutException) {
        return new LinkException(Kind.TIMEOUT, "no answer in time", 0, problem);
      }
      if (t instanceof ConnectException c
          && String.valueOf(c.getMessage()).toLowerCase(Locale.ROOT).contains("refused")) {
        return new LinkException(Kind.REFUSED, "connection refused", 0, problem);
      }
    }
    if (problem instanceof SQLException sql && !lost(sql)) {
      return new LinkException(
          Kind.SQL, "error " + sql.getErrorCode() + ": " + brief(sql), sql.getErrorCode(), problem);
    }
    return new LinkException(Kind.LOST, "connection lost: " + brief(root), 0, problem);
  }

  /** SQLSTATE class 08, or the server's word that it ends this session. */
  private static boolean lost(SQLException e) {
    String state = e.getSQLState();
    return e.getErrorCode() == 0
        || e.getErrorCode() == 1053 // server shutdown in progress
        || e.getErrorCode() == 1927 // connection was killed (MariaDB)
        || e.getErrorCode() == 3169 // session was killed (MySQL)
        || e.getErrorCode() == 4031 // wait_timeout passed (MySQL)
        || (state != null && state.startsWith("08"));
  }

  private static String brief(Throwable t) {
    String text = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
    int line = text.indexOf('\n');
    return line < 0 ? text : text.substring(0, line);
  }
}
