package dev.mpp.dns;

import java.util.List;
import java.util.Optional;

/** Zones with one of everything that an answer can be made of. */
final class FuzzTable {
  private static final Rdata SITE1 = Rdata.address("198.51.100.1");
  private static final Rdata SITE2 = Rdata.address("203.0.113.2");

  private FuzzTable() {}

  static AnswerTable table() {
    return AnswerTable.builder().zone(zone()).zone(Example.subzone()).build();
  }

  private static Zone zone() {
    Rdata[] many = new Rdata[60];
    for (int i = 0; i < many.length; i++) {
      many[i] = Rdata.address("192.0.2." + i);
    }
    return Example.zone()
        .records("ro.vip.example.", 5, SITE1, SITE2)
        .near(
            "ro.vip.example.",
            List.of(
                new Near("10.0.0.0/8", List.of(SITE1)), new Near("2001:db8::/32", List.of(SITE2))))
        .records("s.vip.example.", 5, SITE1, new Rdata.Txt("epoch=7"))
        .readers("s.vip.example.", RrType.TXT, AccessList.of(List.of("10.1.0.0/16", "::1")))
        .records("m.vip.example.", 5, many)
        .records(
            "c.vip.example.",
            600,
            new Rdata.Ns(DnsName.of("ns.c.vip.example.")),
            new Rdata.Ns(DnsName.of("ns.elsewhere.test.")))
        .records("ns.c.vip.example.", 600, SITE1, Rdata.address("2001:db8::77"))
        .records("i.vip.example.", 60, Example.cname("www.c.vip.example."))
        .build();
  }

  static AnswerEngine engine() {
    return new AnswerEngine(
        new ServerIdentity(Optional.of("site1"), Optional.of("1")),
        Optional.of(ServerCookies.of(List.of(new byte[16]))));
  }
}
