package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.dns.AnswerTable;
import dev.mpp.dns.DnsResponder;
import dev.mpp.dns.DnsResponderConfig;
import dev.mpp.dns.QueryLog;
import dev.mpp.dns.ZoneFile;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.publish.CounterSource;
import dev.mpp.node.querylog.QueryLogs;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/** What a scrape says after real queries. */
@Timeout(60)
class DnsMetricsTest {
  private static final String ZONE = "$TTL 60\nx.test. SOA n h 1 1 1 1 1\n@ NS n\nn A 192.0.2.1\n";
  private static final int QUERIES = 5;

  @TempDir private Path dir;

  private static Map<Map<String, String>, Long> counts(List<CounterSource> all, String name) {
    return all.stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow().counts();
  }

  @Test
  void queriesAreCountedByCodeTypeTimeAndLog() throws Exception {
    AnswerTable table =
        AnswerTable.builder().zone(ZoneFile.parse("z", "$ORIGIN x.test.\n" + ZONE)).build();
    DnsResponderConfig config =
        DnsResponderConfig.listeningOn(
            List.of(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)));
    var logging =
        new MppConfig.QueryLogging(
            MppConfig.QueryLogging.Format.TEXT, dir.resolve("q").toString(), 1);
    QueryLog log = QueryLogs.open(logging, Optional.empty(), () -> Instant.EPOCH);
    try (DnsResponder responder =
        new DnsResponder(config, () -> table, () -> 0, () -> 0, null, Optional.of(log))) {
      responder.start();
      ask(responder);
      log.close();
      responder.close();
      List<CounterSource> all = DnsMetrics.of(responder);
      long five = QUERIES;
      assertEquals(five, counts(all, "mpp.dns.responses").get(Map.of("rcode", "noerror")));
      assertEquals(five, counts(all, "mpp.dns.asked").get(Map.of("type", "a")));
      assertEquals(five, counts(all, "mpp.dns.latency.bucket").get(Map.of("le", "+Inf")));
      assertTrue(counts(all, "mpp.dns.latency.micros").get(Map.of()) > 0);
      assertEquals(five, counts(all, "mpp.dns.query.log").get(Map.of("outcome", "written")));
      assertEquals(0L, counts(all, "mpp.dns.query.log").get(Map.of("outcome", "dropped")));
    }
  }

  private static void ask(DnsResponder responder) throws Exception {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(10_000);
      socket.connect(responder.addresses().getFirst());
      byte[] query =
          Message.newQuery(Record.newRecord(Name.fromConstantString("n.x.test."), Type.A, 1))
              .toWire();
      for (int i = 0; i < QUERIES; i++) {
        socket.send(new DatagramPacket(query, query.length));
        socket.receive(new DatagramPacket(new byte[512], 512));
      }
    }
  }
}
