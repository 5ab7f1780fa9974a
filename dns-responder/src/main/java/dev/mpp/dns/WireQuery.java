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
    /** A well-formed query. */
    READABLE
  }

  private static final int QR = 0x80;
  private static final int OPCODE = 0x78;
  private static final int QUESTION_TAIL = 4;
  private static final int RECORD_TAIL = 10;
  private static final int DNSSEC_OK = 0x80;

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

  Verdict read(byte[] bytes, int count) {
    packet = bytes;
    length = count;
    edns = false;
    dnssecOk = false;
    if (count < Wire.HEADER || (bytes[2] & QR) != 0) {
      return Verdict.SILENT;
    }
    if ((bytes[2] & OPCODE) != 0) {
      return Verdict.NOT_IMPLEMENTED;
    }
    if (Wire.u16(bytes, 4) != 1 || !readQuestion()) {
      return Verdict.UNREADABLE;
    }
    return readRecords() ? Verdict.READABLE : Verdict.MALFORMED;
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
      at = next;
    }
    return at;
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
    int at = tail + RECORD_TAIL;
    while (at + 4 <= end) {
      at += 4 + Wire.u16(packet, at + 2);
    }
    return at == end;
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
}
