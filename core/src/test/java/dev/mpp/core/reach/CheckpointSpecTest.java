package dev.mpp.core.reach;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointSpecTest {
  private static final Map<String, Profile> PROFILES =
      Map.of(
          "health",
          Profile.DEFAULT
              .withPort(8080)
              .withTimes(Duration.ofSeconds(1), Duration.ofSeconds(2))
              .withHttp(new Profile.Http("/health", StatusRange.parse("200"))),
          "slow",
          Profile.DEFAULT.withTimes(Duration.ofSeconds(9), Duration.ofSeconds(10)));

  @ParameterizedTest
  @CsvSource({
    "internal:simple:10.0.0.1:default, 7",
    "internal:simple:10.0.0.1:22, 22",
    "edge:http:gw.example.com:default, 80",
    "edge:https:[2001:db8::1]:default, 443",
    "edge:https:[2001:db8::1]:8443, 8443",
    "external:mysql:10.0.0.1:default, 3306",
    "external:dns:9.9.9.9:default, 53",
    "external:icmp:9.9.9.9:default, 0",
    "external:grpc:10.0.0.1:50051, 50051",
    "external:http:10.0.0.1:health, 8080",
    "external:http:10.0.0.1:slow, 80",
    "external:icmp:10.0.0.1:slow, 0"
  })
  void parsesAndPrintsBack(String text, int port) {
    CheckpointSpec spec = CheckpointSpec.parse(text, PROFILES);
    assertEquals(port, spec.port());
    assertEquals(text, spec.toString());
  }

  @Test
  void aPortOrDefaultHasTheDefaultTimeout() {
    assertEquals(
        Duration.ofSeconds(4),
        CheckpointSpec.parse("edge:simple:10.0.0.1:22", PROFILES).profile().timeout());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          edge:simple                        | checkpoint "edge:simple" is not class:method:target:profile
          edge:simple:10.0.0.1               | checkpoint "edge:simple:10.0.0.1" is not class:method:target:profile
          edge:simple:[2001:db8::1]          | checkpoint "edge:simple:[2001:db8::1]" is not class:method:target:profile
          far:simple:10.0.0.1:22             | "far" is not a checkpoint class (internal, edge, external)
          Edge:simple:10.0.0.1:22            | "Edge" is not a checkpoint class (internal, edge, external)
          edge:ping:10.0.0.1:22              | "ping" is not a checkpoint method (simple, http, https, mysql, dns, icmp, grpc)
          edge:simple::22                    | "" is not a host name or an IP literal
          edge:simple:10.0.0.1:              | "" is not a profile of simple: a port, default or one of [health, slow]
          edge:simple:10.0.0.1:fast          | "fast" is not a profile of simple: a port, default or one of [health, slow]
          edge:simple:10.0.0.1:0             | port 0 is outside 1-65535
          edge:simple:10.0.0.1:65536         | port 65536 is outside 1-65535
          edge:simple:10.0.0.1:99999999999   | port 99999999999 is outside 1-65535
          edge:simple:2001:db8::1:22         | checkpoint "edge:simple:2001:db8::1:22" has too many parts; write an IPv6 target as [2001:db8::1]
          edge:simple:[2001:db8::zz]:22      | "[2001:db8::zz]" is a malformed IPv6 literal; write it as [2001:db8::1]
          edge:simple:10.0.0.300:22          | "10.0.0.300" is a malformed IPv4 literal
          edge:icmp:10.0.0.1:22              | profile "22" names a port, and icmp has none
          edge:grpc:10.0.0.1:default         | grpc has no default port; name one in the profile
          """)
  void everyRejectionHasItsOwnMessage(String text, String message) {
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> CheckpointSpec.parse(text, PROFILES))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource({"200, 200", "200-399, 200-399", "2xx, 200-299"})
  void statusRanges(String text, String printed) {
    assertEquals(printed, StatusRange.parse(text).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2x", "6xx", "099", "600", "399-200", "200-", "ok"})
  void wrongStatusRanges(String text) {
    assertThrows(IllegalArgumentException.class, () -> StatusRange.parse(text));
  }

  /** Whatever can be written prints back unchanged and reads back equal. */
  @Test
  void everyFormRoundTrips() {
    int count = 0;
    for (String kind : List.of("internal", "edge", "external")) {
      for (CheckpointMethod method : CheckpointMethod.values()) {
        for (String target :
            List.of("10.0.0.1", "[2001:db8::1]", "[::1]", "gw.example.com", "GW-1", "a.b.")) {
          for (String profile : List.of("default", "1", "65535", "health", "slow")) {
            boolean port = !profile.equals("default") && !profile.equals("slow");
            if ((method.hasPorts() || !port) && (method != CheckpointMethod.GRPC || port)) {
              String text = kind + ":" + method + ":" + target + ":" + profile;
              CheckpointSpec spec = CheckpointSpec.parse(text, PROFILES);
              assertEquals(text, spec.toString());
              assertEquals(spec, CheckpointSpec.parse(spec.toString(), PROFILES));
              count++;
            }
          }
        }
      }
    }
    assertEquals(3 * 6 * (5 * 5 + 2 + 3), count);
  }

  @Test
  void aProfileIsValidated() {
    Profile profile = Profile.DEFAULT;
    List.<org.junit.jupiter.api.function.Executable>of(
            () -> profile.withPort(0),
            () -> profile.withTimes(Duration.ofMillis(49), Duration.ofSeconds(1)),
            () -> profile.withTimes(Duration.ofSeconds(61), Duration.ofSeconds(1)),
            () -> profile.withTimes(Duration.ofSeconds(1), Duration.ofMillis(99)),
            () -> new Profile.Http("x", StatusRange.parse("200")),
            () -> new Profile.Http("/ x", StatusRange.parse("200")),
            () -> new Profile.MySql(Optional.of(" "), "SELECT 1", false),
            () -> new Profile.MySql(Optional.empty(), " ", false),
            () -> new Profile.Dns("a..b", "A", Optional.empty()),
            () -> new Profile.Dns("a b", "A", Optional.empty()),
            () -> new Profile.Dns(".", "a", Optional.empty()),
            () -> new Profile.Dns(".", "SOA", Optional.of("")))
        .forEach(wrong -> assertThrows(IllegalArgumentException.class, wrong));
  }
}
