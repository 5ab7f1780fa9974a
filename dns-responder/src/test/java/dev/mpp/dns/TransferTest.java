package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.Type;
import org.xbill.DNS.ZoneTransferException;
import org.xbill.DNS.ZoneTransferIn;

/** Zones pulled by dnsjava over real sockets. */
class TransferTest {
  private static final Name APEX = Name.fromConstantString("vip.example.");
  private static final TransferRule LOOPBACK =
      new TransferRule(Optional.of(AccessList.loopback()), Optional.empty());

  private static final int HUGE = 4_000;

  private TransferZones zones = new TransferZones(List.of(LOOPBACK), List.of(), 4);
  private Loopback server;

  @BeforeEach
  void start() throws DnsBindException {
    serve(zones);
  }

  @AfterEach
  void stop() {
    assertEquals(0, server.counters().events(DnsCounters.Event.INTERNAL_ERROR));
    server.close();
  }

  private void serve(TransferZones what) throws DnsBindException {
    if (server != null) {
      server.close();
    }
    zones = what;
    // No deadline ends a transfer while a slow machine looks away.
    TcpLimits patient = new TcpLimits(64, 64, Duration.ofMinutes(2), Duration.ofMinutes(2));
    server = new Loopback(Loopback.config("127.0.0.1").withTcp(patient), zones);
  }

  private static ZoneBuilder zone(long serial) {
    return Zone.builder("vip.example.", 300, Example.soa(serial))
        .ns(3600, "ns1.vip.example.", "ns.elsewhere.test.")
        .records("ns1.vip.example.", 3600, Rdata.address("192.0.2.53"))
        .records("child.vip.example.", 60, new Rdata.Ns(DnsName.of("ns.child.vip.example.")))
        .records("ns.child.vip.example.", 60, Rdata.address("2001:db8::53"))
        .records("db.vip.example.", 5, Rdata.address("198.51.100." + serial % 100));
  }

  private boolean publish(ZoneBuilder zone) {
    return zones.publish(zone.build(), OptionalLong.empty());
  }

  private ZoneTransferIn run(ZoneTransferIn transfer) throws Exception {
    transfer.setTimeout(Duration.ofMillis(Loopback.PATIENCE_MILLIS));
    transfer.run();
    return transfer;
  }

  private ZoneTransferIn whole(TSIG key) throws Exception {
    return run(ZoneTransferIn.newAXFR(APEX, server.address(), key));
  }

  private ZoneTransferIn since(long serial) throws Exception {
    return run(ZoneTransferIn.newIXFR(APEX, serial, false, server.address(), null));
  }

  private static Set<String> texts(List<Record> records) {
    Set<String> out = new HashSet<>();
    records.forEach(
        r ->
            out.add(
                r.getName()
                    + " "
                    + r.getTTL()
                    + " "
                    + Type.string(r.getType())
                    + " "
                    + r.rdataToString()));
    return out;
  }

  @Test
  void aWholeZoneArrives() throws Exception {
    publish(zone(7));
    List<Record> records = whole(null).getAXFR();
    assertEquals(Type.SOA, records.getFirst().getType());
    assertEquals(records.getFirst(), records.getLast());
    assertEquals(
        Set.of(
            "vip.example. 300 SOA ns1.vip.example. hostmaster.elsewhere.test. 7 3600 600 86400 60",
            "vip.example. 3600 NS ns1.vip.example.",
            "vip.example. 3600 NS ns.elsewhere.test.",
            "ns1.vip.example. 3600 A 192.0.2.53",
            "child.vip.example. 60 NS ns.child.vip.example.",
            "ns.child.vip.example. 60 AAAA 2001:db8:0:0:0:0:0:53",
            "db.vip.example. 5 A 198.51.100.7"),
        texts(records));
    assertEquals(1, server.counters().events(DnsCounters.Event.TRANSFER_WHOLE));
  }

  @Test
  void liveAndRestrictedRecordsStayHere() throws Exception {
    ZoneBuilder zone =
        zone(7)
            .live("live.vip.example.", 5, Liveness.lease(1, 2), Rdata.address("192.0.2.1"))
            .records("secret.vip.example.", 5, new Rdata.Txt("state"))
            .readers("secret.vip.example.", RrType.TXT, AccessList.loopback());
    publish(zone);
    assertTrue(
        whole(null).getAXFR().stream()
            .noneMatch(r -> r.getName().toString().matches("(live|secret)\\..*")));
  }

  @ParameterizedTest
  @EnumSource
  void manyMessagesAreEachSigned(TsigAlgorithm algorithm) throws Exception {
    TsigKey key = TsigTest.key("xfr.key.", algorithm);
    serve(
        new TransferZones(
            List.of(new TransferRule(Optional.empty(), Optional.of(key))), List.of(), 4));
    publish(large(7, 4000));
    List<Record> records = whole(TsigTest.client("xfr.key.", algorithm)).getAXFR();
    assertEquals(4000 + 8, records.size());
    assertEquals(4000 + 7, new HashSet<>(records).size());
    assertRefused(null);
    assertRefused(TsigTest.client("other.key.", algorithm));
  }

  private static ZoneBuilder large(long serial, int hosts) {
    ZoneBuilder zone = zone(serial);
    for (int i = 0; i < hosts; i++) {
      zone.records("h" + i + ".vip.example.", 60, new Rdata.Txt("of " + serial));
    }
    return zone;
  }

  /** More than the kernel takes for a client that does not read: 8 MB. */
  private static ZoneBuilder huge(long serial) {
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      strings.add(("of " + serial).repeat(50));
    }
    ZoneBuilder zone = zone(serial);
    for (int i = 0; i < HUGE; i++) {
      zone.records("h" + i + ".vip.example.", 60, new Rdata.Txt(strings));
    }
    return zone;
  }

  private void assertRefused(TSIG key) {
    assertThrows(ZoneTransferException.class, () -> whole(key));
  }

  @Test
  void nobodyElseMayTransfer() throws Exception {
    AccessList others = AccessList.of(List.of("192.0.2.0/24"));
    serve(
        new TransferZones(
            List.of(new TransferRule(Optional.of(others), Optional.empty())), List.of(), 4));
    publish(zone(7));
    for (String name : List.of("vip.example.", "elsewhere.test.")) {
      Ask.assertRcode(Rcode.REFUSED, server.tcp(Ask.query(name, Type.AXFR)));
      Ask.assertRcode(Rcode.REFUSED, server.tcp(ixfr(name, 3)));
      Ask.assertRcode(Rcode.REFUSED, server.udp(ixfr(name, 3)));
    }
    assertEquals(6, server.counters().events(DnsCounters.Event.TRANSFER_REFUSED));
  }

  private static Message ixfr(String name, long serial) {
    Message query = Ask.query(name, Type.IXFR);
    query.addRecord(
        new SOARecord(
            query.getQuestion().getName(), 1, 0, Name.root, Name.root, serial, 0, 0, 0, 0),
        Section.AUTHORITY);
    return query;
  }

  @Test
  void onlyDifferencesTravelToWhoHasTheZone() throws Exception {
    assertTrue(publish(large(7, 100)));
    assertFalse(publish(large(7, 100)));
    ZoneBuilder next = large(7, 100).records("new.vip.example.", 60, Rdata.address("192.0.2.9"));
    assertTrue(zones.publish(renumbered(next, 9), OptionalLong.empty()));
    ZoneTransferIn transfer = since(7);
    assertTrue(transfer.isIXFR());
    ZoneTransferIn.Delta delta = transfer.getIXFR().getFirst();
    assertEquals(7, delta.start);
    assertEquals(9, delta.end);
    assertEquals(
        Set.of("new.vip.example. 60 A 192.0.2.9"), texts(delta.adds.subList(1, delta.adds.size())));
    assertEquals(List.of(), delta.deletes.subList(1, delta.deletes.size()));
    assertEquals(1, server.counters().events(DnsCounters.Event.TRANSFER_INCREMENTAL));
    assertTrue(since(9).isCurrent());
    assertTrue(since(10).isCurrent());
  }

  /** The same records under another serial. */
  private static Zone renumbered(ZoneBuilder zone, long serial) {
    return zone.serial(serial).build();
  }

  @Test
  void deletionsAndChangedTtlsAreDifferences() throws Exception {
    publish(large(7, 100).records("gone.vip.example.", 60, Rdata.address("192.0.2.9")));
    zones.publish(
        renumbered(large(7, 100).records("came.vip.example.", 60, Rdata.address("192.0.2.9")), 8),
        OptionalLong.empty());
    zones.publish(
        renumbered(large(7, 100).records("came.vip.example.", 61, Rdata.address("192.0.2.9")), 9),
        OptionalLong.empty());
    ZoneTransferIn.Delta two = since(7).getIXFR().getFirst();
    assertEquals(Set.of("gone.vip.example. 60 A 192.0.2.9"), rest(two.deletes));
    assertEquals(Set.of("came.vip.example. 61 A 192.0.2.9"), rest(two.adds));
    ZoneTransferIn.Delta one = since(8).getIXFR().getFirst();
    assertEquals(Set.of("came.vip.example. 60 A 192.0.2.9"), rest(one.deletes));
    assertEquals(Set.of("came.vip.example. 61 A 192.0.2.9"), rest(one.adds));
  }

  private static Set<String> rest(List<Record> records) {
    return texts(records.subList(1, records.size()));
  }

  @Test
  void withoutAKnownBaseTheWholeZoneTravels() throws Exception {
    publish(zone(7));
    assertTrue(since(3).isAXFR(), "a serial never seen");
    publish(zone(9));
    // A zone that changed without a new serial: what a secondary has of 9 may be either.
    publish(zone(9).records("unannounced.vip.example.", 60, Rdata.address("192.0.2.9")));
    assertTrue(since(7).isAXFR(), "history given up");
  }

  @Test
  void serialsWrapAround() throws Exception {
    publish(large(0xffff_ffffL, 10).records("x.vip.example.", 1, Rdata.address("192.0.2.9")));
    zones.publish(renumbered(large(0xffff_ffffL, 10), 1), OptionalLong.empty());
    assertTrue(since(0xffff_ffffL).isIXFR());
    assertTrue(since(5).isCurrent());
  }

  @Test
  void overUdpTheSerialAlone() throws Exception {
    publish(zone(9));
    for (long serial : new long[] {3, 9}) {
      Message answer = server.udp(ixfr("vip.example.", serial));
      Ask.assertRcode(Rcode.NOERROR, answer);
      assertEquals(1, answer.getSection(Section.ANSWER).size());
      assertEquals(9, ((SOARecord) answer.getSection(Section.ANSWER).getFirst()).getSerial());
    }
    Ask.assertRcode(Rcode.REFUSED, server.udp(Ask.query("vip.example.", Type.AXFR)));
  }

  @Test
  void whatCannotBeHad() throws Exception {
    publish(zone(9));
    Ask.assertRcode(Rcode.NOTAUTH, server.tcp(Ask.query("db.vip.example.", Type.AXFR)));
    Ask.assertRcode(Rcode.NOTAUTH, server.tcp(Ask.query("elsewhere.test.", Type.AXFR)));
    Ask.assertRcode(Rcode.FORMERR, server.tcp(Ask.query("vip.example.", Type.IXFR)));
  }

  @Test
  void aStaleZoneIsNeitherHandedOutNorVouchedFor() throws Exception {
    zones.publish(zone(7).build(), OptionalLong.of(10));
    server.clock.set(9);
    assertEquals(8, whole(null).getAXFR().size());
    Ask.assertRcode(Rcode.NOERROR, server.udp(Ask.query("vip.example.", Type.SOA)));
    server.clock.set(10);
    Ask.assertRcode(Rcode.SERVFAIL, server.tcp(Ask.query("vip.example.", Type.AXFR)));
    Ask.assertRcode(Rcode.SERVFAIL, server.udp(ixfr("vip.example.", 7)));
    Ask.assertRcode(Rcode.SERVFAIL, server.udp(Ask.query("vip.example.", Type.SOA)));
    assertTrue(zones.confirm(DnsName.of("vip.example."), 7, 20));
    assertFalse(zones.confirm(DnsName.of("vip.example."), 8, 20));
    assertEquals(8, whole(null).getAXFR().size());
  }

  /** A transfer is the zone of the instant when it began, whatever is published meanwhile. */
  @Test
  void aTransferIsOfOneInstantAndTransfersAreLimited() throws Exception {
    serve(new TransferZones(List.of(LOOPBACK), List.of(), 1));
    publish(huge(7));
    try (Socket slow = small()) {
      slow.getOutputStream().write(Loopback.framed(Ask.query("vip.example.", Type.AXFR).toWire()));
      List<Record> records = new ArrayList<>(answers(slow));
      publish(huge(8));
      Ask.assertRcode(Rcode.SERVFAIL, server.tcp(Ask.query("vip.example.", Type.AXFR)));
      assertEquals(1, server.counters().events(DnsCounters.Event.TRANSFER_BUSY));
      while (records.size() < HUGE + 8) {
        records.addAll(answers(slow));
      }
      assertEquals(records.getFirst(), records.getLast());
      assertEquals(7, ((SOARecord) records.getFirst()).getSerial());
      assertTrue(
          records.stream()
              .filter(r -> r.getType() == Type.TXT)
              .allMatch(r -> r.rdataToString().startsWith("\"of 7")));
    }
    assertEquals(HUGE + 8, whole(null).getAXFR().size(), "the place was given back");
  }

  @Test
  void whoHangsUpGivesThePlaceBack() throws Exception {
    serve(new TransferZones(List.of(LOOPBACK), List.of(), 1));
    publish(huge(7));
    try (Socket rude = small()) {
      rude.getOutputStream().write(Loopback.framed(Ask.query("vip.example.", Type.AXFR).toWire()));
      assertFalse(answers(rude).isEmpty());
    }
    Eventually.eventually("the place is free", () -> zones.begin());
    zones.end();
  }

  /** A connection of which the kernel takes little ahead of the reader. */
  private Socket small() throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(65_536);
    socket.setSoTimeout(Loopback.PATIENCE_MILLIS);
    socket.connect(server.address(), Loopback.PATIENCE_MILLIS);
    return socket;
  }

  private static List<Record> answers(Socket socket) throws IOException {
    return Loopback.readFramed(socket).getSection(Section.ANSWER);
  }

  @Test
  void theLettersOfTheZoneArriveNotThoseOfTheQuestion() throws Exception {
    zones.publish(
        Zone.builder("VIP.Example.", 300, Example.soa(7))
            .ns(3600, "ns1.VIP.Example.")
            .records("ns1.VIP.Example.", 3600, Rdata.address("192.0.2.53"))
            .build(),
        OptionalLong.empty());
    Message answer = server.tcp(Ask.query("vip.example.", Type.AXFR));
    assertEquals("vip.example.", answer.getQuestion().getName().toString());
    assertTrue(
        answer.getSection(Section.ANSWER).stream()
            .allMatch(r -> r.getName().toString().endsWith("VIP.Example.")));
  }
}
