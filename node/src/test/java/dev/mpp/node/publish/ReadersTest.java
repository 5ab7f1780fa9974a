package dev.mpp.node.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.dns.AnswerEngine;
import dev.mpp.dns.Client;
import dev.mpp.dns.ExtraRecords;
import dev.mpp.dns.Response;
import dev.mpp.dns.StalePolicy;
import dev.mpp.dns.Transport;
import dev.mpp.dns.ZoneFile;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.agreement.Agreement;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Names for reads, for sites and for SRV, made from a picture of three sites. */
final class ReadersTest {
  private static final long S = 1_000_000_000L;
  private static final long NOW = 100 * S;
  private static final ServiceName SERVICE = new ServiceName("mysql.eraser.test");
  private static final SiteId SITE1 = new SiteId("site1");
  private static final SiteId SITE2 = new SiteId("site2");
  private static final SiteId SITE3 = new SiteId("site3");

  private static SiteView.NodeView node(State state, Status status, int req, OptionalLong lag) {
    Optional<ServerFacts.Replication> replication =
        state == State.ACTIVE
            ? Optional.empty()
            : Optional.of(
                new ServerFacts.Replication(
                    "10.1.0.1:3306", true, true, true, "", lag, GtidSet.parse("0-1-1")));
    return new SiteView.NodeView(
        new NodeAddress("10.1.0.1", 3306),
        NodeType.PRIMARY,
        req,
        status,
        status,
        state,
        "",
        0,
        0,
        Optional.of(
            new ServerFacts(
                "11.4", true, GtidSet.parse("0-1-1"), replication, ServerFacts.SemiSync.OFF, true)),
        Optional.empty());
  }

  private static SiteView view(SiteId site, Status pool, SiteView.NodeView... nodes) {
    return new SiteView(
        site,
        "i",
        1,
        false,
        "",
        "",
        Reach.GLOBAL,
        List.of(),
        List.of(
            new SiteView.PoolView(
                SERVICE, "p", pool, false, "", Optional.empty(), -1, List.of(nodes))),
        List.of());
  }

  private static SiteView active(SiteId site) {
    return view(site, Status.OK, node(State.ACTIVE, Status.OK, 0, OptionalLong.empty()));
  }

  private static SiteView standby(SiteId site, long lag) {
    return view(site, Status.OK, node(State.STANDBY, Status.OK, 0, OptionalLong.of(lag)));
  }

  private static NodeSnapshot picture(
      SiteView self, Map<SiteId, SiteOrder> orders, SiteView... others) {
    List<NodeSnapshot.Peer> peers = new ArrayList<>();
    for (SiteView v : others) {
      peers.add(new NodeSnapshot.Peer(v.site(), false, true, NOW, 1, Optional.of(v)));
    }
    Grant grant =
        new Grant(SERVICE, 7, Optional.of(SITE1), "x", 9, true, Optional.of(SITE1), Set.of(SITE1));
    return new NodeSnapshot(
        NOW,
        self,
        peers,
        List.of(
            new NodeSnapshot.Service(
                SERVICE,
                grant,
                105 * S,
                true,
                105 * S,
                "",
                List.of(
                    new NodeSnapshot.SiteAddress(SITE1, List.of("198.51.100.1", "2001:db8::1")),
                    new NodeSnapshot.SiteAddress(SITE2, List.of("203.0.113.2")),
                    new NodeSnapshot.SiteAddress(SITE3, List.of("192.0.2.3"))))),
        orders,
        new Agreement.Health("", "", 1, 1),
        NOW,
        false,
        0,
        Optional.empty());
  }

  private static DnsTables.Settings settings(
      StalePolicy stale, List<String> readers, ExtraRecords extra) {
    return new DnsTables.Settings(
        "eraser.test",
        2,
        List.of(new DnsTables.NameServer("ns1.eraser.test", "192.0.2.1")),
        6 * S,
        stale,
        "dba.eraser.test",
        "ro",
        10,
        Map.of(SITE3, List.of("10.3.0.0/16")),
        readers,
        extra,
        Optional.empty());
  }

  private static final DnsTables TABLES =
      new DnsTables(settings(StalePolicy.SERVFAIL, List.of(), ExtraRecords.NONE));

  private static String ask(
      DnsTables tables, NodeSnapshot p, long now, String client, String name, int type)
      throws IOException {
    Message query = Message.newQuery(Record.newRecord(Name.fromString(name), type, DClass.IN));
    query.getHeader().setID(0);
    byte[] wire = query.toWire();
    Response out = new Response();
    new AnswerEngine()
        .answer(
            wire,
            wire.length,
            new Client().from(InetAddress.ofLiteral(client)),
            tables.table(p),
            now,
            Transport.UDP,
            out);
    Message m = new Message(Arrays.copyOf(out.bytes(), out.length()));
    StringBuilder b = new StringBuilder(Rcode.string(m.getRcode()));
    for (Record r : m.getSection(Section.ANSWER)) {
      b.append(' ').append(r.getTTL()).append(' ').append(r.rdataToString()).append(';');
    }
    return b.toString();
  }

  private static String ask(NodeSnapshot p, String name, int type) throws IOException {
    return ask(TABLES, p, NOW, "192.0.2.99", name, type);
  }

  private static String ro(NodeSnapshot p) throws IOException {
    return ask(p, "ro.mysql.eraser.test.", Type.A);
  }

  @Test
  void everySiteWithinTheLagLimitServesReads() throws IOException {
    assertEquals(
        "NOERROR 2 198.51.100.1; 2 203.0.113.2; 2 192.0.2.3;",
        ro(picture(active(SITE1), Map.of(), standby(SITE2, 0), standby(SITE3, 10))));
    assertEquals(
        "NOERROR 2 198.51.100.1; 2 192.0.2.3;",
        ro(picture(active(SITE1), Map.of(), standby(SITE2, 11), standby(SITE3, 0))));
  }

  @Test
  void whoIsSilentOrderedOutOrFailedDoesNot() throws IOException {
    SiteOrder drain = new SiteOrder(SiteOrder.Mode.DRAIN, "ann", "");
    assertEquals(
        "NOERROR 2 198.51.100.1;",
        ro(picture(active(SITE1), Map.of(SITE2, drain), standby(SITE2, 0))));
    SiteView failed =
        view(SITE2, Status.FAIL, node(State.STANDBY, Status.OK, 0, OptionalLong.of(0)));
    SiteView unpolled =
        view(SITE3, Status.OK, node(State.STANDBY, Status.OK, -1, OptionalLong.of(0)));
    assertEquals("NOERROR 2 198.51.100.1;", ro(picture(active(SITE1), Map.of(), failed, unpolled)));
    SiteView lagUnknown =
        view(SITE2, Status.OK, node(State.STANDBY, Status.OK, 0, OptionalLong.empty()));
    assertEquals(
        "NOERROR 2 198.51.100.1;",
        ro(picture(active(SITE1), Map.of(), lagUnknown, active(SITE3))),
        "ACTIVE by its own word, but not the one that serves");
    assertEquals("SERVFAIL", ro(picture(view(SITE1, Status.FAIL), Map.of())));
  }

  @Test
  void nearestFirstForWhomTheConfigurationSays() throws IOException {
    NodeSnapshot p = picture(active(SITE1), Map.of(), standby(SITE2, 0), standby(SITE3, 0));
    assertEquals(
        "NOERROR 2 192.0.2.3; 2 198.51.100.1; 2 203.0.113.2;",
        ask(TABLES, p, NOW, "10.3.4.5", "ro.mysql.eraser.test.", Type.A));
  }

  @Test
  void srvAndSiteNames() throws IOException {
    NodeSnapshot p = picture(active(SITE1), Map.of(), standby(SITE2, 0));
    assertEquals(
        "NOERROR 2 0 1 3306 mysql.eraser.test.;",
        ask(p, "_mysql._tcp.mysql.eraser.test.", Type.SRV));
    assertEquals(
        "NOERROR 2 0 1 3306 site1.mysql.eraser.test.; 2 0 1 3306 site2.mysql.eraser.test.;",
        ask(p, "_mysql._tcp.ro.mysql.eraser.test.", Type.SRV));
    assertEquals(
        "NOERROR 300 2001:db8:0:0:0:0:0:1;", ask(p, "site1.mysql.eraser.test.", Type.AAAA));
    assertEquals("NOERROR 300 192.0.2.3;", ask(p, "site3.mysql.eraser.test.", Type.A));
    assertEquals("NXDOMAIN", ask(p, "site4.mysql.eraser.test.", Type.A));
  }

  @Test
  void whatALedgerThatIsTooOldAnswersIsThePolicys() throws IOException {
    NodeSnapshot p = picture(active(SITE1), Map.of(), standby(SITE2, 0));
    long stale = NOW + 7 * S;
    String client = "192.0.2.99";
    for (String name :
        List.of("mysql.eraser.test.", "ro.mysql.eraser.test.", "_mysql._tcp.mysql.eraser.test.")) {
      assertEquals("SERVFAIL", ask(TABLES, p, stale, client, name, Type.A), name);
    }
    DnsTables kept = new DnsTables(settings(StalePolicy.LAST_KNOWN, List.of(), ExtraRecords.NONE));
    assertEquals(
        "NOERROR 0 198.51.100.1;", ask(kept, p, stale, client, "mysql.eraser.test.", Type.A));
  }

  @Test
  void theStateIsForWhomItIsFor() throws IOException {
    NodeSnapshot p = picture(active(SITE1), Map.of());
    DnsTables tables =
        new DnsTables(settings(StalePolicy.SERVFAIL, List.of("10.0.0.0/8"), ExtraRecords.NONE));
    String name = "mysql.eraser.test.";
    assertEquals(
        "NOERROR 2 \"epoch=7 active=site1\";", ask(tables, p, NOW, "10.9.9.9", name, Type.TXT));
    assertEquals("REFUSED", ask(tables, p, NOW, "192.0.2.9", name, Type.TXT));
    assertEquals("NOERROR 2 198.51.100.1;", ask(tables, p, NOW, "192.0.2.9", name, Type.A));
  }

  @Test
  void furtherRecordsJoinTheZone() throws Exception {
    ExtraRecords extra =
        ZoneFile.extra("extra", "www 60 A 192.0.2.80\nmysql 60 MX 5 www\n", "eraser.test.");
    DnsTables tables = new DnsTables(settings(StalePolicy.SERVFAIL, List.of(), extra));
    NodeSnapshot p = picture(active(SITE1), Map.of());
    String client = "192.0.2.9";
    assertEquals("NOERROR 60 192.0.2.80;", ask(tables, p, NOW, client, "www.eraser.test.", Type.A));
    assertEquals(
        "NOERROR 60 5 www.eraser.test.;",
        ask(tables, p, NOW, client, "mysql.eraser.test.", Type.MX));
  }
}
