package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class LookupNameTest {
  private final LookupName name = new LookupName();

  private static byte[] wire(String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DnsName n = DnsName.of(text);
    n.writeTo(out, n.length());
    return out.toByteArray();
  }

  @Test
  void everySuffixHashesLikeTheNameItIs() {
    byte[] wire = wire("Db.ViP.eXample.");
    assertEquals(wire.length, name.read(wire, 0, wire.length));
    String[] suffixes = {"db.vip.example.", "vip.example.", "example.", "."};
    assertEquals(suffixes.length, name.suffixes());
    for (int i = 0; i < suffixes.length; i++) {
      DnsName expected = DnsName.of(suffixes[i]);
      assertEquals(expected.hashCode(), name.hash(i), suffixes[i]);
      assertTrue(name.matches(expected, i), suffixes[i]);
    }
  }

  @Test
  void readsTheLongestNameAndNoLonger() {
    byte[] most = wire("a.".repeat(127));
    assertEquals(255, name.read(most, 0, most.length));
    assertEquals(128, name.suffixes());

    byte[] longer = new byte[257];
    for (int i = 0; i < 256; i += 2) {
      longer[i] = 1;
      longer[i + 1] = 'a';
    }
    assertEquals(LookupName.MALFORMED, name.read(longer, 0, longer.length));
  }

  @Test
  void refusesPointersReservedLabelsAndCutNames() {
    assertEquals(LookupName.MALFORMED, name.read(new byte[] {(byte) 0xc0, 0}, 0, 2));
    assertEquals(LookupName.MALFORMED, name.read(new byte[] {1, 'a', (byte) 0xc0, 0}, 0, 4));
    assertEquals(LookupName.MALFORMED, name.read(new byte[] {0x40, 0}, 0, 2));
    assertEquals(LookupName.MALFORMED, name.read(new byte[] {(byte) 0x80, 0}, 0, 2));
    assertEquals(LookupName.MALFORMED, name.read(new byte[0], 0, 0));
    byte[] whole = wire("db.example.");
    for (int cut = 0; cut < whole.length; cut++) {
      assertEquals(LookupName.MALFORMED, name.read(whole, 0, cut), "cut at " + cut);
    }
  }
}
