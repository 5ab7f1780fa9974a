package dev.mpp.dns;

import java.time.Duration;

/**
 * What TCP clients may take.
 *
 * @param connections open at a time over all addresses, 1 to 65536
 * @param perPrefix of them from one /24 or /56, 1 to {@code connections}
 * @param idle how long a connection may stay without a query in progress, 10 ms to 1 h
 * @param exchange from the first octet of a query how long until its last one, and again until the
 *     response has been taken, 10 ms to 1 h
 */
public record TcpLimits(int connections, int perPrefix, Duration idle, Duration exchange) {
  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofHours(1);

  /** 256 connections, 64 a network, idle 10 s, exchange 3 s. */
  public static final TcpLimits DEFAULT =
      new TcpLimits(256, 64, Duration.ofSeconds(10), Duration.ofSeconds(3));

  /** Refuses numbers out of range. */
  public TcpLimits {
    requireRange("tcp connections", connections, 65_536);
    requireRange("tcp connections per prefix", perPrefix, connections);
    requireRange("tcp idle", idle);
    requireRange("tcp exchange", exchange);
  }

  static void requireRange(String what, int value, int most) {
    if (value < 1 || value > most) {
      throw new IllegalArgumentException(what + " not in 1.." + most + ": " + value);
    }
  }

  private static void requireRange(String what, Duration value) {
    if (value.compareTo(SHORTEST) < 0 || value.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(what + " not in 10 ms..1 h: " + value);
    }
  }
}
