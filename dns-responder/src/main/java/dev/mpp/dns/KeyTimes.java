package dev.mpp.dns;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.OptionalLong;

/**
 * When a key is to be used, by the wall clock; seconds since 1970. What is not given follows from
 * the other keys of the zone, see {@link KeyRing}.
 *
 * @param created when it was made
 * @param publish when it enters the DNSKEY set
 * @param activate when it begins to sign the zone
 * @param inactive when it ends to
 * @param delete when it leaves the DNSKEY set
 */
public record KeyTimes(
    long created,
    OptionalLong publish,
    OptionalLong activate,
    OptionalLong inactive,
    OptionalLong delete) {
  private static final DateTimeFormatter FORMAT =
      DateTimeFormatter.ofPattern("uuuuMMddHHmmss")
          .withResolverStyle(ResolverStyle.STRICT)
          .withZone(ZoneOffset.UTC);

  public KeyTimes {
    if (delete.isPresent() && inactive.isPresent() && delete.getAsLong() < inactive.getAsLong()) {
      throw new IllegalArgumentException("Delete lies before Inactive");
    }
  }

  /** A key that is used from then on, published as early as the rules say. */
  public static KeyTimes activeFrom(long created, long activate) {
    return new KeyTimes(
        created,
        OptionalLong.empty(),
        OptionalLong.of(activate),
        OptionalLong.empty(),
        OptionalLong.empty());
  }

  /** When it begins to sign, at the earliest. */
  public long active() {
    return activate.orElse(created);
  }

  boolean inactiveAt(long now) {
    return inactive.isPresent() && now >= inactive.getAsLong();
  }

  boolean deletedAt(long now) {
    return delete.isPresent() && now >= delete.getAsLong();
  }

  KeyTimes retired(long from, long gone) {
    return new KeyTimes(created, publish, activate, OptionalLong.of(from), OptionalLong.of(gone));
  }

  /** UTC, as files of keys have it. */
  public static String text(long seconds) {
    return FORMAT.format(Instant.ofEpochSecond(seconds));
  }

  /**
   * @throws IllegalArgumentException unless it is fourteen digits that are a time
   */
  static long seconds(String text) {
    try {
      return Instant.from(FORMAT.parse(text)).getEpochSecond();
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no time; write YYYYMMDDHHMMSS in UTC", e);
    }
  }
}
