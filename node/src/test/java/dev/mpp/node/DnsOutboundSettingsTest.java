package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.config.ConfigException;
import dev.mpp.node.config.ConfigFile;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.config.Problem;
import dev.mpp.node.publish.DnsTables;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code dns.secondaries} and {@code dns.push} from the file to what is told to whom. */
final class DnsOutboundSettingsTest {
  private static final String SECRET = "c2VjcmV0IG9mIGEgdGVzdCwgMzIgb2N0ZXRzIGxvbmc=";

  @TempDir private Path dir;

  @BeforeEach
  void keys() throws IOException {
    key("xfr.key", "key xfr { algorithm hmac-sha256; secret \"" + SECRET + "\"; };\n");
    key("other.key", "xfr hmac-sha512 " + SECRET + "\n");
    key("broken.key", "xfr hmac-sha256 !" + SECRET + "\n");
  }

  private void key(String name, String text) throws IOException {
    Files.setPosixFilePermissions(
        Files.writeString(dir.resolve(name), text), PosixFilePermissions.fromString("rw-------"));
  }

  private MppConfig config(String more) throws Exception {
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
            """
                + more.indent(2));
    return ConfigFile.load(file, Optional.empty()).config();
  }

  @Test
  void whatTheFileSaysIsDone() throws Exception {
    MppConfig config =
        config(
            """
            ttl: 2s
            secondaries:
              expire: 60s
              serial-offset: 3
              servers:
                - {networks: [192.0.2.10], notify: [192.0.2.10, "[2001:db8::10]:5353"], key-file: xfr.key}
                - {networks: [198.51.100.0/24]}
            push:
              - {server: "192.0.2.20:5300", zone: org, service: mysql.example.org, key-file: xfr.key}
              - server: "2001:db8::20"
                zone: provider.test
                service: mysql.example.org
                name: db.provider.test
                ttl: 9s
                withdraw: true
                key-command: [/bin/cat, xfr.key]
            """);
    MppConfig.Dns dns = config.dns().orElseThrow();
    assertEquals(
        List.of("192.0.2.10:53", "[2001:db8::10]:5353"),
        dns.secondaries().orElseThrow().servers().getFirst().notified());
    MppConfig.Push first = dns.push().getFirst();
    assertEquals("192.0.2.20:5300", first.server());
    assertEquals("mysql.example.org", first.name());
    assertEquals(Duration.ofSeconds(2), first.ttl());
    MppConfig.Push second = dns.push().get(1);
    assertEquals("[2001:db8::20]:53", second.server());
    assertEquals("db.provider.test", second.name());
    assertTrue(second.withdraw());
    assertEquals(
        DnsOutboundSettings.key(first.key()), DnsOutboundSettings.key(second.key()), "one file");

    DnsTables tables = DnsSettings.verified(config, () -> 0);
    assertEquals(
        Optional.of(new DnsTables.Secondaries(60, 3)), DnsSettings.tables(config).secondaries());
    var zones = DnsOutboundSettings.transfers(dns);
    assertTrue(zones.isPresent());
    try (var outbound =
        DnsOutboundSettings.outbound(dns, tables, zones, () -> null, () -> 0, j -> {})
            .orElseThrow()) {
      assertEquals(
          List.of(
              "DNS secondary 192.0.2.10:53: nothing to tell yet",
              "DNS secondary [2001:db8:0:0:0:0:0:10]:5353: nothing to tell yet",
              "DNS push of mysql.example.org to 192.0.2.20:5300: not this site's to say at present",
              "DNS push of mysql.example.org to [2001:db8:0:0:0:0:0:20]:53: not this site's to say"
                  + " at present"),
          outbound.lines());
      assertEquals(List.of(), outbound.alarms());
      assertEquals(2, outbound.counters().size());
    }
  }

  @Test
  void withoutBothNothingIsTold() throws Exception {
    MppConfig.Dns dns = config("").dns().orElseThrow();
    assertEquals(Optional.empty(), DnsOutboundSettings.transfers(dns));
    assertEquals(
        Optional.empty(),
        DnsOutboundSettings.outbound(
            dns,
            DnsSettings.verified(config(""), () -> 0),
            Optional.empty(),
            () -> null,
            () -> 0,
            j -> {}));
  }

  @ParameterizedTest(name = "{1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          secondaries: {servers: []}|secondaries.servers lists no secondary
          secondaries: {expire: 1s, servers: [{networks: [192.0.2.1]}]}|outside 5s to
          secondaries: {servers: [{notify: [192.0.2.1]}]}|has neither networks nor a key
          secondaries: {servers: [{networks: [192.0.2.1], notifi: [192.0.2.1]}]}|did you mean "notify"?
          secondaries: {servers: [{networks: [192.0.2.1], notify: ["ns.example.org:53"]}]}|is not an address with a port
          secondaries: {servers: [{key-file: nowhere.key}]}|which is not a file
          secondaries: {servers: [{key-file: broken.key}]}|is not base64
          secondaries: {servers: [{key: "xfr hmac-sha256 abcd"}]}|holds a key in the configuration itself
          secondaries: {servers: [{key-file: xfr.key, key-env: PATH}]}|two keys
          push: [{zone: org, service: mysql.example.org, key-file: xfr.key}]|"dns.push[0].server" is missing
          push: [{server: 192.0.2.1, zone: com, service: mysql.example.org, key-file: xfr.key}]|does not contain mysql.example.org
          push: [{server: 192.0.2.1, zone: org, service: mysqk.example.org, key-file: xfr.key}]|did you mean "mysql.example.org"?
          push: [{server: 192.0.2.1, zone: org, service: mysql.example.org}]|dns.push[0] has no key
          push: [{server: 192.0.2.1, zone: org, service: mysql.example.org, key-file: xfr.key, ttl: 500ms}]|whole seconds
          push: [{server: "192.0.2.1:0", zone: org, service: mysql.example.org, key-file: xfr.key}]|is not an address with a port
          """)
  void whatIsWrongIsToldAtItsPlace(String line, String told) {
    ConfigException e = assertThrows(ConfigException.class, () -> config(line));
    String all =
        e.problems().stream()
            .map(p -> p.what() + "; " + p.remedy())
            .collect(Collectors.joining("\n"));
    assertTrue(all.contains(told), all);
    assertFalse(all.contains(SECRET), all);
    assertTrue(e.problems().stream().map(Problem::line).allMatch(n -> n == 12), "at its line");
  }

  @Test
  void twoKeysOfOneNameStopTheStart() throws Exception {
    MppConfig.Dns dns =
        config("secondaries: {servers: [{key-file: xfr.key}, {key-file: other.key}]}")
            .dns()
            .orElseThrow();
    IOException e = assertThrows(IOException.class, () -> DnsOutboundSettings.transfers(dns));
    assertTrue(String.valueOf(e.getMessage()).contains("two different keys are called xfr."));
  }

  /** The name of a key's place is a part of the configuration's hash, its value is not. */
  @Test
  void aKeyMayDifferBetweenSites() throws Exception {
    String line = "secondaries: {servers: [{key-file: xfr.key}]}";
    String hash = config(line).configHash();
    key("xfr.key", "xfr hmac-sha512 " + SECRET);
    assertEquals(hash, config(line).configHash());
    assertFalse(hash.equals(config(line.replace("xfr", "other")).configHash()));
  }
}
