package dev.mpp.dns;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.xbill.DNS.Message;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Section;

/** A signed zone with one of everything, on a wall clock that the test sets. */
final class SignedExample {
  static final DnsName ZONE = DnsName.of("vip.example.");
  static final long NOW = Instant.parse("2027-03-01T12:00:00Z").getEpochSecond();
  static final long DAY = 86_400;
  static final int DO = 0x8000;
  static final int CO = 0x4000;

  final AtomicLong clock = new AtomicLong(NOW);
  final ZoneSigner signer;
  final AnswerTable table;

  SignedExample(List<SigningKey> keys) {
    this(keys, SigningPolicy.DEFAULT);
  }

  SignedExample(List<SigningKey> keys, SigningPolicy policy) {
    signer = new ZoneSigner(new KeyRing(ZONE, keys), policy, clock::get);
    table =
        AnswerTable.builder()
            .zone(zone().build().signedBy(signer))
            .zone(Example.subzone()) // nobody signs it
            .build();
  }

  static SigningKey key(boolean secureEntryPoint, DnssecAlgorithm algorithm, KeyTimes times) {
    try {
      return SigningKey.generate(ZONE, secureEntryPoint, algorithm, times);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static SigningKey csk(DnssecAlgorithm algorithm) {
    return key(true, algorithm, KeyTimes.activeFrom(NOW - 100 * DAY, NOW - 100 * DAY));
  }

  static SigningKey zsk(long created, long activate) {
    return key(false, DnssecAlgorithm.ECDSAP256SHA256, KeyTimes.activeFrom(created, activate));
  }

  static SignedExample ofOneKey() {
    return new SignedExample(List.of(csk(DnssecAlgorithm.ECDSAP256SHA256)));
  }

  static ZoneBuilder zone() {
    Liveness lease = Liveness.lease(Example.LEASE_END, Example.STALE_AFTER);
    return Example.zone()
        .live(
            "ro.vip.example.",
            5,
            lease,
            Rdata.address("203.0.113.9"),
            Rdata.address("192.0.2.200"),
            Rdata.address("198.51.100.30"))
        .records("MiXeD.vip.example.", 60, Example.cname("DB.vip.example."))
        .records("mail.vip.example.", 60, new Rdata.Opaque(RrType.MX, mx("MX.Vip.Example.")))
        .records("srv.vip.example.", 60, srv("Host.Vip.Example."))
        .records("signed.vip.example.", 600, ns("ns.elsewhere.test."))
        .records("signed.vip.example.", 600, new Rdata.Opaque(RrType.DS, ds()))
        .records("unsigned.vip.example.", 600, ns("ns.unsigned.vip.example."))
        .records("ns.unsigned.vip.example.", 600, Rdata.address("192.0.2.77"))
        .records("into.vip.example.", 60, Example.cname("www.unsigned.vip.example."))
        .records("nowhere-near.vip.example.", 60, Example.cname("a.b.c.vip.example."));
  }

  private static byte[] ds() {
    byte[] ds = new byte[36];
    ds[1] = 77;
    ds[2] = 13;
    ds[3] = 2;
    return ds;
  }

  private static byte[] mx(String host) {
    var out = new java.io.ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 10});
    DnsName name = DnsName.of(host);
    name.writeTo(out, name.length());
    return out.toByteArray();
  }

  private static Rdata srv(String host) {
    return new Rdata.Srv(1, 2, 3306, DnsName.of(host));
  }

  private static Rdata ns(String host) {
    return new Rdata.Ns(DnsName.of(host));
  }

  /** With EDNS flags as given and 1232 octets. */
  static Message query(String name, int type, int flags) {
    Message query = Ask.query(name, type);
    query.addRecord(new OPTRecord(1232, 0, 0, flags), Section.ADDITIONAL);
    return query;
  }

  Instant instant() {
    return Instant.ofEpochSecond(clock.get());
  }

  /** The keys as a validator would have them that asked now. */
  Validator validator() {
    Message keys = new Ask(table).ask(query(ZONE.toString(), RrType.DNSKEY, DO));
    return Validator.of(keys, instant());
  }
}
