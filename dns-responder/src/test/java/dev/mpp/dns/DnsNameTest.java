package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DnsNameTest {

  @ParameterizedTest
  @CsvSource({
    "example, example.",
    "www.Example., www.Example.",
    "., .",
    "a\\.b.example., a\\.b.example.",
    "a\\032b.example., a\\032b.example.",
    "\\065.example., A.example.",
    "_mysql._tcp.db.example, _mysql._tcp.db.example."
  })
  void readsAndWritesPresentationFormat(String text, String canonical) {
    assertEquals(canonical, DnsName.of(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "..", ".a", "a..b", "a\\", "a\\25", "a\\256", "a b", "bücher.example"})
  void refusesWhatIsNotAName(String text) {
    assertThrows(IllegalArgumentException.class, () -> DnsName.of(text));
  }

  @Test
  void keepsTheLimitsOfRfc1035() {
    String label = "x".repeat(63);
    assertEquals(65, DnsName.of(label).length());
    assertThrows(IllegalArgumentException.class, () -> DnsName.of(label + "x"));

    String longest = (label + ".").repeat(3) + "y".repeat(61);
    assertEquals(255, DnsName.of(longest).length());
    assertThrows(IllegalArgumentException.class, () -> DnsName.of(longest + "y"));
    assertThrows(IllegalArgumentException.class, () -> DnsName.of(longest).child("z"));
  }

  @Test
  void comparesWithoutCase() {
    assertEquals(DnsName.of("WWW.example"), DnsName.of("www.EXAMPLE."));
    assertEquals(DnsName.of("WWW.example").hashCode(), DnsName.of("www.EXAMPLE.").hashCode());
    assertNotEquals(DnsName.of("www.example"), DnsName.of("ww.example"));
  }

  @Test
  void ancestryGoesByLabelsNotBySuffix() {
    DnsName zone = DnsName.of("vip.example");
    assertTrue(DnsName.of("db.VIP.example").isAtOrBelow(zone));
    assertTrue(zone.isAtOrBelow(zone));
    assertTrue(zone.isAtOrBelow(DnsName.ROOT));
    assertFalse(DnsName.of("notvip.example").isAtOrBelow(zone));
    assertFalse(DnsName.of("example").isAtOrBelow(zone));
  }

  @Test
  void childAndParentAreInverse() {
    DnsName zone = DnsName.of("vip.example");
    assertEquals(DnsName.of("db.vip.example"), zone.child("db"));
    assertEquals(zone, zone.child("db").parent());
    assertEquals(null, DnsName.ROOT.parent());
  }
}
