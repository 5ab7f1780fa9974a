package dev.mpp.chaos.check;

/**
 * One attempt to write at one server, as the client saw it.
 *
 * @param server which server was written to, by its address
 * @param sent before the statement left the client
 * @param done after the client knew the outcome
 */
public record Attempt(String server, long sent, long done, Outcome outcome) {

  /** What the client can say for sure. */
  public enum Outcome {
    /** Committed: the server was writable at some instant of {@code [sent, done]}. */
    ACCEPTED,
    /** The server answered that it takes no writes. */
    REFUSED,
    /** No connection, a time-out, a lost connection: it may have been committed or not. */
    UNKNOWN
  }

  public Attempt {
    if (done < sent) {
      throw new IllegalArgumentException("done before sent: " + done + " < " + sent);
    }
  }

  boolean accepted() {
    return outcome == Outcome.ACCEPTED;
  }

  /** All of this attempt lies inside {@code span}. */
  boolean within(Span span) {
    return span.from() <= sent && done <= span.to();
  }
}
