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
  private final DnsName owner;
  private final List<Rdata> data;
  private volatile @Nullable SignedSet signed;

  /** A set for everybody, in no order. */
  static RecordSet of(DnsName owner, int type, long ttl, List<? extends Rdata> data, DnsName apex) {
    return new RecordSet(owner, type, ttl, false, data, apex, null, null);
  }

  /**
   * @param data of that type
   * @param apex of the zone
   * @param readers who may see it; null for everybody
   * @param nearness which records come first for whom; null when none does
   */
  RecordSet(
      DnsName owner,
      int type,
      long ttl,
      boolean live,
      List<? extends Rdata> data,
      DnsName apex,
      @Nullable AccessList readers,
      @Nullable Nearness nearness) {
    this.owner = owner;
    this.data = List.copyOf(data);
    this.type = type;
    this.ttl = ttl;
    this.live = live;
    this.records = data.stream().map(d -> EncodedRecord.of(d, apex)).toArray(EncodedRecord[]::new);
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

  DnsName owner() {
    return owner;
  }

  List<Rdata> data() {
    return data;
  }

  /** Its signatures, if somebody asked for them or foresaw it; see {@link ZoneSigner}. */
  @Nullable SignedSet signed() {
    return signed;
  }

  void signed(SignedSet signatures) {
    signed = signatures;
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

  /** Whether only some clients may see it. */
  boolean restricted() {
    return readers != null;
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
