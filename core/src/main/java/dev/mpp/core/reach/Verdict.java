package dev.mpp.core.reach;

/**
 * What one run of a probe found.
 *
 * @param message what went wrong, or what answered; one line, never empty when not {@code ok}
 * @param micros how long the run took, in microseconds, 0 or more
 */
public record Verdict(boolean ok, String message, long micros) {
  public Verdict {
    if (micros < 0) {
      throw new IllegalArgumentException("a probe took " + micros + " microseconds");
    }
    if (!ok && message.isBlank()) {
      throw new IllegalArgumentException("a failed probe says why");
    }
  }
}
