package dev.mpp.node.mysql;

import dev.mpp.core.model.PollTrouble;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A call to a server that did not succeed; drivers' exceptions are translated here, once. */
final class LinkException extends Exception {
  /** How the driver wraps what a server says in place of a greeting. */
  private static final String QUOTED = "message from server: \"";

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
  private final PollTrouble trouble;
  private final int errorCode;

  LinkException(Kind kind, String message) {
    this(kind, usual(kind), message, 0, null);
  }

  LinkException(Kind kind, PollTrouble trouble, String message) {
    this(kind, trouble, message, 0, null);
  }

  private LinkException(
      Kind kind, PollTrouble trouble, String message, int errorCode, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.trouble = trouble;
    this.errorCode = errorCode;
  }

  private static PollTrouble usual(Kind kind) {
    return switch (kind) {
      case REFUSED -> PollTrouble.REFUSED;
      case TIMEOUT -> PollTrouble.NO_ANSWER;
      case LOST -> PollTrouble.RESET;
      case SQL -> PollTrouble.QUERY_FAILED;
    };
  }

  /** As operators know it; the message begins with its wording, or is more exact. */
  PollTrouble trouble() {
    return trouble;
  }

  Kind kind() {
    return kind;
  }

  /** The server's error number, 0 when it gave none. */
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
    PollTrouble trouble = Troubles.of(problem);
    if (trouble == PollTrouble.REFUSED) {
      return new LinkException(Kind.REFUSED, trouble, trouble.wording(), 0, problem);
    }
    if (Troubles.timedOut(trouble)) {
      return new LinkException(Kind.TIMEOUT, trouble, trouble.wording(), 0, problem);
    }
    int code = problem instanceof SQLException sql ? sql.getErrorCode() : 0;
    String said = (code == 0 ? "" : "error " + code + ": ") + brief(problem, code);
    return problem instanceof SQLException sql && !lost(sql)
        ? new LinkException(
            Kind.SQL,
            trouble,
            trouble == PollTrouble.QUERY_FAILED ? said : trouble.text(said),
            code,
            problem)
        : new LinkException(Kind.LOST, trouble, trouble.text(said), code, problem);
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

  /** The server's own words, or those of whatever lies at the bottom. */
  private static String brief(Throwable problem, int code) {
    Throwable t = problem;
    while (code == 0 && t.getCause() != null) {
      t = t.getCause();
    }
    String text = t.getMessage() == null ? t.getClass().getSimpleName() : t.getMessage();
    int quoted = text.indexOf(QUOTED);
    if (quoted >= 0) {
      text = text.substring(quoted + QUOTED.length()).replaceFirst("\"$", "");
    }
    int line = text.indexOf('\n');
    return line < 0 ? text : text.substring(0, line);
  }
}
