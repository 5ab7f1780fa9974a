package dev.mpp.node.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.Status;
import dev.mpp.node.config.MppConfig.Ports;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  @TempDir Path dir;

  private MppConfig good() throws Exception {
    ConfigFixtures.secret(dir, "s3cret", "rw-------");
    ConfigFile.Loaded loaded = ConfigFixtures.load(dir, ConfigFixtures.resource("good.yml"));
    assertEquals(List.of(), loaded.warnings());
    return loaded.config();
  }

  @Test
  void aSiteMayHaveTwoInstances() throws Exception {
    String text =
        ConfigFixtures.resource("minimal.yml")
            .replace(
                "{name: a, address: 127.0.1.1}",
                "{name: a, instances: [{name: x, address: 127.0.1.1}, {name: y, address:"
                    + " 127.0.1.2}]}");
    var file = ConfigFixtures.write(dir, text);
    MppConfig y =
        ConfigFile.load(file, Optional.empty(), Optional.of("y"), spec -> Optional.empty())
            .config();
    assertEquals("127.0.1.2", y.self().address());
    assertEquals("127.0.1.1", y.site(y.site()).address());
    assertEquals(Optional.of(new MppConfig.Instance("x", "127.0.1.1")), y.twin());
    assertEquals(dir.resolve("data/a-y"), y.dataDir());
    assertFalse(y.votes());
    MppConfig x =
        ConfigFile.load(file, Optional.empty(), Optional.of("x"), spec -> Optional.empty())
            .config();
    assertTrue(x.votes());
    assertEquals(x.configHash(), y.configHash());
    MppConfig b = ConfigFile.load(file, Optional.of("b")).config();
    assertEquals(Optional.empty(), b.twin());
    assertTrue(b.votes());
  }

  @Test
  void everyKeyIsRead() throws Exception {
    MppConfig config = good();
    assertEquals("demo", config.deployment());
    assertEquals(new SiteId("site1"), config.self().id());
    assertEquals(200, config.self().priority());
    assertEquals(dir.resolve("data/site1"), config.dataDir());
    assertEquals(new Ports(7400, 7401, 7402, 7480, 5353, 7403), config.self().ports());
    assertEquals(new Ports(7400, 7401, 7402, 7999, 5353, 7403), config.peers().getFirst().ports());
    assertTrue(config.site(new SiteId("witness")).witness());
    assertEquals(LeaseProfile.DEFAULT.lease(), config.lease());

    MppConfig.Service service = config.services().getFirst();
    assertEquals("mysql.eraser.test", service.name().name());
    assertEquals(MppConfig.Rpo.AVAILABILITY, service.rpo());
    assertEquals(Duration.ofMillis(250), service.poll().retryInterval());
    assertEquals(Status.FAIL, service.failAt());
    assertEquals(Reach.GLOBAL, service.requireReach());
    assertEquals("s3cret", service.mysql().password().reveal());
    assertEquals(
        List.of(NodeAddress.parse("127.0.1.1:13306"), NodeAddress.parse("127.0.1.2:3306")),
        service.at(new SiteId("site1")).orElseThrow().pool().nodes().stream()
            .map(n -> n.address())
            .toList());
    assertEquals(
        new NodeAddress("2001:db8::3", 3307),
        service.at(new SiteId("site2")).orElseThrow().pool().nodes().getLast().address());
    assertEquals(Optional.empty(), service.at(new SiteId("witness")));

    assertEquals(4, config.checkpointsOf(config.site()).orElseThrow().probes().size());
    MppConfig.Profile web = config.profiles().get("web");
    assertEquals(Optional.of("/ok"), web == null ? Optional.empty() : web.path());
    MppConfig.Dns dns = config.dns().orElseThrow();
    assertEquals("ns2.eraser.test", dns.nameServers().getLast().name());
    assertEquals(MppConfig.Stale.SERVFAIL, dns.stale());
  }

  @Test
  void aBoundOfWhatMayBeLostAndHooksAreRead() throws Exception {
    String text =
        ConfigFixtures.resource("minimal.yml")
            .replace(
                "mysql: {user",
                """
                rpo: {bounded: {seconds: 7, transactions: 1000}}
                    fence: {hooks: [{command: [/bin/echo, off], when: always, deadline: 3s},
                      {command: [/bin/true], unreachable-is-fenced: true}]}
                    mysql: {user\
                """
                    .stripIndent());
    var loaded = ConfigFixtures.load(dir, text);
    MppConfig.Service service = loaded.config().services().getFirst();
    assertEquals(MppConfig.Rpo.BOUNDED, service.rpo());
    assertEquals("{seconds: 7, transactions: 1000}", service.bound().orElseThrow().toString());
    assertEquals(
        List.of(
            new MppConfig.Hook(
                List.of("/bin/echo", "off"),
                Duration.ofSeconds(3),
                MppConfig.HookWhen.ALWAYS,
                false),
            new MppConfig.Hook(
                List.of("/bin/true"), Duration.ofSeconds(10), MppConfig.HookWhen.FAILED, true)),
        service.fence().hooks());
    assertEquals(new dev.mpp.core.plan.HookPolicy(true, true), service.fence().policy());
    assertEquals(1, loaded.warnings().size(), loaded.warnings().toString());
    assertTrue(
        loaded
            .warnings()
            .getFirst()
            .toString()
            .contains("less than lease.duration + poll.interval + 1s = 8s"),
        loaded.warnings().toString());
  }

  @Test
  void theMinimalFileGetsTheDefaults() throws Exception {
    var loaded = ConfigFixtures.load(dir, ConfigFixtures.resource("minimal.yml"));
    MppConfig config = loaded.config();
    assertEquals(List.of(), loaded.warnings());
    assertEquals(dir.resolve("data/a"), config.dataDir());
    assertEquals(Ports.DEFAULT, config.self().ports());
    assertEquals(LeaseProfile.DEFAULT.election(), config.election());
    assertEquals(LeaseProfile.DEFAULT.deadMan(), config.deadMan());
    MppConfig.Service service = config.services().getFirst();
    assertEquals(Duration.ofMillis(250), service.poll().retryInterval());
    assertEquals(Duration.ofMillis(700), service.poll().timeout());
    assertEquals(MppConfig.Recovery.PROVEN, service.recovery());
    assertEquals("mpp", service.mysql().schema());
    assertTrue(service.semiSync());
    assertEquals(Optional.empty(), config.dns());
    assertEquals(System.getenv("PATH"), service.mysql().password().reveal());
  }

  @Test
  void everyProfileSatisfiesItsOwnRules() throws Exception {
    for (String profile : List.of("default", "fast", "wan")) {
      MppConfig config =
          ConfigFixtures.load(
                  dir, ConfigFixtures.resource("minimal.yml") + "lease: {profile: " + profile + "}")
              .config();
      assertEquals(profile, config.lease().profile().name().toLowerCase(Locale.ROOT));
    }
  }

  @Test
  void theCommandLineOverridesTheSite() throws Exception {
    Path file = ConfigFixtures.write(dir, ConfigFixtures.resource("minimal.yml"));
    MppConfig b = ConfigFile.load(file, Optional.of("b")).config();
    assertEquals(new SiteId("b"), b.site());
    assertEquals(dir.resolve("data/b"), b.dataDir());
    assertEquals(ConfigFile.load(file, Optional.empty()).config().configHash(), b.configHash());

    ConfigException refused =
        assertThrows(ConfigException.class, () -> ConfigFile.load(file, Optional.of("c")));
    assertTrue(refused.getMessage().contains("command line"), refused.getMessage());
  }

  @Test
  void theHashFollowsTheMeaningAndNotTheText() throws Exception {
    String minimal = ConfigFixtures.resource("minimal.yml");
    String hash = ConfigFixtures.load(dir, minimal).config().configHash();
    String sameMeaning = "# comment\ndata-dir: elsewhere\nlease: {duration: 6000ms}\n" + minimal;
    assertEquals(hash, ConfigFixtures.load(dir, sameMeaning).config().configHash());
    String otherMeaning = "lease: {duration: 7s}\n" + minimal;
    assertNotEquals(hash, ConfigFixtures.load(dir, otherMeaning).config().configHash());
    assertEquals("e3b0c44298fc1c14".length(), hash.length());
  }

  @Test
  void aHorribleFileIsReportedWhole() throws Exception {
    Path file = ConfigFixtures.write(dir, ConfigFixtures.resource("horrible.yml"));
    ConfigException refused =
        assertThrows(ConfigException.class, () -> ConfigFile.load(file, Optional.empty()));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ConfigReport.print(new PrintStream(out, true, StandardCharsets.UTF_8), refused);
    String report = out.toString(StandardCharsets.UTF_8).replace(file.toString(), "mpp.yml");
    assertFalse(report.contains("hunter2"), report);
    assertTrue(refused.problems().size() >= 15, report);
    if (Boolean.getBoolean("mpp.record")) {
      Files.writeString(Path.of("src/test/resources/config/horrible.report.txt"), report);
    }
    assertEquals(ConfigFixtures.resource("horrible.report.txt"), report);
  }

  @Test
  void aUsableFileIsSummarised() throws Exception {
    var loaded = ConfigFixtures.load(dir, ConfigFixtures.resource("minimal.yml"));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ConfigReport.print(new PrintStream(out, true, StandardCharsets.UTF_8), loaded);
    assertEquals(
        "The configuration is usable, 0 warnings."
            + System.lineSeparator()
            + "deployment demo, quorum mode, site a of 3, 1 service, configuration "
            + loaded.config().configHash()
            + System.lineSeparator(),
        out.toString(StandardCharsets.UTF_8));
  }

  @Test
  void secretsDoNotShow() throws Exception {
    MppConfig config = good();
    config.services().getFirst().mysql().password().reveal();
    assertFalse(config.toString().contains("s3cret"), config.toString());
    assertTrue(config.toString().contains("(secret from file secrets/mpp)"), config.toString());
  }
}
