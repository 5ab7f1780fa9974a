package dev.mpp.dns;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All records of one type at one name, ready to be written. */
final class RecordSet {
  /** Larger sets would not fit a message behind a chain of aliases, nor any sane resolver. */
  private static final int MAX_OCTETS = 16_384;

  private static final int OWNER_POINTER = 2;

  private final int type;
  private final long ttl;
  private final boolean live;
  private final EncodedRecord[] records;
  private final @Nullable AccessList readers;
  private final @Nullable Nearness nearness;

  RecordSet(int type, long ttl, boolean live, List<EncodedRecord> records) {
    this(type, ttl, live, records, null, null);
  }

  /**
   * @param readers who may see it; null for everybody
   * @param nearness which records come first for whom; null when none does
   */
  RecordSet(
      int type,
      long ttl,
      boolean live,
      List<EncodedRecord> records,
      @Nullable AccessList readers,
      @Nullable Nearness nearness) {
    this.type = type;
    this.ttl = ttl;
    this.live = live;
    this.records = records.toArray(EncodedRecord[]::new);
    this.readers = readers;
    this.nearness = nearness;
    int octets = 0;
    for (EncodedRecord r : records) {
      octets += OWNER_POINTER + r.length();
    }
    if (octets > MAX_OCTETS) {
      throw new IllegalArgumentException(
          "record set of type " + type + " takes " + octets + " octets; at most " + MAX_OCTETS);
    }
  }

  int type() {
    return type;
  }

  /** Configured seconds; for a live set the upper bound. */
  long ttl() {
    return ttl;
  }

  /** Whether the set is believed only as long as its owner's {@link Liveness} says. */
  boolean live() {
    return live;
  }

  int size() {
    return records.length;
  }

  EncodedRecord record(int i) {
    return records[i];
  }

  /** Whether the client may see it. */
  boolean readable(Client client) {
    return readers == null || readers.contains(client);
  }

  /** Which records come first for whom, or null. */
  @Nullable Nearness nearness() {
    return nearness;
  }

  /** Whether order carries no meaning to a server but spreads clients (RFC 1794). */
  boolean rotates() {
    return type == RrType.A || type == RrType.AAAA;
  }
}
