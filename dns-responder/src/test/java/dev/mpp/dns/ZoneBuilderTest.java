package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What cannot be answered correctly is refused when the table is built, with the reason. */
class ZoneBuilderTest {
  private static final Rdata ADDRESS = Rdata.address("192.0.2.1");

  private static void assertRefused(String reason, Executable build) {
    String message = assertThrows(IllegalArgumentException.class, build).getMessage();
    assertTrue(String.valueOf(message).contains(reason), message);
  }

  @Test
  void aZoneNeedsNameServersWithAddresses() {
    ZoneBuilder none = Zone.builder("vip.example", 300, Example.SOA);
    assertRefused("has no NS", none::build);
    ZoneBuilder glueless = Zone.builder("vip.example", 300, Example.SOA).ns(60, "ns.vip.example");
    assertRefused("has no A or AAAA", glueless::build);
  }

  @Test
  void namesBelongToTheZone() {
    assertRefused("not in zone", () -> Example.emptyZone().records("db.example.", 60, ADDRESS));
    assertRefused("wildcards", () -> Example.emptyZone().records("*.vip.example.", 60, ADDRESS));
  }

  @Test
  void recordsThatMeanSomethingElseHereAreRefused() {
    assertRefused("SOA", () -> Example.emptyZone().records("vip.example.", 60, Example.SOA));
    assertRefused("opaque", () -> new Rdata.Opaque(RrType.CNAME, new byte[2]));
    assertRefused("opaque", () -> new Rdata.Opaque(RrType.OPT, new byte[2]));
    assertRefused("0..65535", () -> new Rdata.Opaque(70_000, new byte[2]));
  }

  @Test
  void aCnameIsAloneAndStatic() {
    Rdata cname = Example.cname("db.vip.example.");
    ZoneBuilder crowded =
        Example.emptyZone()
            .records("x.vip.example.", 60, cname)
            .records("x.vip.example.", 60, ADDRESS);
    assertRefused("alone", crowded::build);
    ZoneBuilder two =
        Example.emptyZone().records("x.vip.example.", 60, cname, Example.cname("y.vip.example."));
    assertRefused("alone", two::build);
    assertRefused(
        "cannot be live",
        () -> Example.emptyZone().live("x.vip.example.", 1, Liveness.lease(1, 2), cname));
  }

  @Test
  void oneTtlAndOneLivenessForWhatBelongsTogether() {
    ZoneBuilder zone = Example.emptyZone().records("x.vip.example.", 60, ADDRESS);
    Rdata other = Rdata.address("192.0.2.2");
    assertRefused("two TTLs", () -> zone.records("x.vip.example.", 61, other));
    assertRefused("two TTLs", () -> zone.live("x.vip.example.", 60, Liveness.lease(1, 2), other));
    assertRefused(
        "two different livenesses",
        () -> zone.live("x.vip.example.", 60, Liveness.lease(1, 3), other));
    assertRefused("TTL not in", () -> zone.records("y.vip.example.", -1, other));
  }

  @Test
  void theSameRecordTwiceIsOneRecord() {
    Zone zone =
        Example.emptyZone()
            .records("x.vip.example.", 60, ADDRESS, Rdata.address("192.0.2.1"))
            .build();
    assertEquals(
        List.of("x.vip.example. 60 A 192.0.2.1"),
        Ask.answers(new Ask(Example.tableOf(zone)).ask("x.vip.example.", RrType.A)));
  }

  @Test
  void setsThatFitNoMessageAreRefused() {
    Rdata[] many =
        IntStream.range(0, 1500)
            .mapToObj(i -> Rdata.address("10.0." + i / 256 + "." + i % 256))
            .toArray(Rdata[]::new);
    ZoneBuilder zone = Example.emptyZone().records("x.vip.example.", 60, many);
    assertRefused("at most 16384", zone::build);
  }

  @Test
  void aTableRefusesDoubleZonesAndRecordsOfAZoneBelow() {
    AnswerTable.Builder twice = AnswerTable.builder().zone(Example.emptyZone().build());
    assertRefused("given twice", () -> twice.zone(Example.emptyZone().build()));

    Zone occluding =
        Example.emptyZone().records("other.deep.sub.vip.example.", 60, ADDRESS).build();
    AnswerTable.Builder occluded = AnswerTable.builder().zone(occluding).zone(Example.subzone());
    assertRefused("belongs to zone deep.sub.vip.example.", occluded::build);
  }

  @Test
  void aliasLoopsAreRefused() {
    Zone loop =
        Example.emptyZone()
            .records("a.vip.example.", 60, Example.cname("b.vip.example."))
            .records("b.vip.example.", 60, Example.cname("a.vip.example."))
            .build();
    assertRefused("loop", () -> Example.tableOf(loop));
  }
}
