package dev.mpp.dns;

import java.util.List;

/** The zones that most tests ask about. Deadlines are on a clock that starts at 0. */
final class Example {
  static final long SECOND = 1_000_000_000L;
  static final long LEASE_END = 10 * SECOND;
  static final long STALE_AFTER = 16 * SECOND;
  static final Rdata.Soa SOA = soa(7);

  private Example() {}

  static Rdata.Soa soa(long serial) {
    return new Rdata.Soa(
        DnsName.of("ns1.vip.example."),
        DnsName.of("hostmaster.elsewhere.test."),
        serial,
        3600,
        600,
        86400,
        60);
  }

  static ZoneBuilder emptyZone() {
    return Zone.builder("vip.example.", 300, SOA)
        .ns(3600, "ns1.vip.example.", "ns.elsewhere.test.")
        .records("ns1.vip.example.", 3600, Rdata.address("192.0.2.53"));
  }

  static ZoneBuilder zone() {
    Liveness lease = Liveness.lease(LEASE_END, STALE_AFTER);
    return emptyZone()
        .records("ns1.vip.example.", 3600, Rdata.address("2001:db8::53"))
        .live("db.vip.example.", 5, lease, Rdata.address("198.51.100.7"))
        .live("db.vip.example.", 5, lease, new Rdata.Txt("epoch=7", "active=site2"))
        .records("db.vip.example.", 900, new Rdata.Opaque(13, new byte[] {1, 'x', 1, 'y'}))
        .live(
            "_mysql._tcp.db.vip.example.",
            5,
            lease,
            new Rdata.Srv(0, 10, 3306, DnsName.of("db.vip.example.")))
        .unknown("fresh.vip.example.")
        .live("empty.vip.example.", 5, lease, List.of())
        .records("alias.vip.example.", 120, cname("db.vip.example."))
        .records("dangling.vip.example.", 120, cname("nowhere.vip.example."))
        .records("away.vip.example.", 120, cname("www.elsewhere.test."))
        .records("down.vip.example.", 120, cname("host.deep.sub.vip.example."))
        .records("a.very.deep.vip.example.", 120, Rdata.address("192.0.2.1"));
  }

  static Rdata cname(String target) {
    return new Rdata.Cname(DnsName.of(target));
  }

  /** A zone inside the first one, whose names are two labels below its apex. */
  static Zone subzone() {
    return Zone.builder("deep.sub.vip.example.", 300, soa(1))
        .ns(3600, "ns.elsewhere.test.")
        .records("host.deep.sub.vip.example.", 30, Rdata.address("192.0.2.9"))
        .records("back.deep.sub.vip.example.", 30, cname("alias.vip.example."))
        .build();
  }

  static AnswerTable table() {
    return AnswerTable.builder().zone(zone().build()).zone(subzone()).build();
  }

  static AnswerTable tableOf(Zone zone) {
    return AnswerTable.builder().zone(zone).build();
  }
}
