package dev.mpp.node.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.node.balancer.CheckSource;
import dev.mpp.node.balancer.LoadBalancerCheck;
import dev.mpp.node.publish.CounterSource;
import dev.mpp.node.publish.NodeMetrics;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class HttpEdgeTest {
  private static final Duration LEASE = Duration.ofSeconds(6);
  private static final FakeControl CONTROL = new FakeControl();
  private static final AtomicLong NOW = new AtomicLong();
  private static final AtomicLong QUERIES = new AtomicLong(41);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static HttpEdge edge;

  private static final class Queries implements CounterSource {
    @Override
    public String name() {
      return "mpp.dns.queries";
    }

    @Override
    public String help() {
      return "Queries answered";
    }

    @Override
    public Map<Map<String, String>, Long> counts() {
      return Map.of(Map.of("rcode", "NOERROR"), QUERIES.get());
    }
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  @BeforeAll
  static void start() {
    edge =
        HttpEdge.start(
            anyPort(),
            new CheckSource(new LoadBalancerCheck(true, LEASE), CONTROL::snapshot, NOW::get),
            new HealthSource(CONTROL::snapshot, NOW::get, LEASE),
            new NodeMetrics(CONTROL::snapshot, NOW::get, List.of(new Queries())));
    System.out.println("HTTP edge started in " + edge.startup().toMillis() + " ms");
  }

  @AfterAll
  static void stop() {
    edge.close();
    CLIENT.close();
  }

  @BeforeEach
  void fresh() {
    NOW.set(Pictures.NOW);
    CONTROL.picture = Pictures.standard();
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return get(edge, path);
  }

  private static HttpResponse<String> get(HttpEdge from, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + from.port() + path);
    return CLIENT.send(
        HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static void expect(int status, String body, String path) throws Exception {
    HttpResponse<String> response = get(path);
    assertEquals(status + " " + body + "\n", response.statusCode() + " " + response.body(), path);
  }

  @Test
  void checks() throws Exception {
    expect(200, "UP 10.1.0.1:3306 ACTIVE/OK, epoch 7", "/check/rw/10.1.0.1:3306");
    expect(200, "UP 10.1.0.1:3306 ACTIVE/OK, epoch 7", "/check/rw/mysql.eraser.com/10.1.0.1:3306");
    expect(200, "UP 10.1.0.1:3306 ACTIVE/OK, no STANDBY is OK", "/check/ro/10.1.0.1");
    expect(200, "UP 10.1.0.1:3306 ACTIVE/OK", "/check/local/10.1.0.1:3306");
    expect(503, "DOWN 10.1.0.2:3306 FAILED_OFFLINE/FAIL", "/check/rw/10.1.0.2:3306");
    expect(404, "DOWN 10.9.9.9:3306 is not a node of site1", "/check/rw/10.9.9.9:3306");
    expect(
        404, "DOWN [2001:db8::1]:3306 is not a node of site1", "/check/rw/%5B2001:db8::1%5D:3306");
    expect(404, "DOWN no check \"write\": rw, ro and local exist", "/check/write/10.1.0.1:3306");
    assertEquals(404, get("/check/rw/other.eraser.com/10.1.0.1:3306").statusCode());
    assertEquals(404, get("/check/rw/10.1.0.1:notaport").statusCode());
    assertTrue(
        get("/check/rw/10.1.0.1:3306")
            .headers()
            .firstValue("content-type")
            .orElse("")
            .startsWith("text/plain"));
    NOW.set(Pictures.NOW + LEASE.toNanos());
    HttpResponse<String> stuck = get("/check/local/10.1.0.1:3306");
    assertEquals(503, stuck.statusCode());
    assertTrue(stuck.body().contains("the loop is stuck"), stuck.body());
  }

  @Test
  void headIsAnsweredToo() throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + edge.port() + "/check/rw/10.1.0.1:3306");
    HttpRequest head = HttpRequest.newBuilder(uri).HEAD().build();
    assertEquals(200, CLIENT.send(head, HttpResponse.BodyHandlers.discarding()).statusCode());
  }

  @Test
  void health() throws Exception {
    HttpResponse<String> well = get("/health");
    assertEquals(200, well.statusCode());
    assertEquals(
        "{\"status\":\"UP\",\"site\":\"site1\",\"problems\":[],\"warnings\":[],\"loop_age_ms\":100,"
            + "\"ledger_age_ms\":250,\"insecure\":true,\"services\":[{\"service\":"
            + "\"mysql.eraser.com\",\"epoch\":7,\"active\":\"site1\",\"lapsed\":false,\"serving\":true,"
            + "\"holding\":true,\"sentence\":\"site1 holds the lease and 10.1.0.1:3306 is"
            + " writable.\"}]}",
        well.body());
    NOW.set(Pictures.NOW + LEASE.toNanos());
    HttpResponse<String> stuck = get("/health");
    assertEquals(503, stuck.statusCode());
    assertTrue(stuck.body().contains("nothing was decided for 6100 ms"), stuck.body());
    assertTrue(stuck.body().contains("the ledger is 6250 ms old"), stuck.body());
  }

  @Test
  void healthSaysWhichOfTwoInstancesItIsAndWhetherItActs() throws Exception {
    CONTROL.picture = Pictures.twin(true, true);
    HttpResponse<String> passive = get("/health");
    assertEquals(200, passive.statusCode(), "a passive instance is well");
    assertTrue(
        passive.body().contains("\"site\":\"site1\",\"instance\":\"b\",\"acts\":false,"),
        passive.body());
    assertTrue(passive.body().contains("\"warnings\":[],"), passive.body());
    CONTROL.picture = Pictures.twin(false, false);
    HttpResponse<String> alone = get("/health");
    assertEquals(200, alone.statusCode());
    assertTrue(alone.body().contains("\"instance\":\"b\",\"acts\":true,"), alone.body());
    assertTrue(alone.body().contains("the site's other instance is not there"), alone.body());
  }

  @Test
  void aLapsedLeaseIsAProblemAndNoSiteIsActive() throws Exception {
    CONTROL.picture = Pictures.lease(Pictures.standard(), Pictures.NOW - 1);
    HttpResponse<String> lapsed = get("/health");
    assertEquals(503, lapsed.statusCode());
    assertTrue(
        lapsed
            .body()
            .contains(
                "\"problems\":[\"mysql.eraser.com: nobody is ACTIVE: no lease of site1 is known to"
                    + " be left\"]"),
        lapsed.body());
    assertTrue(lapsed.body().contains("\"lapsed\":true"), lapsed.body());
    assertTrue(
        get("/metrics")
            .body()
            .contains("\nmpp_service_active{service=\"mysql.eraser.com\",site=\"site1\"} 0.0\n"));
  }

  @Test
  void lostRedundancyIsAWarningAndStillUp() throws Exception {
    CONTROL.picture = Pictures.alone(Pictures.standard());
    HttpResponse<String> alone = get("/health");
    assertEquals(200, alone.statusCode());
    assertTrue(
        alone
            .body()
            .contains(
                "\"warnings\":[\"mysql.eraser.com: no site to fail over to: only site1 has every"
                    + " acknowledged write\"]"),
        alone.body());
  }

  @Test
  void anActiveNodeThatKeepsItsRoleThoughItsPollsFailIsAProblem() throws Exception {
    CONTROL.picture =
        Pictures.paused(
            Pictures.picture(
                List.of(
                    Pictures.node(
                        Pictures.P1,
                        NodeType.PRIMARY,
                        52,
                        Status.OK_CRITICAL,
                        State.ACTIVE,
                        "Connection refused")),
                true));
    HttpResponse<String> health = get("/health");
    assertEquals(503, health.statusCode());
    assertTrue(
        health.body().contains("ACTIVE 10.1.0.1:3306 failed its last 52 polls: Connection refused"),
        health.body());
  }

  @Test
  void aPauseAndAnOverrideAreMeasured() throws Exception {
    CONTROL.picture = Pictures.overridden(Pictures.paused(Pictures.standard()));
    HttpResponse<String> health = get("/health");
    assertEquals(200, health.statusCode());
    assertTrue(
        health.body().contains("paused by ann (firmware): nobody takes over"), health.body());
    String text = get("/metrics").body();
    assertTrue(text.contains("\nmpp_service_paused{service=\"mysql.eraser.com\"} 1.0\n"), text);
    for (String part : List.of("state\"} 0", "weight\"} 1")) {
      assertTrue(
          text.lines()
              .anyMatch(
                  l ->
                      l.startsWith(
                              "mpp_node_override{node=\"10.1.0.2:3306\",part=\"" + part.charAt(0))
                          && l.endsWith(part.substring(part.length() - 1) + ".0")),
          text);
    }
    assertTrue(get("/check/rw/10.1.0.1:3306").body().startsWith("UP"));
  }

  @Test
  void metrics() throws Exception {
    String text = get("/metrics").body();
    for (String line :
        List.of(
            "mpp_node_state{node=\"10.1.0.1:3306\",pool=\"mysql.eraser.com_pool\","
                + "service=\"mysql.eraser.com\",state=\"ACTIVE\"} 1.0",
            "mpp_node_req{node=\"10.1.0.2:3306\",pool=\"mysql.eraser.com_pool\","
                + "service=\"mysql.eraser.com\"} 45.0",
            "mpp_node_lag_seconds{node=\"10.1.0.2:3306\",pool=\"mysql.eraser.com_pool\","
                + "service=\"mysql.eraser.com\"} 1.0",
            "mpp_service_lease_left_seconds{service=\"mysql.eraser.com\"} 4.9",
            "mpp_service_epoch{service=\"mysql.eraser.com\"} 7.0",
            "mpp_service_active{service=\"mysql.eraser.com\",site=\"site1\"} 1.0",
            "mpp_service_active{service=\"mysql.eraser.com\",site=\"site2\"} 0.0",
            "mpp_service_paused{service=\"mysql.eraser.com\"} 0.0",
            "mpp_node_override{node=\"10.1.0.2:3306\",part=\"weight\","
                + "pool=\"mysql.eraser.com_pool\",service=\"mysql.eraser.com\"} 0.0",
            "mpp_peer_up{peer=\"site3\"} 0.0",
            "mpp_peer_rtt_seconds{peer=\"site2\"} 2.1E-4",
            "mpp_checkpoint_status{checkpoint=\"edge:simple:router.site1.eraser.com:default\","
                + "class=\"EDGE\"} 2.0",
            "mpp_node_polls_skipped_total{node=\"10.1.0.1:3306\","
                + "service=\"mysql.eraser.com\"} 2.0",
            "mpp_dns_queries_total{rcode=\"NOERROR\"} 41.0",
            "mpp_loop_age_seconds 0.1",
            "mpp_insecure 1.0")) {
      assertTrue(text.contains("\n" + line + "\n"), line + " is not in\n" + text);
    }
    QUERIES.incrementAndGet();
    assertTrue(get("/metrics").body().contains("mpp_dns_queries_total{rcode=\"NOERROR\"} 42.0"));
  }

  @Test
  void routesWithoutTheirSourceDoNotExist() throws Exception {
    try (HttpEdge bare =
        HttpEdge.start(anyPort(), new HealthSource(CONTROL::snapshot, NOW::get, LEASE))) {
      System.out.println("second HTTP edge started in " + bare.startup().toMillis() + " ms");
      assertEquals(200, get(bare, "/health").statusCode());
      assertEquals(404, get(bare, "/metrics").statusCode());
      assertEquals(404, get(bare, "/check/rw/10.1.0.1:3306").statusCode());
    }
  }

  @Test
  void aTakenPortIsSaidSo() {
    var taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), edge.port());
    var failure = assertThrows(RuntimeException.class, () -> HttpEdge.start(taken));
    assertFalse(String.valueOf(failure.getMessage()).isEmpty());
  }
}
