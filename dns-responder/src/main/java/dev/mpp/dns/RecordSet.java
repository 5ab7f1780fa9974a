package dev.mpp.dns;

import java.util.List;

/** All records of one type at one name, ready to be written. */
final class RecordSet {
  /** Larger sets would not fit a message behind a chain of aliases, nor any sane resolver. */
  private static final int MAX_OCTETS = 16_384;

  private static final int OWNER_POINTER = 2;

  private final int type;
  private final long ttl;
  private final boolean live;
  private final List<EncodedRecord> records;

  RecordSet(int type, long ttl, boolean live, List<EncodedRecord> records) {
    this.type = type;
    this.ttl = ttl;
    this.live = live;
    this.records = List.copyOf(records);
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
    return records.size();
  }

  EncodedRecord record(int i) {
    return records.get(i);
  }

  /** Whether order carries no meaning to a server but spreads clients (RFC 1794). */
  boolean rotates() {
    return type == RrType.A || type == RrType.AAAA;
  }
}
