package dev.mpp.dns;

/** Record and query type numbers (IANA "DNS parameters") that the responder treats by name. */
public final class RrType {
  public static final int A = 1;
  public static final int NS = 2;
  public static final int CNAME = 5;
  public static final int SOA = 6;
  public static final int TXT = 16;
  public static final int AAAA = 28;
  public static final int SRV = 33;
  static final int PTR = 12;
  static final int MX = 15;
  static final int DNAME = 39;
  static final int OPT = 41;
  static final int DS = 43;
  static final int SSHFP = 44;
  static final int RRSIG = 46;
  static final int NSEC = 47;
  static final int DNSKEY = 48;
  static final int NSEC3 = 50;
  static final int NSEC3PARAM = 51;
  static final int TLSA = 52;
  static final int CDS = 59;
  static final int CDNSKEY = 60;
  static final int HTTPS = 65;

  /** Stands in a type bitmap for a name that does not exist (RFC 9824 section 2). */
  static final int NXNAME = 128;

  static final int TSIG = 250;
  static final int IXFR = 251;
  static final int AXFR = 252;
  static final int ANY = 255;
  static final int CAA = 257;

  private RrType() {}

  /** Whether the number is a pseudo record or a question-only type (RFC 6895 section 3.1). */
  static boolean isMeta(int type) {
    return type == 0 || type == OPT || (type >= 128 && type <= 255);
  }
}
