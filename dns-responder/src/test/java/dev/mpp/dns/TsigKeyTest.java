package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys as operators have them. */
class TsigKeyTest {
  private static final String SECRET = "//8AAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0=";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "key \"xfr.example\" {\n\talgorithm hmac-sha256;\n\tsecret \"" + SECRET + "\";\n};\n",
        "# by tsig-keygen\nkey xfr.example. { secret \""
            + SECRET
            + "\"; algorithm HMAC-SHA256.; };",
        "/* two\nlines */ key xfr.example { // here\n algorithm hmac-sha256; secret \""
            + SECRET
            + "\"; }",
        "key:\n  - id: xfr.example\n    algorithm: hmac-sha256\n    secret: " + SECRET + "\n",
        "key:\n    name: \"xfr.example\"\n    algorithm: hmac-sha256\n    secret: \""
            + SECRET
            + "\"",
        "xfr.example hmac-sha256 " + SECRET + "\n",
        "hmac-sha256:XFR.example.:" + SECRET,
      })
  void everyFormOfOtherServersIsRead(String text) {
    TsigKey key = TsigKey.parse(text);
    assertEquals(DnsName.of("xfr.example."), key.name());
    assertEquals(TsigAlgorithm.HMAC_SHA256, key.algorithm());
    assertEquals(32, key.secret().length);
    assertEquals((byte) 0xff, key.secret()[0]);
    assertEquals(TsigKey.parse("xfr.example hmac-sha256 " + SECRET), key);
    assertNotEquals(TsigKey.parse("xfr.example hmac-sha512 " + SECRET), key);
    assertEquals("key " + key.name() + " (hmac-sha256)", key.toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        SECRET,
        "xfr.example " + SECRET,
        SECRET + " xfr.example hmac-sha256",
        "hmac-sha256 " + SECRET + " xfr.example",
        SECRET + "..x hmac-sha256 " + SECRET,
        "xfr.example hmac-md5 " + SECRET,
        "xfr.example hmac-sha256 !" + SECRET,
        "xfr.example hmac-sha256 AAECAwQFBgc=",
        "key a { algorithm hmac-sha256; };",
        "key a { secret \"" + SECRET + "\"; };",
        "key a { algorithm hmac-sha256; secret \"" + SECRET + "\"; secret \"" + SECRET + "\"; };",
        "key a { algorithm hmac-sha256; secret \"" + SECRET + "\"; }; key b { };",
        "zone a { };",
        "id: a\nsecret: " + SECRET,
      })
  void whatIsNoKeyIsRefusedAndNotQuoted(String text) {
    Exception e = assertThrows(IllegalArgumentException.class, () -> TsigKey.parse(text));
    for (Throwable t = e; t != null; t = t.getCause()) {
      String said = String.valueOf(t.getMessage());
      assertFalse(said.contains(SECRET.substring(2, 20)), said);
    }
  }

  @Test
  void twoKeysOfOneNameAreRefused() {
    TsigKey one = TsigKey.parse("k hmac-sha256 " + SECRET);
    TsigKey other = TsigKey.parse("K hmac-sha512 " + SECRET);
    var e =
        assertThrows(
            IllegalArgumentException.class,
            () -> new TransferZones(java.util.List.of(), java.util.List.of(one, other), 1));
    assertTrue(String.valueOf(e.getMessage()).contains("K."), e.getMessage());
  }
}
