package dev.mpp.core.reach;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * Details of a checkpoint.
 *
 * @param port 1 to 65535; empty for the default of the method
 * @param path of the request (http, https), starting with {@code /}
 * @param expect status codes that count as an answer (http, https)
 * @param timeout 100 ms to 60 s; the probe never outlasts it by more than a second
 * @param interval 100 ms or more, from start to start
 */
public record Profile(
    OptionalInt port, String path, StatusRange expect, Duration timeout, Duration interval) {
  // First: DEFAULT is validated against it.
  private static final Duration SHORTEST = Duration.ofMillis(100);

  public static final Profile DEFAULT =
      new Profile(
          OptionalInt.empty(),
          "/",
          new StatusRange(200, 399),
          Duration.ofSeconds(4),
          Duration.ofSeconds(5));

  public Profile {
    if (port.isPresent() && (port.getAsInt() < 1 || port.getAsInt() > 65535)) {
      throw new IllegalArgumentException("port " + port.getAsInt() + " is outside 1-65535");
    }
    if (!path.startsWith("/") || path.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
      throw new IllegalArgumentException(
          "path \"" + path + "\" does not start with / or has characters outside printable ASCII");
    }
    if (timeout.compareTo(SHORTEST) < 0 || timeout.compareTo(Duration.ofSeconds(60)) > 0) {
      throw new IllegalArgumentException("timeout " + timeout + " is outside 100 ms to 60 s");
    }
    if (interval.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException("interval " + interval + " is below 100 ms");
    }
  }

  /** This profile on another port. */
  public Profile withPort(int other) {
    return new Profile(OptionalInt.of(other), path, expect, timeout, interval);
  }
}
