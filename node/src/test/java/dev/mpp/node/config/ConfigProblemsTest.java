package dev.mpp.node.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One edit of the minimal file, one problem or warning: which, where and what to do. */
class ConfigProblemsTest {
  private static final String SITE_B = "{name: b, address: 127.0.2.1}";

  @TempDir Path dir;

  @ParameterizedTest(name = "{2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          deployment: demo|deploiment: demo|unknown key "deploiment"; did you mean "deployment"?
          deployment: demo|''|"deployment" is missing; add it
          deployment: demo|deployment: [demo]|deployment is a list where a single value is expected
          deployment: demo|deployment:|deployment has no value
          site: a\\n|site: z\\n|site is "z", which is not one of the sites; did you mean
          site: a\\n|site: a\\ndeployment: x\\n|"deployment" was already given in line 1
          {name: b, address: 127.0.2.1}|{name: b, address: 127.0.1.1}|sites a and b have one address
          {name: b, address: 127.0.2.1}|{name: a, address: 127.0.2.1}|sites[1].name is "a", as an earlier site
          {name: b, address: 127.0.2.1}|{name: B_, address: 127.0.2.1}|sites[1].name is "B_", which is not a valid name
          {name: b, address: 127.0.2.1}|{name: b, address: 127.0.2.1, priority: 2000}|sites[1].priority is 2000, outside 0 to 1000
          {name: b, address: 127.0.2.1}|{name: b, address: 10.0.2.1}|plaintext would run between sites over addresses that are not loopback: 10.0.2.1
          {name: b, address: 127.0.2.1}|{name: b, address: 127.0.2.1, ports: {http: 53}}|sites[1].ports.http makes http and dns listen on one port, 53
          {name: b, address: 127.0.2.1}|{name: b, address: 127.0.2.1, ports: {http: 0}}|sites[1].ports.http is 0, outside 1 to 65535
          {name: b, address: 127.0.2.1}|{name: b, address: 127.0.2.1, instances: [{name: x, address: 127.0.2.1}, {name: y, address: 127.0.2.2}]}|sites[1].address is given beside instances; remove it
          {name: b, address: 127.0.2.1}|{name: b, instances: [{name: x, address: 127.0.2.1}]}|sites[1].instances lists 1; list two, or none
          {name: b, address: 127.0.2.1}|{name: b, instances: [{name: x, address: 127.0.2.1}, {name: x, address: 127.0.2.2}]}|sites[1].instances[1].name is "x", as the other one's
          {name: b, address: 127.0.2.1}|{name: b, instances: [{name: x, address: 127.0.2.1}, {name: y, address: 127.0.2.1}]}|sites[1].instances[1].address is 127.0.2.1, as the other one's
          {name: b, address: 127.0.2.1}|{name: b, instances: [{name: x, address: 127.0.2.1}, {name: y, address: 127.0.1.1}]}|sites a and b have one address, 127.0.1.1
          {name: b, address: 127.0.2.1}|{name: b, instances: [{name: x, address: 127.0.2.1}, {name: y, address: 10.0.2.1}]}|plaintext would run between sites over addresses that are not loopback: 127.0.2.1, 10.0.2.1
          {name: w, address: 127.0.3.1, witness: true}|{name: w, instances: [{name: x, address: 127.0.3.1}, {name: y, address: 127.0.3.2}], witness: true}|sites[2].instances are given to a witness
          site: a\\n|site: a\\ninstance: x\\n|instance gives site a no instance "x"; leave --instance and instance: away
          primary:127.0.2.1:13306|primary:127.0.2.1:7403|pool has 127.0.2.1:7403, which is the twin port of b
          {name: b, address: 127.0.2.1}, {name: w, address: 127.0.3.1, witness: true}|{name: b, instances: [{name: x, address: 127.0.2.1}, {name: y, address: 127.0.2.2}]}|site b has two instances, and pair mode knows none
          {name: b, address: 127.0.2.1}|{name: b, paths: [127.0.2.3], instances: [{name: x, address: 127.0.2.1}, {name: y, address: 127.0.2.2}]}|sites[1].paths are given beside instances
          deployment: demo|deployment: demo\\nmode: pair|mode is "pair", and 3 listed sites make quorum
          , {name: w, address: 127.0.3.1, witness: true}|, {name: w, address: 127.0.3.1, witness: true, paths: [127.0.2.1]}|sites b and w have one address, 127.0.2.1
          {site: b, addresses: [127.0.2.1]|{site: w, addresses: [127.0.2.1]|sites[1].site is "w", a witness: it votes and has no pool
          {site: b, addresses: [127.0.2.1]|{site: q, addresses: [127.0.2.1]|services[0].sites[1].site is "q", which is not one of the sites
          {site: b, addresses: [127.0.2.1]|{site: a, addresses: [127.0.2.1]|services[0].sites[1].site is "a", as an earlier entry
          {site: b, addresses: [127.0.2.1]|{site: b, addresses: [127.0.1.1]|services[0].sites[1].addresses has 127.0.1.1, as has services[0].sites[0]
          {site: b, addresses: [127.0.2.1]|{site: b, addresses: [db.example.com]|is "db.example.com", which is not an IP address
          {site: b, addresses: [127.0.2.1]|{site: b, addresses: []|services[0].sites[1].addresses lists no address
          primary:127.0.2.1:13306|primary:127.0.1.1:13306|services[0].sites[1].pool has 127.0.1.1:13306, as has services[0].sites[0].pool
          primary:127.0.2.1:13306|primary:127.0.2.1:7400|pool has 127.0.2.1:7400, which is the exchange port of b
          primary:127.0.2.1:13306|primary:127.0.2.1;primary:127.0.2.2|is not a pool: pool pool_b has two primaries
          primary:127.0.2.1:13306|secondary:127.0.2.1|is not a pool: pool pool_b has no primary
          primary:127.0.2.1:13306|primary:127.0.2.1;secondary:127.0.2.1|is not a pool: pool pool_b lists 127.0.2.1:3306 twice
          primary:127.0.2.1:13306|primary:2001:db8::1|malformed IPv6 literal; write it as [2001:db8::1]:3306
          primary:127.0.2.1:13306|primary:127.0.2.1:99999|port 99999 is outside 1-65535
          primary:127.0.2.1:13306|primary:127.0.2.1;backup:x|has the unknown part "backup"
          name:pool_b;|''|a pool needs a name
          "name:pool_b;primary:127.0.2.1:13306"|{name: x, primry: 127.0.2.1}|unknown key "services[0].sites[1].pool.primry"; did you mean "primary"?
          password-env: PATH|password-env: NO_SUCH_VARIABLE_HERE|password-env names NO_SUCH_VARIABLE_HERE, which is not set
          password-env: PATH|password-env: "not a name"|password-env is not the name of a variable
          password-env: PATH|password-file: none|which is not a file; create it with mode 0600
          password-env: PATH|password: hunter2|holds a password in the configuration itself; put it in a file
          , password-env: PATH|''|services[0].mysql has no password; give one of password-file
          password-env: PATH|password-env: PATH, password-file: x|services[0].mysql has two passwords
          password-env: PATH|password-env: PATH, server-public-key-file: none.pem|which is no file that can be read; copy public_key.pem of the server
          password-env: PATH|password-env: PATH, tls: required, insecure-server-key: true|services[0].mysql.insecure-server-key is true although tls is required; remove it
          password-env: PATH|password-env: PATH, tls: always|services[0].mysql.tls is "always"
          password-env: PATH|password-env: PATH, schema: a-b|services[0].mysql.schema is "a-b"
          external:http:127.0.9.1:18081"]}\\n  - {site: b|external:http:127.0.9.1:none"]}\\n  - {site: b|"none" is not a profile of http: a port, default or a configured name
          {site: b, probes|{site: a, probes|checkpoints[1].site is "a", as an earlier entry
          {site: b, probes|{site: x, probes|checkpoints[1].site is "x", which is not one of the sites
          {site: b, probes|{site: b, interval: 1ms, probes|checkpoints[1].interval is 1ms, outside 100ms to 10m
          {site: b, probes|{site: b, concurrency: 0, probes|checkpoints[1].concurrency is 0, outside 1 to 1000
          {site: b, probes: ["external:http:127.0.9.1:18081"]}|{site: b, probes: []}|checkpoints[1].probes lists no checkpoint; add one, or remove the entry of this site
          external:http:127.0.9.1:18081"]}\\n  - {site: b|external:htpp:127.0.9.1:80"]}\\n  - {site: b|"htpp" is not a checkpoint method (simple, http, https, mysql, dns, icmp, grpc); did you mean "http"?
          external:http:127.0.9.1:18081"]}\\n  - {site: b|extrnal:http:127.0.9.1:80"]}\\n  - {site: b|did you mean "external"?
          external:http:127.0.9.1:18081"]}\\n  - {site: b|external:http:127.0.9.1:18081", "external:http:127.0.9.1:18081"]}\\n  - {site: b|as an earlier one; keep one of the two
          mysql: {user|fence: {block-accounts: [app]}\\n    mysql: {user|services[0].fence.block-accounts[0] is "app", which is no account; write user@host
          mysql: {user|fence: {block-accounts: ["app@%", "app@%"]}\\n    mysql: {user|services[0].fence.block-accounts has app@% twice; keep one
          mysql: {user|fence: {block-accounts: ["mppfence@localhost"]}\\n    mysql: {user|has mppfence@localhost, which MPP cannot do without; list the accounts of applications
          mysql: {user|fence: {block-acounts: ["app@%"]}\\n    mysql: {user|unknown key "services[0].fence.block-acounts"; did you mean "block-accounts"?
          mysql: {user|fence: {offline-mode: yes}\\n    mysql: {user|services[0].fence.offline-mode is "yes"; write true or false
          mysql: {user|rpo: half\\n    mysql: {user|services[0].rpo is "half"; choose one of zero, bounded, availability
          mysql: {user|rpo: bounded\\n    mysql: {user|services[0].rpo is "bounded" without a bound; write rpo: {bounded: {seconds: 10, transactions: 1000}}
          mysql: {user|rpo: {bounded: {}}\\n    mysql: {user|services[0].rpo.bounded bounds nothing; write rpo: {bounded:
          mysql: {user|rpo: {bound: {seconds: 5}}\\n    mysql: {user|unknown key "services[0].rpo.bound"; did you mean "bounded"?
          mysql: {user|rpo: {bounded: {seconds: 10s}}\\n    mysql: {user|services[0].rpo.bounded.seconds is "10s", which is not a whole number; write a number from 1 to 86400
          mysql: {user|rpo: {bounded: {transactions: -1}}\\n    mysql: {user|services[0].rpo.bounded.transactions is "-1", which is not a whole number
          mysql: {user|rpo: {bounded: {seconds: 9}}\\n    logic: cluster\\n    mysql: {user|services[0].rpo bounds what a cluster may lose
          mysql: {user|fence: {hooks: [{command: [power-off]}]}\\n    mysql: {user|services[0].fence.hooks[0].command begins with "power-off", which is no absolute path; write it as a list of words
          mysql: {user|fence: {hooks: [{deadline: 5s}]}\\n    mysql: {user|"services[0].fence.hooks[0].command" is missing; add it
          mysql: {user|fence: {hooks: [{command: []}]}\\n    mysql: {user|services[0].fence.hooks[0].command is not a command; write its words
          mysql: {user|fence: {hooks: [{command: [/bin/true], deadline: 1h}]}\\n    mysql: {user|services[0].fence.hooks[0].deadline is 1h, outside 100ms to 10m
          mysql: {user|fence: {hooks: [{command: [/bin/true], when: never}]}\\n    mysql: {user|services[0].fence.hooks[0].when is "never"; choose one of failed, always
          mysql: {user|fence: {hooks: [{command: [/no/such/program]}]}\\n    mysql: {user|begins with /no/such/program, which is no program that can be run here; install it at every site
          mysql: {user|replication: manged\\n    mysql: {user|services[0].replication is "manged"; did you mean "managed"
          mysql: {user|replication: managed\\n    mysql: {user|replication is managed, and there is no replication-account; add replication-account
          mysql: {user|replication: managed\\n    replication-account: {user: repl}\\n    mysql: {user|services[0].replication-account has no password; give one of password-file
          mysql: {user|replication: managed\\n    replication-account: {user: repl, password: hunter2}\\n    mysql: {user|holds a password in the configuration itself
          mysql: {user|replication: managed\\n    replication-account: {user: "re pl", password-env: PATH}\\n    mysql: {user|is "re pl", which is no account name
          mysql: {user|replication: managed\\n    replication-account: {user: repl, password-env: PATH, tsl: true}\\n    mysql: {user|did you mean "tls"?
          mysql: {user|logic: cluster\\n    rpo: availability\\n    replication: managed\\n    replication-account: {user: repl, password-env: PATH}\\n    mysql: {user|services[0].replication is managed for a cluster
          """)
  void oneMistake(String from, String to, String expected) throws Exception {
    var problems =
        ConfigFixtures.problems(
            dir, from.replace("\\n", "\n"), to == null ? "" : to.replace("\\n", "\n"));
    assertTrue(
        problems.stream().anyMatch(p -> (p.what() + "; " + p.remedy()).contains(expected)),
        problems.toString());
    assertFalse(problems.toString().contains("hunter2"), problems.toString());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          lease: {duration: 4s}|lease.duration >= dead-man.timeout + dead-man.period + dead-man.kill-budget + lease.renew does not hold: 4s < 2s + 1s + 1s + 500ms = 4500ms
          lease: {duration: 5s}|lease.duration - lease.fence-budget - lease.renew > election.max x 1.5 does not hold: 5s - 1500ms - 500ms = 3s, and 2s x 1.5 = 3s
          lease: {renew: 2s}|lease.renew x 4 <= lease.duration does not hold: 2s x 4 = 8s > 6s
          lease: {fence-budget: 3s}|lease.fence-budget < lease.duration / 2 does not hold: 3s >= 6s / 2 = 3s
          election: {min: 2s}|election.min < election.max does not hold: 2s >= 2s
          lease: {drift: 0.2}|lease.drift is "0.2", not a number from 0 to 0.1
          lease: {duration: 6}|lease.duration is 6 without a unit; write 6ms or 6s
          lease: {profile: quick}|lease.profile is "quick"; choose one of default, fast, wan
          lease: [6s]|lease is a list where a block of keys is expected
          dead-man: {timeout: 1500ms}|dead-man.timeout is "1500ms", which the servers cannot count
          dead-man: {timeout: never}|dead-man.timeout is "never", which is not a duration
          insecure: yes|insecure is "yes"; write true or false
          profiles: {default: {port: 80}}|profiles.default is not a name for a profile
          profiles: {web: {pth: /}}|unknown key "profiles.web.pth"; did you mean "path"?
          profiles: {web: {expect: 99}}|profiles.web.expect is "99", which is not an HTTP status
          profiles: {ns: {type: AAA}}|profiles.ns.type is "AAA"; did you mean "AAAA"?
          profiles: {ns: {name: "a b"}}|profiles.ns.name is "a b", which is not a DNS name
          profiles: {db: {user: ro}}|profiles.db has no password; give one of password-file
          profiles: {db: {user: ro, password: hunter2}}|profiles.db.password holds a password in the configuration itself
          profiles: {db: {password-env: PATH}}|profiles.db.password-env is there without a user
          profiles: {db: {query: SELECT 2}}|profiles.db.query is there without a user
          profiles: {web: {path: ok}}|profiles.web.path is "ok", which is not a path
          data-dir: mpp.yml|which is not a directory
          dns: {zone: other.test, name-servers: [{name: ns.other.test, address: 127.0.1.1}]}|service mysql.eraser.test is not within the zone other.test
          dns: {zone: eraser.test, ttl: 7s, name-servers: [{name: ns.eraser.test, address: 127.0.1.1}]}|dns.ttl <= lease.duration does not hold: 7s > 6s
          dns: {zone: eraser.test, ttl: 500ms, name-servers: [{name: ns.eraser.test, address: 127.0.1.1}]}|DNS counts TTLs in whole seconds
          dns: {zone: eraser.test}|"dns.name-servers" is missing
          dns: {zone: eraser.test, name-servers: [{name: ns.eraser.test, address: 127.0.1.1}], stale: own-site}|answers servfail or last-known
          dns: {zone: eraser.test, name-servers: [{name: ns.eraser.test, address: 127.0.1.1}], state-readers: [10.0.0.1/8]}|address bits set beyond its prefix length
          dns: {zone: eraser.test, name-servers: [{name: ns.eraser.test, address: 127.0.1.1}], read-only: {near: [{site: zz, networks: [10.0.0.0/8]}]}}|which is not one of the sites
          dns: {zone: eraser.test, name-servers: [{name: ns.eraser.test, address: 127.0.1.1}], read-only: {max-lag: 10ms}}|max-lag is 10ms
          dns: {zone: eraser.test, name-servers: [{name: ns.eraser.test, address: 127.0.1.1}], records: missing.zone}|which cannot be read; name a file
          dns: {zone: eraser.test, name-servers: [{name: ns.eraser.test, address: 127.0.1.1}], records: mpp.yml}|dns.records cannot be served:
          dns: {zone: eraser.test, name-servers: [{name: ns.eraser.test, address: 127.0.1.1}], rate-limit: many}|dns.rate-limit is "many"
          dns: {zone: eraser.test, name-servers: [{name: ns.eraser.test, address: 127.0.1.1}], listen: [{site: a, addresses: [localhost]}]}|which is not an IP address
          profiles: {a: &a {port: 1}, b: *a}|YAML anchors and aliases are not supported
          """)
  void oneMoreLine(String line, String expected) throws Exception {
    var problems = ConfigFixtures.problems(dir, "deployment: demo", "deployment: demo\n" + line);
    assertTrue(
        problems.stream().anyMatch(p -> (p.what() + "; " + p.remedy()).contains(expected)),
        problems.toString());
    assertTrue(problems.stream().anyMatch(p -> p.line() <= 7), problems.toString());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          interval: 1s, retry-interval: 2s|poll.retry-interval <= poll.interval does not hold: 2s > 1s
          """)
  void pollRules(String poll, String expected) throws Exception {
    var problems =
        ConfigFixtures.problems(dir, "    mysql: ", "    poll: {" + poll + "}\n    mysql: ");
    assertEquals(1, problems.size(), problems.toString());
    assertTrue(problems.getFirst().what().contains(expected), problems.toString());
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http:192.0.2.1:p|query: SELECT 2, user: ro, password-env: PATH|profile "p" has user, password, query, which means nothing to http (its keys are port, path, expect, timeout, interval, ladder)
          simple:192.0.2.1:p|path: /x|profile "p" has path, which means nothing to simple
          icmp:192.0.2.1:p|name: example.com|profile "p" has name, which means nothing to icmp (its keys are timeout, interval, ladder)
          icmp:192.0.2.1:p|port: 80|profile "p" names a port, and icmp has none
          dns:192.0.2.1:p|expect: 200|profile "p" expects "200", and dns expects NOERROR, NXDOMAIN or the data of an answer
          https:192.0.2.1:p|expect: NOERROR|profile "p" expects "NOERROR", and https expects an HTTP status: 200, 200-399 or 2xx
          mysql:192.0.2.1:p|tls: true|profile "p" has tls without a user
          grpc:192.0.2.1:p|service: x|grpc has no default port; name one in the profile
          mysql:192.0.2.1:p|user: ro, password-env: NO_SUCH_VARIABLE_HERE|profiles.p.password-env names NO_SUCH_VARIABLE_HERE, which is not set
          """)
  void profilesHaveToSuitTheMethod(String probe, String keys, String expected) throws Exception {
    String text =
        ConfigFixtures.edit(
            ConfigFixtures.resource("minimal.yml"),
            "external:http:127.0.9.1:18081\"]}\n  - {site: b",
            "external:" + probe + "\"]}\n  - {site: b");
    String with = text + "\nprofiles: {p: {" + keys + "}}\n";
    var problems = assertThrows(ConfigException.class, () -> ConfigFixtures.load(dir, with));
    assertTrue(problems.problems().toString().contains(expected), problems.problems().toString());
  }

  /** What only another site's probes use need not exist here. */
  @Test
  void aSecretIsWantedWhereItIsUsed() throws Exception {
    String text =
        ConfigFixtures.edit(
            ConfigFixtures.resource("minimal.yml"),
            "{site: b, probes: [\"",
            "{site: b, probes: [\"edge:mysql:192.0.2.1:db\", \"");
    String with = text + "\nprofiles: {db: {user: ro, password-file: only/at/b}}\n";
    assertEquals(List.of(), ConfigFixtures.load(dir, with).warnings());
    Path file = ConfigFixtures.write(dir, with);
    assertTrue(
        assertThrows(ConfigException.class, () -> ConfigFile.load(file, Optional.of("b")))
            .problems()
            .toString()
            .contains("which is not a file"));
  }

  @Test
  void obstaclesOfThisHostAreWarningsOfItsOwnCheckpoints() throws Exception {
    Path file = ConfigFixtures.write(dir, ConfigFixtures.resource("minimal.yml"));
    var warnings =
        ConfigFile.load(file, Optional.empty(), spec -> Optional.of("no capability")).warnings();
    assertEquals(1, warnings.size(), warnings.toString());
    assertTrue(warnings.getFirst().what().contains("would always fail: no capability"));
  }

  @Test
  void oneSiteAndAWitness() throws Exception {
    assertTrue(
        ConfigFixtures.problems(dir, ", " + SITE_B, "")
            .toString()
            .contains("sites has one site and a witness"));
  }

  @Test
  void twoSitesAreAPairAndAreToldWhatThatCannotPromise() throws Exception {
    String witness = ", {name: w, address: 127.0.3.1, witness: true}";
    String warned = ConfigFixtures.warnings(dir, witness, "").toString();
    assertTrue(warned.contains("has two voters, which is pair mode: if both can see"), warned);
    assertTrue(warned.contains("site b has no edge checkpoint"), warned);
    String accepted = ConfigFixtures.warnings(dir, witness + "]", "]\nmode: pair").toString();
    assertFalse(accepted.contains("has two voters"), accepted);
  }

  @Test
  void placesAreExact() throws Exception {
    Problem problem = ConfigFixtures.problems(dir, SITE_B, "{name: b, addres: x}").getLast();
    assertEquals(dir.resolve("mpp.yml").toString(), problem.file());
    assertEquals(List.of(3, 50), List.of(problem.line(), problem.column()));
  }

  @Test
  void warnings() throws Exception {
    assertWarning("primary:127.0.2.1:13306", "primary:db.b.test", "has the host name");
    assertWarning(
        "  - {site: b, probes: [\"external:",
        "  - {site: b, probes: [\"edge:",
        "site b has no external checkpoint");
    assertWarning(
        "{site: b, probes: [",
        "{site: b, concurrency: 2, probes: [\"edge:simple:192.0.2.1:1\", ",
        "would take 2 places if every target went silent, and failing ones have 1");
    assertWarning(
        "    mysql: ",
        "    poll: {interval: 30s, timeout: 40s}\n    mysql: ",
        "poll.timeout is 40s, longer than the interval of 30s");
    assertWarning("    mysql: ", "    semi-sync: false\n    mysql: ", "semi-sync is off");
    assertWarning("127.0.3.1, witness: true", "127.0.3.1", "site w has no pool of any service");
    assertWarning(SITE_B, "{name: b, address: localhost}", "");
  }

  private void assertWarning(String from, String to, String expected) throws Exception {
    var warnings = ConfigFixtures.warnings(dir, from, to);
    assertEquals(expected.isEmpty() ? 0 : 1, warnings.size(), warnings.toString());
    warnings.forEach(w -> assertTrue(w.what().contains(expected), warnings.toString()));
  }

  @Test
  void aPasswordFileThatEverybodyReads() throws Exception {
    ConfigFixtures.secret(dir, "hunter2", "rw-r--r--");
    var warnings = ConfigFixtures.warnings(dir, "password-env: PATH", "password-file: secrets/mpp");
    assertTrue(warnings.toString().contains("which everybody can read"), warnings.toString());
    assertFalse(warnings.toString().contains("hunter2"), warnings.toString());
  }

  @Test
  void aSiteWithoutThePoolNeedsNoPassword() throws Exception {
    String text =
        ConfigFixtures.edit(
            ConfigFixtures.resource("minimal.yml"), "password-env: PATH", "password-file: none");
    var loaded = ConfigFile.load(ConfigFixtures.write(dir, text), Optional.of("w"));
    assertEquals(List.of(), loaded.warnings());
  }

  @Test
  void aPasswordCommand() throws Exception {
    String text =
        ConfigFixtures.edit(
            ConfigFixtures.resource("minimal.yml"),
            "password-env: PATH",
            "password-command: [cat, secrets/mpp]");
    ConfigFixtures.secret(dir, "first", "rw-------");
    Secret secret =
        ConfigFixtures.load(dir, text).config().services().getFirst().mysql().password();
    assertEquals("first", secret.reveal());
    ConfigFixtures.secret(dir, "second", "rw-------");
    assertEquals("first", secret.reveal());
    secret.forget();
    assertEquals("second", secret.reveal());
  }

  @Test
  void brokenYamlDoesNotQuoteTheLine() throws Exception {
    for (String text : List.of("a: \"hunter2", "\ta: hunter2", "x: 1\n  y: hunter2: z", "", "[]")) {
      Path file = ConfigFixtures.write(dir, text);
      ConfigException refused =
          assertThrows(ConfigException.class, () -> ConfigFile.load(file, Optional.empty()));
      assertEquals(1, refused.problems().size(), refused.toString());
      assertFalse(refused.getMessage().contains("hunter2"), refused.getMessage());
    }
  }

  @Test
  void aMissingFileAndABinaryOne() throws Exception {
    Path missing = dir.resolve("none.yml");
    assertTrue(
        assertThrows(ConfigException.class, () -> ConfigFile.load(missing, Optional.empty()))
            .getMessage()
            .contains("there is no such file"));
    Path binary = Files.write(dir.resolve("b.yml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertTrue(
        assertThrows(ConfigException.class, () -> ConfigFile.load(binary, Optional.empty()))
            .getMessage()
            .contains("not UTF-8"));
  }
}
