package dev.mpp.chaos.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.chaos.check.Expectation;
import dev.mpp.chaos.check.Findings;
import dev.mpp.chaos.check.History;
import dev.mpp.chaos.check.Judge;
import dev.mpp.chaos.client.DnsWatch;
import dev.mpp.chaos.client.GlobalName;
import dev.mpp.chaos.client.Login;
import dev.mpp.chaos.client.Look;
import dev.mpp.chaos.client.Responder;
import dev.mpp.chaos.client.StubDns;
import dev.mpp.chaos.client.WriteProbe;
import dev.mpp.chaos.client.Writer;
import dev.mpp.chaos.process.Child;
import dev.mpp.chaos.process.Children;
import dev.mpp.chaos.process.Console;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Folder;
import dev.mpp.chaos.process.MariaDb;
import dev.mpp.chaos.process.ServerFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two real servers, real clients and the real judge, with the role moved by hand: once properly,
 * once with the old server left writable, which the judge must see.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@Timeout(180)
class HandMadeFailoverTest {
  private static final String NAME = "mysql.eraser.test";
  private static final String KEEP_WRITABLE =
      "SET GLOBAL event_scheduler=OFF; SET GLOBAL rpl_semi_sync_master_enabled=%s;"
          + " SET GLOBAL read_only=0;";

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private static Path unpacked;

  @TempDir private Path folder;
  private final Ports ports = new Ports(5_100);
  private final Console console = new Console(System.out, false);
  private final List<AutoCloseable> open = new ArrayList<>();

  @SuppressWarnings("NullAway.Init")
  private MariaDb one;

  @SuppressWarnings("NullAway.Init")
  private MariaDb two;

  @SuppressWarnings("NullAway.Init")
  private Child oneUp;

  @SuppressWarnings("NullAway.Init")
  private Layout layout;

  @BeforeEach
  void twoServers() {
    layout = new Layout(folder);
    Children children = new Children(layout.processes());
    Path server = ServerFiles.unpacked(unpacked, console);
    one = server(Site.SITE1, server, children);
    two = server(Site.SITE2, server, children);
    one.prepare();
    two.prepare();
    oneUp = started(one);
    started(two);
  }

  private MariaDb server(Site site, Path server, Children children) {
    return new MariaDb(
        new Folder(folder),
        layout.place(site),
        site.peer().address(),
        ports.mysql(),
        site.serverId(),
        server,
        children);
  }

  private Child started(MariaDb server) {
    Child child = server.start();
    open.add(child::kill);
    return child;
  }

  @AfterEach
  void end() throws Exception {
    for (AutoCloseable one : open.reversed()) {
      one.close();
    }
  }

  @Test
  void nothingIsLostWhenTheRoleMovesProperly() throws Exception {
    Findings found = failover(true);
    assertEquals(List.of(), found.violations());
    assertTrue(found.ackedRows() > 50, found::toString);
    assertEquals(1, found.roleChanges());
  }

  @Test
  void aServerLeftWritableIsSeen() throws Exception {
    Findings found = failover(false);
    assertTrue(found.dualWritableMs() > 0, found::toString);
  }

  private Findings failover(boolean fence) throws Exception {
    administer(two, "START SLAVE;");
    administer(one, KEEP_WRITABLE.formatted("ON"));
    StubDns dns = new StubDns("127.0.2.1", 0);
    open.add(dns);
    dns.point(Site.SITE1.address());
    Login login = Login.app(ports.mysql(), layout.secret("app"));
    WriteProbe probeOne = new WriteProbe(Site.SITE1.address(), login);
    open.add(probeOne);
    WriteProbe probeTwo = new WriteProbe(Site.SITE2.address(), login);
    open.add(probeTwo);
    Responder responder = new Responder("127.0.2.1", dns.port(), Duration.ofMillis(500));
    DnsWatch watch = new DnsWatch(responder, NAME);
    open.add(watch);
    List<Writer> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      GlobalName name = new GlobalName(NAME, List.of(responder), 0);
      Writer writer = Writer.byName(1, i, name, login, new Random(i));
      writers.add(writer);
      open.add(writer);
    }
    Look lookOne = new Look(Site.SITE1.address(), login);
    assertTrue(Deadline.await(Duration.ofSeconds(30), lookOne::semiSyncOn), "semi-sync is on");
    acked(writers, 20);

    long faultAt = System.nanoTime();
    if (fence) {
      oneUp.kill();
    }
    applyEverythingReceived(two);
    administer(two, "STOP SLAVE;" + KEEP_WRITABLE.formatted("OFF"));
    dns.point(Site.SITE2.address());
    if (!fence) {
      // The writers stay where they are; the old server goes on accepting without its replica.
      administer(one, "SET GLOBAL rpl_semi_sync_master_enabled=OFF;");
      assertTrue(
          Deadline.await(
              Duration.ofSeconds(20),
              () -> probeTwo.attempts().stream().filter(a -> a.sent() > faultAt).count() > 100));
    } else {
      acked(writers, 40);
    }
    writers.forEach(Writer::close);
    probeOne.close();
    probeTwo.close();
    watch.close();
    return Judge.judge(
        new History(
            faultAt,
            Site.SITE1.address(),
            Site.SITE2.address(),
            writers.stream().flatMap(writer -> writer.acks().stream()).toList(),
            probeOne.attempts(),
            probeTwo.attempts(),
            watch.sightings(),
            new Look(Site.SITE2.address(), login).rows(1)),
        new Expectation(true, Optional.empty(), Optional.empty()));
  }

  private static void acked(List<Writer> writers, int each) {
    assertTrue(
        Deadline.await(
            Duration.ofSeconds(30),
            () -> writers.stream().allMatch(writer -> writer.acks().size() >= each)),
        () -> "every writer acknowledged; " + writers.getFirst().trouble());
  }

  /** What was acknowledged is received, not yet applied: promoting too early loses it. */
  private void applyEverythingReceived(MariaDb server) {
    administer(server, "STOP SLAVE IO_THREAD;");
    String received =
        administer(server, "SHOW SLAVE STATUS\\G")
            .lines()
            .map(String::strip)
            .filter(line -> line.startsWith("Gtid_IO_Pos:"))
            .map(line -> line.substring("Gtid_IO_Pos:".length()).strip())
            .findFirst()
            .orElseThrow();
    String waited = administer(server, "SELECT MASTER_GTID_WAIT('" + received + "', 20);");
    assertTrue(waited.lines().toList().getLast().equals("0"), waited);
  }

  private String administer(MariaDb server, String sql) {
    return server.administer(layout.secret("root"), sql, "test");
  }
}
