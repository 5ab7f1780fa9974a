package dev.mpp.dns;

import java.time.Duration;

/**
 * How a zone is signed.
 *
 * @param validity of a signature from when it is first used, 1 to 30 days; it is also valid for the
 *     hour before, and replaced after five eighths of it
 * @param denialsPerSecond signatures that may be made for names that do not exist, 1 to 100,000;
 *     beyond them such names are SERVFAIL for a moment, all others are not affected
 */
public record SigningPolicy(Duration validity, int denialsPerSecond) {
  public static final SigningPolicy DEFAULT = new SigningPolicy(Duration.ofDays(7), 500);

  public SigningPolicy {
    if (validity.compareTo(Duration.ofDays(1)) < 0 || validity.compareTo(Duration.ofDays(30)) > 0) {
      throw new IllegalArgumentException("validity not in 1 to 30 days: " + validity);
    }
    TcpLimits.requireRange("denialsPerSecond", denialsPerSecond, 100_000);
  }
}
