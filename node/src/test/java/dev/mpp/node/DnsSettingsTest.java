package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.dns.DnsResponderConfig;
import dev.mpp.dns.StalePolicy;
import dev.mpp.node.config.ConfigException;
import dev.mpp.node.config.ConfigFile;
import dev.mpp.node.config.MppConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code dns:} from the file to the responder. */
final class DnsSettingsTest {
  @TempDir private Path dir;

  private MppConfig config(String more, String records) throws Exception {
    Files.writeString(dir.resolve("extra.zone"), records);
    Path file =
        Files.writeString(
            dir.resolve("mpp.yml"),
            """
            deployment: demo
            site: a
            mode: solo
            sites: [{name: a, address: 127.0.0.1}]
            services:
              - name: mysql.example.org
                mysql: {user: mpp, password-env: PATH}
                sites: [{site: a, addresses: [192.0.2.1], pool: "name:x;primary:127.0.0.1:13306"}]
            dns:
              zone: example.org
              name-servers: [{name: ns1.example.org, address: 127.0.0.1}]
              records: extra.zone
            """
                + more.indent(2));
    return ConfigFile.load(file, Optional.empty()).config();
  }

  @Test
  void defaultsListenAtTheProcessAndLimit() throws Exception {
    MppConfig config = config("", "");
    DnsResponderConfig responder = DnsSettings.responder(config);
    assertEquals(List.of(new InetSocketAddress("127.0.0.1", 53)), responder.listen());
    assertEquals(1000, responder.limit().orElseThrow().answersPerSecond());
    assertTrue(responder.cookies().isPresent());
    assertTrue(responder.identity().id().isEmpty());
    assertEquals(StalePolicy.SERVFAIL, DnsSettings.tables(config).stale());
    assertEquals("hostmaster.example.org", DnsSettings.tables(config).contact());
  }

  @Test
  void whatTheFileSaysIsDone() throws Exception {
    MppConfig config =
        config(
            """
            stale: last-known
            contact: dba.example.org
            read-only: {label: read, max-lag: 3s, near: [{site: a, networks: [10.0.0.0/8]}]}
            listen: [{site: a, addresses: [127.0.0.1, "::1"]}]
            rate-limit: 0
            identify: true
            state-readers: [10.0.0.0/8]
            """,
            "www 60 A 192.0.2.80\n");
    DnsResponderConfig responder = DnsSettings.responder(config);
    assertEquals(
        List.of("/127.0.0.1:53", "/[0:0:0:0:0:0:0:1]:53"),
        responder.listen().stream().map(InetSocketAddress::toString).toList());
    assertTrue(responder.limit().isEmpty());
    assertEquals(Optional.of("a"), responder.identity().id());
    var tables = DnsSettings.tables(config);
    assertEquals(StalePolicy.LAST_KNOWN, tables.stale());
    assertEquals("read", tables.readOnlyLabel());
    assertEquals(3, tables.maxLagSeconds());
    assertEquals(List.of("10.0.0.0/8"), tables.near().get(config.site()));
    assertEquals(List.of("10.0.0.0/8"), tables.stateReaders());
    assertTrue(DnsSettings.verified(config, () -> 0) != null);
  }

  @Test
  void theRecordsAreAPartOfTheHash() throws Exception {
    String one = config("", "www 60 A 192.0.2.80\n").configHash();
    assertEquals(one, config("", "www 60 A 192.0.2.80\n").configHash());
    assertTrue(!one.equals(config("", "www 60 A 192.0.2.81\n").configHash()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ro.mysql 60 A 192.0.2.9 | are the node's",
        "mysql 60 AAAA 2001:db8::9 | are the node's",
        "a.mysql 60 CNAME www | are the node's",
        "ns1 60 A 192.0.2.9 | two TTLs",
        "mysql 60 NS ns.elsewhere.test. | delegate"
      })
  void recordsThatContradictTheServicesStopTheStart(String record, String why) throws Exception {
    MppConfig config = config("", record + "\n");
    String message =
        String.valueOf(
            assertThrows(IOException.class, () -> DnsSettings.verified(config, () -> 0))
                .getMessage());
    assertTrue(message.contains(why), message);
  }

  @Test
  void theZoneIsSignedWithTheKeysOfTheDirectory() throws Exception {
    String signed = "dnssec: {keys: keys, validity: 10d}\n";
    MppConfig.Dnssec dnssec = config(signed, "").dns().orElseThrow().dnssec().orElseThrow();
    assertEquals(dir.resolve("keys"), dnssec.keys());
    assertEquals(java.time.Duration.ofDays(10), dnssec.validity());
    String missing =
        String.valueOf(
            assertThrows(IOException.class, () -> DnsSettings.verified(config(signed, ""), () -> 0))
                .getMessage());
    assertTrue(missing.contains("dns.dnssec") && missing.contains("no such directory"), missing);
    assertEquals(
        0,
        Main.commandLine(dev.mpp.cli.Terminal.system())
            .execute("dns", "keygen", "example.org", "--dir", dir.resolve("keys").toString()));
    assertTrue(DnsSettings.verified(config(signed, ""), () -> 0) != null);
    String lasting =
        String.valueOf(
            assertThrows(
                    IOException.class,
                    () -> DnsSettings.verified(config(signed, "www 90000 A 192.0.2.1\n"), () -> 0))
                .getMessage());
    assertTrue(lasting.contains("shorten it"), lasting);
  }

  @Test
  void aSecondaryCannotSignTheAnswersOfTheMoment() {
    String both = "dnssec: {keys: keys}\n  secondaries: {servers: [{networks: [192.0.2.53]}]}\n";
    String message =
        String.valueOf(
            assertThrows(dev.mpp.node.config.ConfigException.class, () -> config(both, ""))
                .getMessage());
    assertTrue(message.contains("dns.secondaries stands beside dnssec"), message);
  }

  @ParameterizedTest
  @CsvSource({"12h, outside 1d to 30d", "31d, outside 1d to 30d", "soon, not a duration"})
  void validityHasARange(String validity, String told) {
    String message =
        String.valueOf(
            assertThrows(
                    dev.mpp.node.config.ConfigException.class,
                    () -> config("dnssec: {keys: keys, validity: " + validity + "}\n", ""))
                .getMessage());
    assertTrue(message.contains(told), message);
  }

  @ParameterizedTest
  @CsvSource({
    "text:/var/log/q, 1, TEXT",
    "dnstap:/var/log/q, 100, DNSTAP",
    "dnstap-socket:/run/q, 1000000, DNSTAP_SOCKET"
  })
  void theQueryLogIsRead(String to, int oneIn, MppConfig.QueryLogging.Format format)
      throws Exception {
    MppConfig config = config("query-log: {to: \"" + to + "\", one-in: " + oneIn + "}\n", "");
    MppConfig.QueryLogging log = config.dns().orElseThrow().queryLog().orElseThrow();
    assertEquals(new MppConfig.QueryLogging(format, to.substring(to.indexOf(':') + 1), oneIn), log);
  }

  @ParameterizedTest
  @CsvSource({
    "'{to: \"text:q\"}', path from the root",
    "'{to: \"file:/q\"}', dnstap-socket:PATH",
    "'{to: \"text:/q\", one-in: 0}', range",
    "'{to: \"text:/q\", on-in: 5}', one-in",
    "'{one-in: 5}', to"
  })
  void aQueryLogThatIsNoneIsRefused(String text, String expected) {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> config("query-log: " + text + "\n", ""));
    assertTrue(refused.toString().contains(expected), refused::toString);
  }
}
