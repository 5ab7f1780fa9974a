package dev.mpp.dns;

/**
 * Reads a query strictly (RFC 1035 section 4, RFC 6891). Mutable scratch of one thread; what it
 * tells is valid until the next {@link #read}.
 */
final class WireQuery {

  /**
   * What can be done with a packet. Each verdict before READABLE says why nothing more was read.
   */
  enum Verdict {
    /** Not a query, or no header: to answer could start a loop. */
    SILENT,
    /** An opcode other than QUERY: only the header means anything to us. */
    NOT_IMPLEMENTED,
    /** No single question could be read: the response can only have a header. */
    UNREADABLE,
    /** The question is good, something after it is not. */
    MALFORMED,
    /** No question, but a cookie: asks for a fresh one (RFC 7873 section 5.4). */
    COOKIE_ONLY,
    /** A well-formed query. */
    READABLE
  }

  private static final int QR = 0x80;
  private static final int OPCODE = 0x78;
  private static final int QUESTION_TAIL = 4;
  private static final int RECORD_TAIL = 10;
  private static final int SOA_TAIL = 20;
  private static final int DNSSEC_OK = 0x80;
  private static final int COMPACT_OK = 0x40;
  private static final int OPTION_HEADER = 4;
  private static final int SUBNET_HEADER = 4;
  private static final int SUBNET_IPV4 = 1;
  private static final int SUBNET_IPV6 = 2;

  static final int NSID = 3;
  static final int SUBNET = 8;
  static final int COOKIE = 10;

  private final LookupName name = new LookupName();
  private byte[] packet = new byte[0];
  private int length;
  private int type;
  private int klass;
  private int questionEnd;
  private boolean edns;
  private int ednsVersion;
  private int ednsPayload;
  private boolean dnssecOk;
  private boolean compactOk;
  private boolean nsid;
  private int cookieAt;
  private int cookieLength;
  private int subnetAt;
  private int subnetLength;
  private long subnetHigh;
  private long subnetLow;
  private int subnetBits;
  private int tsigAt;
  private long soaSerial;

  Verdict read(byte[] bytes, int count) {
    packet = bytes;
    length = count;
    type = 0;
    questionEnd = Wire.HEADER;
    edns = false;
    ednsVersion = 0;
    dnssecOk = false;
    compactOk = false;
    nsid = false;
    cookieLength = 0;
    subnetAt = 0;
    subnetLength = 0;
    tsigAt = 0;
    soaSerial = -1;
    if (count < Wire.HEADER || (bytes[2] & QR) != 0) {
      return Verdict.SILENT;
    }
    if ((bytes[2] & OPCODE) != 0) {
      return Verdict.NOT_IMPLEMENTED;
    }
    if (Wire.u16(bytes, 4) == 0) {
      return readWithoutQuestion();
    }
    if (Wire.u16(bytes, 4) != 1 || !readQuestion()) {
      return Verdict.UNREADABLE;
    }
    return readRecords() ? Verdict.READABLE : Verdict.MALFORMED;
  }

  private Verdict readWithoutQuestion() {
    boolean cookie = readRecords() && cookieLength > 0 && ednsVersion == 0;
    return cookie ? Verdict.COOKIE_ONLY : Verdict.UNREADABLE;
  }

  private boolean readQuestion() {
    int end = name.read(packet, Wire.HEADER, length);
    if (end == LookupName.MALFORMED || end + QUESTION_TAIL > length) {
      return false;
    }
    type = Wire.u16(packet, end);
    klass = Wire.u16(packet, end + 2);
    questionEnd = end + QUESTION_TAIL;
    return true;
  }

  /** A query carries no answers; authority only for IXFR (RFC 1995 section 3). */
  private boolean readRecords() {
    int answers = Wire.u16(packet, 6);
    int authority = Wire.u16(packet, 8);
    boolean sectionsAllowed = answers == 0 && (authority == 0 || type == RrType.IXFR);
    int at = skipRecords(questionEnd, answers + authority, false);
    at = at < 0 ? at : skipRecords(at, Wire.u16(packet, 10), true);
    return sectionsAllowed && at == length;
  }

  private int skipRecords(int start, int count, boolean additional) {
    int at = start;
    for (int i = 0; i < count; i++) {
      int tail = skipName(at);
      if (tail < 0 || tail + RECORD_TAIL > length) {
        return -1;
      }
      int next = tail + RECORD_TAIL + Wire.u16(packet, tail + 8);
      if (next > length) {
        return -1;
      }
      if (Wire.u16(packet, tail) == RrType.OPT
          && !(additional && tail == at + 1 && readOpt(tail, next))) {
        return -1;
      }
      if (!readSpecial(Wire.u16(packet, tail), at, next, additional, i == count - 1)) {
        return -1;
      }
      at = next;
    }
    return at;
  }

  /**
   * A SOA among the records of a query is the serial that an IXFR starts from (RFC 1995 section 3),
   * whatever its names are; a TSIG must be the last record of all (RFC 8945 section 5.1).
   */
  private boolean readSpecial(int recordType, int at, int end, boolean additional, boolean last) {
    if (recordType == RrType.SOA && !additional && end - at > SOA_TAIL) {
      soaSerial = Wire.u32(packet, end - SOA_TAIL);
    } else if (recordType == RrType.TSIG) {
      tsigAt = at;
      return additional && last;
    }
    return true;
  }

  /** Steps over an owner name; a pointer ends it and is not followed, as the name is not used. */
  private int skipName(int start) {
    int at = start;
    while (at < length) {
      int size = packet[at] & 0xff;
      if (size == 0) {
        return at + 1;
      }
      if (size >= 0xc0) {
        return at + 2;
      }
      if (size > DnsName.MAX_LABEL || at + size + 1 - start >= DnsName.MAX_LENGTH) {
        return -1;
      }
      at += size + 1;
    }
    return -1;
  }

  /** The first OPT counts; a second one is an error (RFC 6891 section 6.1.1). */
  private boolean readOpt(int tail, int end) {
    if (edns) {
      return false;
    }
    edns = true;
    ednsPayload = Wire.u16(packet, tail + 2);
    ednsVersion = packet[tail + 5] & 0xff;
    dnssecOk = (packet[tail + 6] & DNSSEC_OK) != 0;
    compactOk = (packet[tail + 6] & COMPACT_OK) != 0;
    int at = tail + RECORD_TAIL;
    while (at + OPTION_HEADER <= end) {
      int size = Wire.u16(packet, at + 2);
      int data = at + OPTION_HEADER;
      if (data + size > end || !readOption(Wire.u16(packet, at), data, size)) {
        return false;
      }
      at = data + size;
    }
    return at == end;
  }

  /** Options of other codes are ignored (RFC 6891 section 6.1.2), those of other versions too. */
  private boolean readOption(int code, int data, int size) {
    return ednsVersion != 0
        || switch (code) {
          case NSID -> {
            nsid = true;
            yield true;
          }
          case COOKIE -> readCookie(data, size);
          case SUBNET -> readSubnet(data, size);
          default -> true;
        };
  }

  /** The first counts, its length must be a possible one (RFC 7873 sections 5.2 and 5.2.2). */
  private boolean readCookie(int data, int size) {
    if (size != ServerCookies.CLIENT && (size < 16 || size > 40)) {
      return false;
    }
    if (cookieLength == 0) {
      cookieAt = data;
      cookieLength = size;
    }
    return true;
  }

  /** RFC 7871 section 7.1.2: as many octets as the prefix needs, and no bit set beyond it. */
  private boolean readSubnet(int data, int size) {
    if (size < SUBNET_HEADER || packet[data + 3] != 0) {
      return false;
    }
    int family = Wire.u16(packet, data);
    int bits = packet[data + 2] & 0xff;
    int most = family == SUBNET_IPV4 ? 32 : family == SUBNET_IPV6 ? 128 : -1;
    if (most < 0) {
      return true; // a family yet to come: ignored
    }
    int octets = size - SUBNET_HEADER;
    if (bits > most || octets != (bits + 7) / 8) {
      return false;
    }
    if (bits % 8 != 0 && (packet[data + size - 1] & 0xff >> bits % 8) != 0) {
      return false;
    }
    subnetHigh = family == SUBNET_IPV4 ? 0 : octets(data + SUBNET_HEADER, 0, octets);
    subnetLow =
        family == SUBNET_IPV4
            ? Client.MAPPED << 32 | octets(data + SUBNET_HEADER, 0, octets) >>> 32
            : octets(data + SUBNET_HEADER, 8, octets);
    subnetBits = family == SUBNET_IPV4 ? bits + 96 : bits;
    subnetAt = data;
    subnetLength = size;
    return true;
  }

  /** Octets {@code from} to {@code from + 7} of an address of which {@code count} are given. */
  private long octets(int at, int from, int count) {
    long value = 0;
    for (int i = from; i < from + 8; i++) {
      value = value << 8 | (i < count ? packet[at + i] & 0xff : 0);
    }
    return value;
  }

  /** The packet as it came; only the first {@link #questionEnd} octets may be relied upon. */
  byte[] packet() {
    return packet;
  }

  /** The name asked for. */
  LookupName name() {
    return name;
  }

  int type() {
    return type;
  }

  int klass() {
    return klass;
  }

  int id() {
    return Wire.u16(packet, 0);
  }

  /** Where the question section ends. */
  int questionEnd() {
    return questionEnd;
  }

  /** Whether an OPT record was seen, so that the response must have one. */
  boolean edns() {
    return edns;
  }

  int ednsVersion() {
    return ednsVersion;
  }

  /** The largest datagram the client takes; less than 512 means 512 (RFC 6891 section 6.2.3). */
  int ednsPayload() {
    return ednsPayload;
  }

  /** The DO bit, to be copied to the response (RFC 3225 section 3). */
  boolean dnssecOk() {
    return dnssecOk;
  }

  /** The CO bit: NXDOMAIN is understood beside a compact denial (RFC 9824 section 5.1). */
  boolean compactOk() {
    return compactOk;
  }

  /** Whether the server is asked for its name (RFC 5001). */
  boolean nsid() {
    return nsid;
  }

  /** Where the cookie is in the packet. */
  int cookieAt() {
    return cookieAt;
  }

  /** Octets of the cookie; 0 without one. */
  int cookieLength() {
    return cookieLength;
  }

  /** Where the data of the client subnet option is in the packet. */
  int subnetAt() {
    return subnetAt;
  }

  /** Octets of the client subnet option; 0 without one. */
  int subnetLength() {
    return subnetLength;
  }

  long subnetHigh() {
    return subnetHigh;
  }

  long subnetLow() {
    return subnetLow;
  }

  boolean subnetIpv4() {
    return subnetHigh == 0 && subnetLow >>> 32 == Client.MAPPED;
  }

  /** Octets of the packet. */
  int length() {
    return length;
  }

  /** Where the TSIG record begins; 0 without one. */
  int tsigAt() {
    return tsigAt;
  }

  /** The serial that an IXFR starts from; -1 without one. */
  long soaSerial() {
    return soaSerial;
  }

  /** How many of the subnet's 128 bits are known. */
  int subnetBits() {
    return subnetBits;
  }
}
