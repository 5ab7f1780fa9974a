package dev.mpp.dns;

import java.util.List;

/**
 * The signatures of a record set.
 *
 * @param records RRSIG, one a key
 * @param ring the keys they are of: with others they are made anew
 * @param inception from when on they are valid, seconds since 1970
 * @param renewAt when they are to be replaced, long before they expire
 * @param expiration when they cease to be valid
 */
record SignedSet(
    List<EncodedRecord> records, KeyRing ring, long inception, long renewAt, long expiration) {
  SignedSet {
    records = List.copyOf(records);
  }

  /**
   * A query may be answered with signatures that are due, as the sweep is about to replace them;
   * with no sweep they are replaced by a query after that many seconds.
   */
  private static final long GRACE = 300;

  boolean good(KeyRing keys, long now) {
    return ring == keys && now >= inception && now < renewAt + GRACE;
  }

  boolean due(KeyRing keys, long now) {
    return ring != keys || now < inception || now >= renewAt;
  }
}
