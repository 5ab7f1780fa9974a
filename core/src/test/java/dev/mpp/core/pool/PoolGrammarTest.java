package dev.mpp.core.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolGrammarTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name:p;primary:10.0.0.1",
        "name:p;primary:10.0.0.1;secondary:10.0.0.2;secondary:10.0.0.3:3307",
        "name:eu-west.1;primary:[2001:db8::1];secondary:[2001:db8::2]:3307",
        "name:p;primary:db1.example.com;secondary:db2:1"
      })
  void printsAsWritten(String text) {
    PoolGrammar.Parsed parsed = PoolGrammar.parse(text);
    assertEquals(text, PoolGrammar.print(parsed.name(), parsed.nodes()));
    assertEquals(parsed, PoolGrammar.parse(PoolGrammar.print(parsed.name(), parsed.nodes())));
  }

  @Test
  void theCanonicalFormHasNoSpacesNoDefaultPortAndThePrimaryFirst() {
    PoolGrammar.Parsed parsed =
        PoolGrammar.parse(" name: p ; secondary:10.0.0.2:3306; primary:[2001:db8::1]:3306; ");
    assertEquals(NodeType.PRIMARY, parsed.nodes().getFirst().type());
    assertEquals(
        "name:p;primary:[2001:db8::1];secondary:10.0.0.2",
        PoolGrammar.print(parsed.name(), parsed.nodes()));
  }

  @Test
  void aHostNameIsAcceptedWithAWarning() {
    assertTrue(PoolGrammar.parse("name:p;primary:10.0.0.1").warnings().isEmpty());
    assertEquals(
        "[db1.example.com is a host name: a DNS failure would look like a failure of the node;"
            + " an IP address is safer]",
        PoolGrammar.parse("name:p;primary:db1.example.com;secondary:10.0.0.2")
            .warnings()
            .toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          primary:10.0.0.1                            | the pool has no name (name:N;primary:H;…)
          name:;primary:10.0.0.1                      | the pool has no name (name:N;primary:H;…)
          name:a;name:b;primary:10.0.0.1              | the pool has two names, a and b
          name:a b;primary:10.0.0.1                   | pool name "a b" may contain letters, digits, '.', '_' and '-' only
          name:p                                      | pool p has no primary
          name:p;secondary:10.0.0.1                   | pool p has no primary
          name:p;primary:10.0.0.1;primary:10.0.0.2    | pool p has two primaries
          name:p;primary:10.0.0.1;secondary:10.0.0.1:3306 | pool p lists 10.0.0.1:3306 twice
          name:p;primary:10.0.0.1;tertiary:10.0.0.2   | unknown key "tertiary" (name, primary, secondary)
          name:p;primary:                             | a PRIMARY has no host (H or H:P)
          name:p;primary:2001:db8::1                  | "2001:db8::1" is a malformed IPv6 literal; write it as [2001:db8::1]:3306
          name:p;primary:[2001:db8::1                 | "[2001:db8::1" is a malformed IPv6 literal; write it as [2001:db8::1]:3306
          name:p;primary:[2001:db8::zz]:3306          | "[2001:db8::zz]" is a malformed IPv6 literal; write it as [2001:db8::1]
          name:p;primary:[10.0.0.1]                   | "[10.0.0.1]" is a malformed IPv6 literal; write it as [2001:db8::1]
          name:p;primary:[fe80::1%eth0]               | "[fe80::1%eth0]" is a malformed IPv6 literal; write it as [2001:db8::1]
          name:p;primary:10.0.0.256                   | "10.0.0.256" is a malformed IPv4 literal
          name:p;primary:10.0.0.1:0                   | port 0 is outside 1-65535
          name:p;primary:10.0.0.1:65536               | port 65536 is outside 1-65535
          name:p;primary:10.0.0.1:mysql               | "mysql" in "10.0.0.1:mysql" is not a port (1-65535)
          name:p;primary:-db                          | "-db" is not a host name or an IP literal
          """)
  void everyRejectionHasItsOwnMessage(String text, String message) {
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> PoolGrammar.parse(text)).getMessage());
  }
}
