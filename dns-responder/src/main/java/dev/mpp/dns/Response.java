package dev.mpp.dns;

import java.util.Arrays;

/**
 * A reusable buffer that responses are written into. One thread at a time; what it holds is valid
 * until the next answer.
 */
public final class Response {
  /** The datagram size offered in OPT and never passed: fits every path (DNS flag day 2020). */
  public static final int EDNS_PAYLOAD = 1232;

  static final int PLAIN_PAYLOAD = 512;
  static final int POINTER = 0xc000;

  private static final int QR = 0x80;
  private static final int OPCODE = 0x78;
  private static final int AA = 0x04;
  private static final int TC = 0x02;
  private static final int RD = 0x01;
  private static final int OPT_LENGTH = 11;
  private static final int OPTION_HEADER = 4;

  private static final byte[] NOTHING = {};
  private static final int SUBNET_MOST = 20;

  private byte[] buffer = new byte[EDNS_PAYLOAD];
  private int length;
  private int limit;
  private int questionEnd;
  private int answers;
  private int authorities;
  private int additionals;
  private int optLength;
  private byte[] nsid = NOTHING;
  private boolean cookieAsked;
  private final byte[] cookie = new byte[ServerCookies.LENGTH];
  private final byte[] subnet = new byte[SUBNET_MOST];
  private int subnetLength;
  private boolean subnetUsed;
  private boolean edns;
  private boolean dnssecOk;
  private boolean compactOk;
  private Rcode rcode = Rcode.NOERROR;

  /** The message: the first {@link #length} octets of an array that the next answer overwrites. */
  public byte[] bytes() {
    return buffer;
  }

  /** Octets of the message. */
  public int length() {
    return length;
  }

  /** The extended response code. */
  public Rcode rcode() {
    return rcode;
  }

  /** Whether TC is set: the answer did not fit and the client must come back over TCP. */
  public boolean truncated() {
    return (buffer[2] & TC) != 0;
  }

  /**
   * A response without any section, for a packet whose header is all that could be read. RD means
   * something in queries only and is not copied for other opcodes.
   */
  void headerOnly(byte[] packet, Rcode code) {
    startHeader(packet);
    Arrays.fill(buffer, 4, Wire.HEADER, (byte) 0);
    length = Wire.HEADER;
    rcode = code;
    buffer[3] = (byte) code.code();
  }

  /**
   * Starts a response that echoes the question as it was sent, letter case included. Room for
   * everything the OPT record may have to say is kept free from the start.
   *
   * @param serverId told to who asks for it; empty says nothing
   * @param withCookie the caller fills {@link #cookie}
   */
  void open(WireQuery query, Transport transport, byte[] serverId, boolean withCookie) {
    startHeader(query.packet());
    questionEnd = query.questionEnd();
    System.arraycopy(query.packet(), Wire.HEADER, buffer, Wire.HEADER, questionEnd - Wire.HEADER);
    edns = query.edns();
    dnssecOk = query.dnssecOk();
    compactOk = false;
    nsid = query.nsid() ? serverId : NOTHING;
    cookieAsked = withCookie;
    subnetUsed = false;
    subnetLength = query.subnetLength();
    System.arraycopy(query.packet(), query.subnetAt(), subnet, 0, subnetLength);
    optLength = edns ? OPT_LENGTH + optionsLength() : 0;
    limit = maximum(query, transport) - optLength;
    clearRecords();
  }

  private int optionsLength() {
    return (nsid.length > 0 ? OPTION_HEADER + nsid.length : 0)
        + (cookieAsked ? OPTION_HEADER + ServerCookies.LENGTH : 0)
        + (subnetLength > 0 ? OPTION_HEADER + subnetLength : 0);
  }

  /** The cookie to give, to be filled after {@link #open}. */
  byte[] cookie() {
    return cookie;
  }

  /** Says for how much of the client's address the answer holds (RFC 7871 section 7.2.1). */
  void subnetScope(int bits) {
    subnet[3] = (byte) bits;
    subnetUsed = true;
  }

  private void startHeader(byte[] packet) {
    buffer[0] = packet[0];
    buffer[1] = packet[1];
    int opcode = packet[2] & OPCODE;
    buffer[2] = (byte) (QR | opcode | (opcode == 0 ? packet[2] & RD : 0));
    buffer[3] = 0;
  }

  private static int maximum(WireQuery query, Transport transport) {
    return switch (transport) {
      case TCP -> Wire.MAX_MESSAGE;
      case UDP ->
          query.edns()
              ? Math.clamp(query.ednsPayload(), PLAIN_PAYLOAD, EDNS_PAYLOAD)
              : PLAIN_PAYLOAD;
    };
  }

  /** Sets the CO bit: what is denied in here is denied compactly (RFC 9824 section 5.1). */
  void compactOk() {
    compactOk = true;
  }

  /** Drops everything after the question. */
  void clearRecords() {
    length = questionEnd;
    answers = 0;
    authorities = 0;
    additionals = 0;
  }

  /**
   * Appends a record to the answer section.
   *
   * @param ownerAt where the message has the owner's name
   * @param apexAt where the message has the name of the record's zone
   * @return false if it does not fit; nothing is written then
   */
  boolean answer(EncodedRecord entry, int ownerAt, long ttl, int apexAt) {
    boolean fits = append(entry, ownerAt, ttl, apexAt);
    answers += fits ? 1 : 0;
    return fits;
  }

  /** As {@link #answer}, to the authority section, which must come after all answers. */
  boolean authority(EncodedRecord entry, int ownerAt, long ttl, int apexAt) {
    boolean fits = append(entry, ownerAt, ttl, apexAt);
    authorities += fits ? 1 : 0;
    return fits;
  }

  /**
   * Appends a record to the additional section, which comes last.
   *
   * @param owner labels in front of the zone's apex
   */
  boolean additional(byte[] owner, EncodedRecord entry, long ttl, int apexAt) {
    int end = length + owner.length + 2 + entry.length();
    if (end > limit) {
      return false;
    }
    makeRoom(end);
    System.arraycopy(owner, 0, buffer, length, owner.length);
    Wire.putU16(buffer, length + owner.length, POINTER | apexAt);
    entry.writeTo(buffer, length + owner.length + 2, ttl, apexAt);
    length = end;
    additionals++;
    return true;
  }

  private boolean append(EncodedRecord entry, int ownerAt, long ttl, int apexAt) {
    int end = length + 2 + entry.length();
    if (end > limit) {
      return false;
    }
    makeRoom(end);
    Wire.putU16(buffer, length, POINTER | ownerAt);
    entry.writeTo(buffer, length + 2, ttl, apexAt);
    length = end;
    return true;
  }

  /**
   * Appends a record of a transfer, its owner in front of it.
   *
   * @param apexAt where the message has the zone's name; 0 if nowhere yet: the question may spell
   *     it in other letters, and a copy keeps those of the zone (RFC 5936 section 3.4)
   * @param most octets of a message, unless this is its first record
   * @return where the message has the zone's name now; 0 if the record does not fit
   */
  int transfer(DnsName owner, DnsName apex, EncodedRecord entry, long ttl, int apexAt, int most) {
    byte[] labels = owner.prefix(apex);
    int name = labels.length + (apexAt == 0 ? apex.length() : 2);
    int end = length + name + entry.length();
    if (end > (answers == 0 ? limit : Math.min(limit, most))) {
      return 0;
    }
    makeRoom(end);
    System.arraycopy(labels, 0, buffer, length, labels.length);
    int at = apexAt;
    if (apexAt == 0) {
      at = length + labels.length;
      System.arraycopy(apex.prefix(DnsName.ROOT), 0, buffer, at, apex.length() - 1);
      buffer[at + apex.length() - 1] = 0;
    } else {
      Wire.putU16(buffer, length + labels.length, POINTER | apexAt);
    }
    entry.writeTo(buffer, length + name, ttl, at);
    length = end;
    answers++;
    return at;
  }

  /** Whether a complete message has room for so many octets more. */
  boolean fits(int octets) {
    return length + octets <= limit + optLength;
  }

  /** Appends a record in wire form to a complete message. */
  void appendAdditional(byte[] entry) {
    if (length + entry.length > buffer.length) {
      buffer = Arrays.copyOf(buffer, length + entry.length);
    }
    System.arraycopy(entry, 0, buffer, length, entry.length);
    length += entry.length;
    Wire.putU16(buffer, 10, Wire.u16(buffer, 10) + 1);
  }

  private void makeRoom(int end) {
    if (end + optLength > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.min(Wire.MAX_MESSAGE, 2 * (end + optLength)));
    }
  }

  /** Completes the message. */
  void close(Rcode code, boolean authoritative) {
    rcode = code;
    buffer[2] |= (byte) (authoritative ? AA : 0);
    buffer[3] = (byte) (code.code() & 0x0f);
    Wire.putU16(buffer, 4, questionEnd == Wire.HEADER ? 0 : 1);
    Wire.putU16(buffer, 6, answers);
    Wire.putU16(buffer, 8, authorities);
    Wire.putU16(buffer, 10, additionals + (edns ? 1 : 0));
    if (edns) {
      appendOpt(code.code() >>> 4);
    }
  }

  /**
   * Completes the message as truncated. The sections stay empty: half a record set must not be
   * cached (RFC 2181 section 9).
   */
  void closeTruncated(Rcode code, boolean authoritative) {
    clearRecords();
    buffer[2] |= TC;
    close(code, authoritative);
  }

  /** RFC 6891 section 6.1.2, version 0. */
  private void appendOpt(int extendedRcode) {
    Arrays.fill(buffer, length, length + OPT_LENGTH, (byte) 0);
    Wire.putU16(buffer, length + 1, RrType.OPT);
    Wire.putU16(buffer, length + 3, EDNS_PAYLOAD);
    buffer[length + 5] = (byte) extendedRcode;
    buffer[length + 7] = (byte) ((dnssecOk ? 0x80 : 0) | (compactOk ? 0x40 : 0));
    int start = length + OPT_LENGTH;
    length = start;
    if (nsid.length > 0) {
      appendOption(WireQuery.NSID, nsid, nsid.length);
    }
    if (cookieAsked) {
      appendOption(WireQuery.COOKIE, cookie, cookie.length);
    }
    if (subnetUsed) {
      appendOption(WireQuery.SUBNET, subnet, subnetLength);
    }
    Wire.putU16(buffer, start - 2, length - start);
  }

  private void appendOption(int code, byte[] data, int octets) {
    Wire.putU16(buffer, length, code);
    Wire.putU16(buffer, length + 2, octets);
    System.arraycopy(data, 0, buffer, length + OPTION_HEADER, octets);
    length += OPTION_HEADER + octets;
  }
}
