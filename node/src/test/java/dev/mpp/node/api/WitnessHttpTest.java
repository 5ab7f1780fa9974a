package dev.mpp.node.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.balancer.CheckSource;
import dev.mpp.node.balancer.LoadBalancerCheck;
import dev.mpp.node.publish.NodeMetrics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two HTTP servers of MPP give the same answers. */
final class WitnessHttpTest {
  private static final Duration LEASE = Duration.ofSeconds(6);
  private static final AtomicLong NOW = new AtomicLong();
  private static final AtomicReference<NodeSnapshot> PICTURE =
      new AtomicReference<>(Pictures.standard());
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static WitnessHttp small;
  private static HttpEdge large;

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static CheckSource checks() {
    return new CheckSource(new LoadBalancerCheck(true, LEASE), PICTURE::get, NOW::get);
  }

  private static HealthSource health() {
    return new HealthSource(PICTURE::get, NOW::get, LEASE);
  }

  private static NodeMetrics metrics() {
    return new NodeMetrics(PICTURE::get, NOW::get, List.of());
  }

  private static WitnessHttp started(InetSocketAddress bind) throws IOException {
    CheckSource checks = checks();
    return WitnessHttp.start(
        bind,
        (kind, service, node) -> {
          CheckSource.Answer answer = checks.answer(kind, service, node);
          return new WitnessHttp.Answer(answer.status(), answer.body());
        },
        health(),
        metrics()::scrape);
  }

  @BeforeAll
  static void start() throws IOException {
    small = started(anyPort());
    large = HttpEdge.start(anyPort(), checks(), health(), metrics());
  }

  @AfterAll
  static void stop() {
    small.close();
    large.close();
    CLIENT.close();
  }

  @BeforeEach
  void fresh() {
    NOW.set(Pictures.NOW);
    PICTURE.set(Pictures.standard());
  }

  private static HttpResponse<String> get(int port, String path) throws Exception {
    return send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(10))
            .build());
  }

  private static HttpResponse<String> send(HttpRequest request) throws Exception {
    return CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static String type(HttpResponse<String> response) {
    return response.headers().firstValue("content-type").orElse("").replaceFirst(";.*", "");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/check/rw/10.1.0.1:3306",
        "/check/rw/mysql.eraser.com/10.1.0.1:3306",
        "/check/ro/10.1.0.1",
        "/check/local/10.1.0.1:3306",
        "/check/rw/10.1.0.2:3306",
        "/check/rw/10.9.9.9:3306",
        "/check/rw/%5B2001:db8::1%5D:3306",
        "/check/write/10.1.0.1:3306",
        "/check/rw/other.eraser.com/10.1.0.1:3306",
        "/check/rw/10.1.0.1:notaport",
        "/health",
      })
  void answersAreTheSame(String path) throws Exception {
    for (long later : new long[] {0, LEASE.toNanos()}) {
      NOW.set(Pictures.NOW + later);
      HttpResponse<String> a = get(small.port(), path);
      HttpResponse<String> b = get(large.port(), path);
      assertEquals(b.statusCode() + " " + b.body(), a.statusCode() + " " + a.body());
      assertEquals(type(b), type(a));
    }
  }

  @Test
  void metricsAreTheSameButForTheProcessItself() throws Exception {
    assertEquals(
        families(get(large.port(), "/metrics").body()),
        families(get(small.port(), "/metrics").body()));
    assertEquals("text/plain", type(get(small.port(), "/metrics")));
  }

  private static List<String> families(String text) {
    List<String> own =
        text.lines()
            .filter(l -> l.startsWith("mpp_") || l.startsWith("# TYPE"))
            .collect(Collectors.toList());
    assertFalse(own.isEmpty());
    return own;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/nothing",
        "/check",
        "/check/rw",
        "/check/a/b/c/d",
        "/healthy",
        "/metrics/x"
      })
  void elsewhereIsNothing(String path) throws Exception {
    assertEquals(404, get(small.port(), path).statusCode());
  }

  @Test
  void headIsAnsweredAndOtherMethodsAreNot() throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + small.port() + "/health");
    HttpResponse<String> head = send(HttpRequest.newBuilder(uri).HEAD().build());
    assertEquals(200, head.statusCode());
    assertEquals("", head.body());
    HttpResponse<String> post =
        send(HttpRequest.newBuilder(uri).POST(HttpRequest.BodyPublishers.ofString("x")).build());
    assertEquals(405, post.statusCode());
    assertEquals("GET, HEAD", post.headers().firstValue("allow").orElse(""));
  }

  @Test
  void aFailureIsAnAnswerToo() throws Exception {
    PICTURE.set(null);
    assertEquals(500, get(small.port(), "/health").statusCode());
    assertEquals(500, get(large.port(), "/health").statusCode());
  }

  @Test
  void whoNeverFinishesARequestKeepsNobodyElseWaiting() throws Exception {
    try (Socket slow = new Socket(InetAddress.getLoopbackAddress(), small.port())) {
      slow.getOutputStream().write("GET /health HTT".getBytes(StandardCharsets.US_ASCII));
      slow.getOutputStream().flush();
      assertEquals(200, get(small.port(), "/health").statusCode());
    }
  }

  @Test
  void aPortInUseIsAnError() {
    InetSocketAddress taken = new InetSocketAddress(InetAddress.getLoopbackAddress(), small.port());
    IOException e = assertThrows(IOException.class, () -> started(taken));
    assertTrue(String.valueOf(e.getMessage()).contains("in use"), e.toString());
  }
}
