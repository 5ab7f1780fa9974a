package dev.mpp.node.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.Status;
import dev.mpp.dns.AnswerEngine;
import dev.mpp.dns.AnswerTable;
import dev.mpp.dns.Response;
import dev.mpp.dns.Transport;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.agreement.Agreement;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

final class DnsTablesTest {
  private static final long S = 1_000_000_000L;
  private static final ServiceName SERVICE = new ServiceName("mysql.eraser.test");
  private static final SiteId SITE1 = new SiteId("site1");
  private static final SiteId SITE2 = new SiteId("site2");

  private final DnsTables tables =
      new DnsTables(
          new DnsTables.Settings(
              "eraser.test",
              2,
              List.of(new DnsTables.NameServer("ns1.eraser.test", "192.0.2.1")),
              6 * S));

  private static Grant grant(boolean held, boolean serving) {
    return new Grant(
        SERVICE,
        7,
        held ? Optional.of(SITE2) : Optional.empty(),
        held ? "x" : "",
        9,
        serving,
        Optional.of(SITE2),
        Set.of(SITE2));
  }

  private static NodeSnapshot picture(
      SiteId self, Grant grant, long leaseEnd, boolean holding, long freshAt, Status pool) {
    return new NodeSnapshot(
        100 * S,
        new SiteView(
            self,
            "i",
            1,
            false,
            "",
            "",
            Reach.GLOBAL,
            List.of(),
            List.of(
                new SiteView.PoolView(
                    SERVICE, "p", pool, false, "", Optional.empty(), -1, List.of())),
            List.of()),
        List.of(),
        List.of(
            new NodeSnapshot.Service(
                SERVICE,
                grant,
                leaseEnd,
                holding,
                leaseEnd,
                "",
                List.of(
                    new NodeSnapshot.SiteAddress(SITE1, List.of("198.51.100.1")),
                    new NodeSnapshot.SiteAddress(SITE2, List.of("203.0.113.2"))))),
        new Agreement.Health("", "", 1, 1),
        freshAt,
        false,
        0);
  }

  private String ask(NodeSnapshot picture, long now, String name, int type) throws IOException {
    AnswerTable table = tables.table(picture);
    byte[] query =
        Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN)).toWire();
    Response out = new Response();
    new AnswerEngine().answer(query, query.length, table, now, Transport.UDP, out);
    Message m = new Message(Arrays.copyOf(out.bytes(), out.length()));
    StringBuilder b = new StringBuilder(Rcode.string(m.getRcode()));
    for (Record r : m.getSection(Section.ANSWER)) {
      b.append(' ').append(r.getTTL()).append(' ').append(r.rdataToString());
    }
    return b.toString();
  }

  private String a(NodeSnapshot picture, long now) throws IOException {
    return ask(picture, now, "mysql.eraser.test.", Type.A);
  }

  @Test
  void theServingSiteForNoLongerThanItsLease() throws IOException {
    NodeSnapshot p = picture(SITE1, grant(true, true), 105 * S, false, 100 * S, Status.OK);
    assertEquals("NOERROR 2 203.0.113.2", a(p, 100 * S));
    assertEquals("NOERROR 1 203.0.113.2", a(p, 103 * S + 1));
    assertEquals("NOERROR 0 203.0.113.2", a(p, 104 * S + 1));
    assertEquals("NOERROR 0 203.0.113.2", a(p, 105 * S));
    assertEquals("SERVFAIL", a(p, 106 * S), "the ledger is older than a lease");
    assertEquals(
        "NOERROR 2 \"epoch=7 active=site2\"", ask(p, 100 * S, "mysql.eraser.test.", Type.TXT));
  }

  @Test
  void betweenTwoConfirmationsTheLastOneWithoutBeingHeld() throws IOException {
    NodeSnapshot vacant =
        picture(SITE1, grant(false, false), LeaseClock.NEVER, false, 100 * S, Status.OK);
    assertEquals("NOERROR 0 203.0.113.2", a(vacant, 100 * S));
    NodeSnapshot claimed = picture(SITE1, grant(true, false), 105 * S, false, 100 * S, Status.OK);
    assertEquals("NOERROR 0 203.0.113.2", a(claimed, 100 * S));
    assertEquals(
        "NOERROR 0 \"epoch=7 active=none\"", ask(claimed, 100 * S, "mysql.eraser.test.", Type.TXT));
  }

  @Test
  void nothingThatWasNotLearnt() throws IOException {
    NodeSnapshot restarted =
        picture(SITE1, grant(true, true), LeaseClock.NEVER, false, LeaseClock.NEVER, Status.OK);
    assertEquals("SERVFAIL", a(restarted, 100 * S));
    NodeSnapshot never =
        picture(SITE1, Grant.none(SERVICE), LeaseClock.NEVER, false, 100 * S, Status.OK);
    assertEquals("SERVFAIL", a(never, 100 * S));
  }

  @Test
  void aSiteThatMayNotActDoesNotPromiseItsOwnAddress() throws IOException {
    NodeSnapshot fencing = picture(SITE2, grant(true, true), 105 * S, false, 100 * S, Status.OK);
    assertEquals("NOERROR 0 203.0.113.2", a(fencing, 100 * S));
    NodeSnapshot cutOff = picture(SITE2, grant(true, true), 105 * S, false, 100 * S, Status.FAIL);
    assertEquals("SERVFAIL", a(cutOff, 100 * S));
    NodeSnapshot well = picture(SITE2, grant(true, true), 105 * S, true, 100 * S, Status.OK);
    assertEquals("NOERROR 2 203.0.113.2", a(well, 100 * S));
  }

  @Test
  void aStaleLedgerLeavesTheRestOfTheZone() throws IOException {
    NodeSnapshot p = picture(SITE1, grant(true, true), 105 * S, false, 100 * S, Status.OK);
    assertEquals("NOERROR 300 ns1.eraser.test.", ask(p, 200 * S, "eraser.test.", Type.NS));
    assertEquals("REFUSED", ask(p, 100 * S, "example.com.", Type.A));
  }
}
