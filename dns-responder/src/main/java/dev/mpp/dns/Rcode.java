package dev.mpp.dns;

/** The response codes this responder gives (RFC 1035 section 4.1.1, RFC 6891 section 9). */
public enum Rcode {
  /** The question was answered, possibly with "no such data". */
  NOERROR(0),
  /** The query could not be read. */
  FORMERR(1),
  /** The answer is not known at present: ask another server. */
  SERVFAIL(2),
  /** The name does not exist. */
  NXDOMAIN(3),
  /** The opcode is not QUERY. */
  NOTIMP(4),
  /** Not a zone, class or operation offered here. */
  REFUSED(5),
  /** A signature that is not good, or a transfer of what is no zone here (RFC 8945, RFC 5936). */
  NOTAUTH(9),
  /** The EDNS version is not 0; needs the extended code of an OPT record. */
  BADVERS(16),
  /** Too many questions without a server cookie; ask again with the one in here (RFC 7873). */
  BADCOOKIE(23);

  private final int code;

  Rcode(int code) {
    this.code = code;
  }

  /** The number on the wire, 0 to 4095; the upper eight bits travel in the OPT record. */
  public int code() {
    return code;
  }
}
