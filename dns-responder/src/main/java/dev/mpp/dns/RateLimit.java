package dev.mpp.dns;

/**
 * How many UDP responses a network may draw, so that the server is of no use to whoever asks under
 * an address that is not his own. Clients with a valid cookie and those over TCP have shown their
 * address and are not limited.
 *
 * @param answersPerSecond to one /24 or /56 for one name and type; for one zone with all of its
 *     names that do not exist; 1 to 1,000,000
 * @param errorsPerSecond to one /24 or /56: refused, malformed, not implemented; 1 to 1,000,000
 * @param allErrorsPerSecond to everybody together, as a flood has made-up addresses; 1 to 1,000,000
 * @param slip every so many of those over the limit for answers get a short "come back over TCP"
 *     (or the cookie), for whoever is really there; 1 to 100
 * @param exempt who is never limited; loopback cannot be forged from outside
 */
public record RateLimit(
    int answersPerSecond,
    int errorsPerSecond,
    int allErrorsPerSecond,
    int slip,
    AccessList exempt) {
  private static final int MOST = 1_000_000;

  /** 200, 50 and 5,000 a second, every second one over it gets TC; this host is exempt. */
  public static final RateLimit DEFAULT = new RateLimit(200, 50, 5_000, 2, AccessList.loopback());

  /** Refuses numbers out of range. */
  public RateLimit {
    TcpLimits.requireRange("answersPerSecond", answersPerSecond, MOST);
    TcpLimits.requireRange("errorsPerSecond", errorsPerSecond, MOST);
    TcpLimits.requireRange("allErrorsPerSecond", allErrorsPerSecond, MOST);
    TcpLimits.requireRange("slip", slip, 100);
  }
}
