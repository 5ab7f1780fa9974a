package dev.mpp.core.model;

import java.util.Locale;

/**
 * Why a poll was not answered. The {@linkplain #wording wording} begins the message that operators
 * see in the status, the journal and {@code mpp why-not}; the {@linkplain #code code} is for
 * scripts.
 */
public enum PollTrouble {
  REFUSED("connection refused: nothing listens there", Word.SILENCE),
  UNRESOLVED("the host name is not resolved", Word.SILENCE),
  UNREACHABLE("no way to the host", Word.SILENCE),
  CONNECT_TIMEOUT("no connection in time: the host is down, or packets are dropped", Word.SILENCE),
  NO_GREETING(
      "connected, but not greeted in time: the server is frozen or overloaded", Word.SILENCE),
  NO_ANSWER("no answer in time: the server is frozen or overloaded, or cut off", Word.SILENCE),
  RESET("connection lost", Word.SILENCE),
  TOO_MANY_CONNECTIONS("too many connections", Word.ALIVE),
  ACCOUNT_LIMIT("the manager's account is at its limit of connections", Word.ALIVE),
  AUTHENTICATION("authentication failed", Word.ALIVE),
  HOST_DENIED("the server does not accept connections from this host", Word.ALIVE),
  TLS("TLS failed", Word.ALIVE),
  UNENCRYPTED(
      "no TLS with this server, and its authentication (caching_sha2_password) needs that or the"
          + " server's RSA key: set up TLS there, or give mysql.server-public-key-file in mpp.yml",
      Word.ALIVE),
  OFFLINE_MODE("the server is in offline mode", Word.ALIVE),
  SHUTTING_DOWN("the server is shutting down", Word.LEAVING),
  KILLED("the session was killed", Word.ALIVE),
  QUERY_FAILED("the server answered with an error", Word.ALIVE),
  UNSUPPORTED("not supported", Word.ALIVE),
  INTERNAL("internal error", Word.SILENCE);

  private enum Word {
    SILENCE,
    ALIVE,
    LEAVING
  }

  private final String wording;
  private final Word word;

  PollTrouble(String wording, Word word) {
    this.wording = wording;
    this.word = word;
  }

  /** For example {@code too-many-connections}. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public String wording() {
    return wording;
  }

  /** The wording, and what the server or the system said. */
  public String text(String detail) {
    return detail.isEmpty() ? wording : wording + " (" + detail + ")";
  }

  /** Whether the server itself said it, so that its process is alive and means to stay. */
  public boolean alive() {
    return word == Word.ALIVE;
  }

  /** Whether the server is gone, or going, by the word of its kernel or its own. */
  public boolean gone() {
    return this == REFUSED || word == Word.LEAVING;
  }
}
