package dev.mpp.node.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.tls.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code tls:} of the minimal file, whose site is {@code a}. */
final class ConfigTlsTest {
  private static final String TLS =
      "tls: {certificate: 'tls/{site}.crt', key: 'tls/{site}.key', authority: tls/authority.crt}";

  @TempDir private Path dir;

  private String with(String lines) throws Exception {
    return ConfigFixtures.edit(
        ConfigFixtures.resource("minimal.yml"),
        "deployment: demo\n",
        "deployment: demo\n" + lines + "\n");
  }

  private void files() throws Exception {
    Files.createDirectories(dir.resolve("tls"));
    for (String name : List.of("a.crt", "a.key", "authority.crt")) {
      Files.writeString(dir.resolve("tls").resolve(name), "any");
    }
  }

  private List<String> problems(String text) throws Exception {
    var refused =
        org.junit.jupiter.api.Assertions.assertThrows(
            ConfigException.class, () -> ConfigFixtures.load(dir, text));
    return refused.problems().stream().map(p -> p.what() + "; " + p.remedy()).toList();
  }

  @Test
  void theSitesNameIsPutIn() throws Exception {
    files();
    MppConfig config = ConfigFixtures.load(dir, with(TLS)).config();
    Path tls = dir.toAbsolutePath().resolve("tls");
    assertEquals(
        Optional.of(
            new TlsFiles(tls.resolve("a.crt"), tls.resolve("a.key"), tls.resolve("authority.crt"))),
        config.tls());
    assertEquals(
        ConfigFixtures.load(dir, ConfigFixtures.resource("minimal.yml")).config().configHash(),
        config.configHash(),
        "where a site keeps its files is its own affair");
  }

  @Test
  void withTlsAnyAddressWillDo() throws Exception {
    files();
    String far =
        ConfigFixtures.edit(
            with(TLS), "{name: b, address: 127.0.2.1}", "{name: b, address: 10.0.2.1}");
    assertTrue(ConfigFixtures.load(dir, far).config().tls().isPresent());
  }

  @Test
  void twoInstancesMayBeAnywhere() throws Exception {
    files();
    String far =
        "{name: b, instances: [{name: x, address: 127.0.2.1}, {name: y, address: 10.0.2.2}]}";
    String site = "{name: b, address: 127.0.2.1}";
    assertEquals(
        2,
        ConfigFixtures.load(dir, ConfigFixtures.edit(with(TLS), site, far))
            .config()
            .sites()
            .get(1)
            .instances()
            .size());
  }

  @Test
  void missingFilesAndKeysAreNamed() throws Exception {
    assertTrue(
        problems(with(TLS))
            .getFirst()
            .contains("tls.certificate names " + dir.toAbsolutePath().resolve("tls/a.crt")));
    files();
    assertEquals(
        List.of("\"tls.authority\" is missing; add it"),
        problems(with("tls: {certificate: tls/a.crt, key: tls/a.key}")));
  }

  @Test
  void itIsTlsOrPlaintextNotBoth() throws Exception {
    files();
    assertTrue(
        problems(with(TLS + "\ninsecure: true")).getFirst().contains("insecure is true although"));
  }
}
