package dev.mpp.node.publish;

import static dev.mpp.node.publish.Pictures.NOW;
import static dev.mpp.node.publish.Pictures.S;
import static dev.mpp.node.publish.Pictures.SITE1;
import static dev.mpp.node.publish.Pictures.SITE2;
import static dev.mpp.node.publish.Pictures.active;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mpp.dns.AccessList;
import dev.mpp.dns.AnswerTable;
import dev.mpp.dns.DnsCounters;
import dev.mpp.dns.DnsResponder;
import dev.mpp.dns.DnsResponderConfig;
import dev.mpp.dns.ExtraRecords;
import dev.mpp.dns.StalePolicy;
import dev.mpp.dns.TransferRule;
import dev.mpp.dns.TransferZones;
import dev.mpp.dns.TsigKey;
import dev.mpp.dns.ZoneFile;
import dev.mpp.dns.ZoneFileException;
import dev.mpp.node.NodeSnapshot;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.opentest4j.TestAbortedException;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.ZoneTransferException;
import org.xbill.DNS.ZoneTransferIn;

/** The zone as dnsjava and real secondaries get it; the latter are skipped where not installed. */
class SecondariesTest {
  private static final String ZONE = "eraser.test";
  private static final String NAME = "mysql.eraser.test";
  private static final TSIG KEY = new TSIG(TSIG.HMAC_SHA256, "test.key.", RealServer.SECRET);

  private static final int HOSTS = 40;

  enum Program {
    KNOT,
    NSD,
    BIND;

    RealServer start(Path dir, InetSocketAddress primary) throws Exception {
      return switch (this) {
        case KNOT -> RealServer.knotSecondary(dir, ZONE, primary);
        case NSD -> RealServer.nsdSecondary(dir, ZONE, primary);
        case BIND -> RealServer.bindSecondary(dir, ZONE, primary);
      };
    }
  }

  /** Enough that what changes in a failover is less than the whole zone. */
  private static ExtraRecords hosts() {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < HOSTS; i++) {
      text.append("h").append(i).append(" 300 A 192.0.2.").append(i).append('\n');
    }
    try {
      return ZoneFile.extra("hosts", text.toString(), ZONE + ".");
    } catch (ZoneFileException e) {
      throw new IllegalStateException(e);
    }
  }

  @TempDir private Path dir;
  private final DnsTables tables =
      new DnsTables(
          new DnsTables.Settings(
              ZONE,
              2,
              List.of(new DnsTables.NameServer("ns1.eraser.test", "192.0.2.1")),
              6 * S,
              StalePolicy.SERVFAIL,
              "dba.eraser.test",
              "ro",
              10,
              Map.of(),
              List.of(),
              hosts(),
              Optional.of(new DnsTables.Secondaries(6, 1000))));
  private final TransferZones zones =
      new TransferZones(
          List.of(
              new TransferRule(
                  Optional.of(AccessList.loopback()), Optional.of(TsigKey.parse(RealServer.KEY)))),
          List.of(),
          4);
  private final AtomicReference<AnswerTable> table = new AtomicReference<>(AnswerTable.empty());
  private final AtomicReference<NodeSnapshot> picture = new AtomicReference<>();
  private final AtomicLong clock = new AtomicLong(NOW);
  private DnsResponder responder;

  @BeforeEach
  void start() throws Exception {
    responder =
        new DnsResponder(
            DnsResponderConfig.listeningOn(List.of(new InetSocketAddress("127.0.0.1", 0))),
            table::get,
            clock::get,
            () -> System.currentTimeMillis() / 1000,
            zones,
            Optional.empty());
    responder.start();
  }

  @AfterEach
  void stop() {
    responder.close();
  }

  private DnsOutbound outbound(List<InetSocketAddress> told) {
    return new DnsOutbound(
        tables,
        Optional.of(zones),
        told.stream()
            .map(
                a -> new DnsOutbound.Secondary(a, Optional.of(() -> TsigKey.parse(RealServer.KEY))))
            .toList(),
        List.of(),
        picture::get,
        clock::get,
        j -> {});
  }

  /** As the loop does it. */
  private void show(DnsOutbound outbound, Pictures next) {
    NodeSnapshot now = next.picture();
    picture.set(now);
    Runnable told = outbound.picture(now);
    table.set(tables.table(now));
    told.run();
  }

  private ZoneTransferIn transfer(long since) throws Exception {
    Name apex = Name.fromConstantString(ZONE + ".");
    InetSocketAddress from = responder.addresses().getFirst();
    ZoneTransferIn in =
        since < 0
            ? ZoneTransferIn.newAXFR(apex, from, KEY)
            : ZoneTransferIn.newIXFR(apex, since, false, from, KEY);
    in.setTimeout(java.time.Duration.ofSeconds(20));
    in.run();
    return in;
  }

  private static List<String> texts(List<Record> records) {
    return records.stream()
        .map(
            r ->
                r.getName().relativize(Name.fromConstantString(ZONE + "."))
                    + " "
                    + r.getTTL()
                    + " "
                    + Type.string(r.getType())
                    + " "
                    + r.rdataToString())
        .sorted()
        .toList();
  }

  @Test
  void aCopyIsWhatTheLedgerSaysAtEverySite() throws Exception {
    DnsOutbound outbound = outbound(List.of());
    show(outbound, active(SITE2, 7));
    List<String> first = texts(transfer(-1).getAXFR());
    String soa = "@ 60 SOA ns1.eraser.test. dba.eraser.test. 1023 1 1 6 2";
    assertEquals(
        List.of(
            "@ 300 NS ns1.eraser.test.",
            soa,
            soa,
            "_mysql._tcp.mysql 2 SRV 0 1 3306 mysql.eraser.test.",
            "_mysql._tcp.ro.mysql 2 SRV 0 1 3306 site2.mysql.eraser.test.",
            "mysql 2 A 203.0.113.2",
            "mysql 2 AAAA 2001:db8:0:0:0:0:0:2",
            "mysql 2 TXT \"epoch=7 active=site2\"",
            "ns1 300 A 192.0.2.1",
            "ro.mysql 2 A 203.0.113.2",
            "ro.mysql 2 AAAA 2001:db8:0:0:0:0:0:2",
            "site1.mysql 300 A 198.51.100.1",
            "site2.mysql 300 A 203.0.113.2",
            "site2.mysql 300 AAAA 2001:db8:0:0:0:0:0:2"),
        first.stream().filter(t -> !t.matches("h[0-9].*")).toList());
    // Another site knows less of the lease and of that pool; the copy is the same.
    show(outbound, active(SITE2, 7).seenBy(SITE1).leaseEnd(Long.MIN_VALUE));
    assertEquals(first, texts(transfer(-1).getAXFR()));
    assertTrue(transfer(1023).isCurrent());
  }

  @Test
  void betweenTwoEpochsNobodyMayKeepTheAddress() throws Exception {
    DnsOutbound outbound = outbound(List.of());
    show(outbound, active(SITE2, 7));
    show(outbound, active(SITE1, 8).promoting(SITE2));
    ZoneTransferIn.Delta delta = transfer(1023).getIXFR().getFirst();
    assertEquals(1025, delta.end);
    assertTrue(texts(delta.adds).contains("mysql 0 A 203.0.113.2"));
    assertTrue(texts(delta.adds).contains("mysql 0 TXT \"epoch=8 active=none\""));
    show(outbound, active(SITE1, 8));
    assertTrue(texts(transfer(1025).getIXFR().getFirst().adds).contains("mysql 2 A 198.51.100.1"));
  }

  @Test
  void aSiteThatIsCutOffHandsNothingOut() throws Exception {
    DnsOutbound outbound = outbound(List.of());
    show(outbound, active(SITE2, 7).freshAt(Long.MIN_VALUE));
    assertThrows(ZoneTransferException.class, () -> transfer(-1), "nothing was learnt yet");
    show(outbound, active(SITE2, 7));
    clock.set(NOW + 6 * S);
    assertThrows(
        ZoneTransferException.class, () -> transfer(-1), "its ledger is older than a lease");
    show(outbound, active(SITE2, 7).freshAt(NOW + 1 * S));
    assertEquals(14 + HOSTS, transfer(-1).getAXFR().size());
  }

  /** A failover reaches a real secondary by NOTIFY and IXFR, signed, and a stale site none. */
  @ParameterizedTest
  @EnumSource
  void realSecondariesFollow(Program program) throws Exception {
    DnsOutbound first = outbound(List.of());
    show(first, active(SITE1, 7));
    try (RealServer secondary = program.start(dir, responder.addresses().getFirst());
        DnsOutbound outbound = outbound(List.of(secondary.address))) {
      outbound.start();
      secondary.await(NAME, Type.A, "2 198.51.100.1");
      show(outbound, active(SITE2, 8).promoting(SITE1));
      secondary.await(NAME, Type.A, "0 198.51.100.1");
      show(outbound, active(SITE2, 8));
      secondary.await(NAME, Type.A, "2 203.0.113.2");
      secondary.await("ro." + NAME, Type.AAAA, "2 2001:db8:0:0:0:0:0:2");
      secondary.await(NAME, Type.TXT, "2 \"epoch=8 active=site2\"");
      assertTrue(
          outbound.lines().getFirst().endsWith(": told of serial 1026"),
          outbound.lines().toString());
      assertEquals(List.of(), outbound.alarms());
      DnsCounters counters = responder.counters();
      assertTrue(counters.events(DnsCounters.Event.TRANSFER_WHOLE) >= 1);
      assertTrue(counters.events(DnsCounters.Event.TRANSFER_INCREMENTAL) >= 1, secondary.log());
      assertEquals(0, counters.events(DnsCounters.Event.TSIG_REFUSED));
    }
  }

  /** Secondaries that hear of no site stop answering when the expire time has passed. */
  @Test
  void secondariesThatHearOfNobodyExpire() throws Exception {
    show(outbound(List.of()), active(SITE1, 7));
    List<RealServer> running = new ArrayList<>();
    try {
      for (Program program : Program.values()) {
        Path own = Files.createDirectory(dir.resolve(program.name()));
        try {
          running.add(program.start(own, responder.addresses().getFirst()));
        } catch (TestAbortedException e) {
          // Not installed: the others tell enough.
        }
      }
      assumeTrue(!running.isEmpty(), "none of knotd, nsd and named is installed");
      for (RealServer secondary : running) {
        secondary.await(NAME, Type.A, "2 198.51.100.1");
      }
      clock.set(NOW + 7 * S); // this site is cut off: it answers SOA and IXFR with SERVFAIL
      for (RealServer secondary : running) {
        secondary.await(NAME, Type.A, "SERVFAIL");
      }
    } finally {
      for (RealServer secondary : running) {
        secondary.close();
      }
    }
  }
}
