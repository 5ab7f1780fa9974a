package dev.mpp.node.config;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A password that is kept elsewhere: in a file, an environment variable or behind a command. The
 * value never appears in {@link #toString}, a report or a log line. Safe for any thread.
 */
public final class Secret {
  /** Reads the value anew. */
  @FunctionalInterface
  interface Source {
    String read() throws IOException;
  }

  private final String origin;
  private final Source source;
  private @Nullable String value;

  /**
   * @param origin where it is kept, as written in the file, for example {@code file secrets/mpp}
   */
  Secret(String origin, Source source) {
    this.origin = origin;
    this.source = source;
  }

  /** A value that is at hand: for tests and embedding. */
  public static Secret of(String value) {
    return new Secret("given", () -> value);
  }

  /**
   * The value; read at the first call and kept. May block: a command is given 5 s.
   *
   * @throws IOException if it cannot be read; the message names the place and not the value
   */
  public synchronized String reveal() throws IOException {
    if (value == null) {
      value = source.read();
    }
    return value;
  }

  /** Makes the next {@link #reveal} read anew: for a server that refused the password. */
  public synchronized void forget() {
    value = null;
  }

  /** Where the value is kept. */
  public String origin() {
    return origin;
  }

  @Override
  public String toString() {
    return "(secret from " + origin + ")";
  }
}
