package dev.mpp.checkpoints;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Profile;
import dev.mpp.core.reach.StatusRange;
import dev.mpp.core.reach.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeftovers.class)
class ProbeTest {
  private static final Duration TIMEOUT = Duration.ofMillis(400);

  /** The promise: one second above the timeout, whatever the target does. */
  private static final Duration BOUND = TIMEOUT.plusSeconds(1);

  private static CheckpointSpec spec(String method, String host, int port, String path, String ok) {
    Profile profile =
        Profile.DEFAULT
            .withPort(port)
            .withTimes(TIMEOUT, Duration.ofSeconds(5))
            .withHttp(new Profile.Http(path, StatusRange.parse(ok)));
    return CheckpointSpec.parse("edge:" + method + ":" + host + ":p", Map.of("p", profile));
  }

  private static Verdict run(CheckpointSpec spec) throws InterruptedException {
    return bounded(Probes.platform().of(spec));
  }

  private static Verdict bounded(Probe probe) throws InterruptedException {
    long start = System.nanoTime();
    Verdict verdict = probe.run();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(BOUND) < 0, "took " + took + ": " + verdict);
    assertTrue(verdict.micros() <= took.toNanos() / 1000, verdict.toString());
    return verdict;
  }

  private static Verdict get(HostileServer.Behaviour behaviour, String expect)
      throws IOException, InterruptedException {
    try (HostileServer server = new HostileServer(behaviour)) {
      return run(spec("http", "127.0.0.1", server.port(), "/", expect));
    }
  }

  @Test
  void aListeningPortIsEnoughForSimple() throws Exception {
    try (HostileServer server = new HostileServer(HostileServer.silence())) {
      assertTrue(run(spec("simple", "127.0.0.1", server.port(), "/", "200")).ok());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"simple", "http", "https"})
  void aClosedPortIsRefused(String method) throws Exception {
    int port;
    try (ServerSocket reserved = new ServerSocket(0)) {
      port = reserved.getLocalPort();
    }
    Verdict verdict = run(spec(method, "127.0.0.1", port, "/", "200"));
    assertFalse(verdict.ok());
    assertTrue(verdict.message().contains("refused"), verdict.message());
  }

  @Test
  void aFullBacklogIsASilentDrop() throws Exception {
    List<Socket> clients = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      fill(full, clients);
      Verdict verdict = run(spec("simple", "127.0.0.1", full.getLocalPort(), "/", "200"));
      assertEquals("no answer within 400 ms", verdict.message());
    } finally {
      for (Socket client : clients) {
        client.close();
      }
    }
  }

  /** Connects until the queue of a listener that accepts nobody is full. */
  private static void fill(ServerSocket full, List<Socket> clients) throws IOException {
    try {
      while (clients.size() < 16) {
        Socket client = new Socket();
        clients.add(client);
        client.connect(full.getLocalSocketAddress(), 100);
      }
    } catch (SocketTimeoutException filled) {
      return;
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok                      | 200     | HTTP 200
          HTTP/1.0 200 OK\\r\\n\\r\\nbody until the end                              | 2xx     | HTTP 200
          HTTP/1.1 204 No Content\\r\\n\\r\\n                                        | 204     | HTTP 204
          HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n | 200 | HTTP 200
          HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n3\\r\\nabc\\r\\n0\\r\\n\\r\\n | 200 | HTTP 200
          HTTP/1.1 302 Found\\r\\nLocation: /\\r\\nContent-Length: 0\\r\\n\\r\\n     | 200-399 | HTTP 302
          """)
  void goodAnswers(String reply, String expect, String message) throws Exception {
    Verdict verdict = get(HostileServer.replies(wire(reply)), expect);
    assertTrue(verdict.ok(), verdict.message());
    assertEquals(message, verdict.message());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          HTTP/1.1 503 Service Unavailable\\r\\nContent-Length: 0\\r\\n\\r\\n | HTTP 503, expected 200
          HTTP/1.1 200 OK\\r\\nContent-Length: 20\\r\\n\\r\\nshort          | the connection ended 15 bytes early
          HTTP/1.1 200 OK\\r\\nContent-Length: many\\r\\n\\r\\n             | content-length "many" is not a number
          HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n | chunk size "zz" is not a number
          HTTP/1.1 200 OK\\r\\nContent-Le                                  | the connection ended in the middle of the answer
          SSH-2.0-OpenSSH_9.9\\r\\n                                        | not an HTTP answer: SSH-2.0-OpenSSH_9.9
          HTTP/1.1 302 Found\\r\\nLocation: /\\r\\nContent-Length: 0\\r\\n\\r\\n | HTTP 302, expected 200
          """)
  void badAnswers(String reply, String message) throws Exception {
    Verdict verdict = get(HostileServer.replies(wire(reply)), "200");
    assertFalse(verdict.ok());
    assertEquals(message, verdict.message());
  }

  private static String wire(String text) {
    return text.strip().replace("\\r", "\r").replace("\\n", "\n");
  }

  @Test
  void aRedirectLoopIsNotEntered() throws Exception {
    try (HostileServer server =
        new HostileServer(
            HostileServer.replies(
                "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"))) {
      assertTrue(run(spec("http", "127.0.0.1", server.port(), "/", "3xx")).ok());
      assertEquals(1, server.connections());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"http", "https"})
  void silenceIsBounded(String method) throws Exception {
    try (HostileServer server = new HostileServer(HostileServer.silence())) {
      Verdict verdict = run(spec(method, "127.0.0.1", server.port(), "/", "200"));
      assertEquals("no answer within 400 ms", verdict.message());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 200 OK\\r\\nX-Slow: ",
        "HTTP/1.1 200 OK\\r\\nContent-Length: 1000\\r\\n\\r\\n",
        "HTTP/1.1 200 OK\\r\\n\\r\\n",
        "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n"
      })
  void drippingIsBounded(String head) throws Exception {
    assertEquals(
        "no answer within 400 ms", get(HostileServer.drips(wire(head), 50), "200").message());
    // Slower than the timeout: the read itself has to give up.
    assertEquals(
        "no answer within 400 ms", get(HostileServer.drips(wire(head), 1000), "200").message());
  }

  @Test
  void aHandshakeThatDripsIsBounded() throws Exception {
    HostileServer.Behaviour drips =
        socket -> {
          // The head of a handshake record of 16 KiB, then a byte now and then: every single read
          // succeeds in time.
          socket.getOutputStream().write(new byte[] {0x16, 3, 3, 0x40, 0});
          while (true) {
            socket.getOutputStream().write(0);
            Thread.sleep(20);
          }
        };
    try (HostileServer server = new HostileServer(drips)) {
      Verdict verdict = run(spec("https", "127.0.0.1", server.port(), "/", "200"));
      assertFalse(verdict.ok());
      assertEquals("no answer within 400 ms", verdict.message());
    }
  }

  @Test
  void aBodyOfTenMegabytesIsCutShort() throws Exception {
    AtomicInteger sent = new AtomicInteger();
    HostileServer.Behaviour pours =
        socket -> {
          HostileServer.replies("HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n")
              .serve(socket);
          for (int i = 0; i < 160; i++) {
            socket.getOutputStream().write(new byte[65_536]);
            sent.incrementAndGet();
          }
        };
    assertTrue(get(pours, "200").ok());
    assertTrue(sent.get() < 160, "all of it was read");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\\r\\n\\r\\n",
        "HTTP/1.1 200 OK\\r\\nContent-Length: 999999999999\\r\\n\\r\\n",
        "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n7fffffff\\r\\n"
      })
  void anEndlessBodyIsCutShort(String head) throws Exception {
    HostileServer.Behaviour pours =
        socket -> {
          HostileServer.replies(wire(head)).serve(socket);
          while (true) {
            socket.getOutputStream().write(new byte[65_536]);
          }
        };
    assertTrue(get(pours, "200").ok());
  }

  @Test
  void aLineWithoutEndIsCutShort() throws Exception {
    HostileServer.Behaviour pours =
        socket -> {
          HostileServer.readHead(socket);
          while (true) {
            socket.getOutputStream().write("HTTP/1.1 200 OK".repeat(100).getBytes(US_ASCII));
          }
        };
    assertEquals("a line is longer than 8192 bytes", get(pours, "200").message());
  }

  @Test
  void plaintextWhereTlsIsExpectedIsAFailure() throws Exception {
    HostileServer.Behaviour plain =
        socket ->
            socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
    try (HostileServer server = new HostileServer(plain)) {
      assertFalse(run(spec("https", "127.0.0.1", server.port(), "/", "200")).ok());
    }
  }

  @Test
  void endlessHeadersAreCutShort() throws Exception {
    HostileServer.Behaviour pours =
        socket -> {
          HostileServer.replies("HTTP/1.1 200 OK\r\n").serve(socket);
          while (true) {
            socket.getOutputStream().write("X: y\r\n".repeat(100).getBytes(US_ASCII));
          }
        };
    assertEquals("more than 200 header lines", get(pours, "200").message());
  }

  @Test
  void aStuckDnsIsBoundedAndCostsOneThread() throws Exception {
    CountDownLatch stuck = new CountDownLatch(1);
    AtomicInteger lookups = new AtomicInteger();
    Resolver resolver =
        new Resolver(
            host -> {
              lookups.incrementAndGet();
              try {
                stuck.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              throw new UnknownHostException(host);
            });
    Probes probes = new Probes(System::nanoTime, resolver, SSLContext.getDefault());
    CheckpointSpec spec = spec("simple", "never.example", 80, "/", "200");
    for (int i = 0; i < 2; i++) {
      assertEquals("no answer from DNS for never.example", bounded(probes.of(spec)).message());
    }
    assertEquals(1, lookups.get());
    stuck.countDown();
  }

  @Test
  void anUnknownNameIsSaidSo() throws Exception {
    Resolver resolver =
        new Resolver(
            host -> {
              throw new UnknownHostException(host + " is unknown");
            });
    Probes probes = new Probes(System::nanoTime, resolver, SSLContext.getDefault());
    assertEquals(
        "cannot resolve no.example: no.example is unknown",
        bounded(probes.of(spec("http", "no.example", 80, "/", "200"))).message());
  }

  @Test
  void theSecondAddressIsTriedToo() throws Exception {
    try (HostileServer server = new HostileServer(HostileServer.silence())) {
      Resolver resolver =
          new Resolver(
              host ->
                  new InetAddress[] {
                    InetAddress.ofLiteral("127.0.0.9"), InetAddress.ofLiteral("127.0.0.1")
                  });
      Probes probes = new Probes(System::nanoTime, resolver, SSLContext.getDefault());
      Verdict verdict =
          bounded(probes.of(spec("simple", "two.example", server.port(), "/", "200")));
      assertTrue(verdict.ok(), verdict.message());
    }
  }

  @Test
  void theWatchdogDoesNotNeedTheExchangeToCooperate() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    Probe stubborn =
        () ->
            new Watchdog(System::nanoTime)
                .watch(
                    TIMEOUT,
                    attempt -> {
                      boolean done = false;
                      while (!done) {
                        try {
                          released.await();
                          done = true;
                        } catch (InterruptedException ignored) {
                          done = false;
                        }
                      }
                      return "late";
                    });
    assertEquals("no end within 400 ms, connection closed", bounded(stubborn).message());
    released.countDown();
  }

  /** What a target writes reaches terminals and logs. */
  @Test
  void messagesAreOnePrintableLine() throws Exception {
    Watchdog watchdog = new Watchdog(System::nanoTime);
    Verdict failed =
        watchdog.watch(
            TIMEOUT,
            attempt -> {
              throw new IOException("red \u001b[31m\nline\u202e" + "x".repeat(1000));
            });
    assertTrue(failed.message().startsWith("red  [31m line xxx"), failed.message());
    assertTrue(failed.message().length() <= 300, failed.message());
    assertEquals("a b", watchdog.watch(TIMEOUT, attempt -> "a\r\nb").message());
    Verdict blank =
        watchdog.watch(
            TIMEOUT,
            attempt -> {
              throw new IOException("\u0007");
            });
    assertEquals("IOException", blank.message());
  }

  @Test
  void anInterruptEndsARun() throws Exception {
    try (HostileServer server = new HostileServer(HostileServer.silence())) {
      Probe probe = Probes.platform().of(spec("http", "127.0.0.1", server.port(), "/", "200"));
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, probe::run);
    }
  }

  @Test
  void theRequestIsMinimalAndComplete() throws Exception {
    StringBuilder seen = new StringBuilder();
    HostileServer.Behaviour records =
        socket -> {
          int c;
          while (seen.indexOf("\r\n\r\n") < 0 && (c = socket.getInputStream().read()) >= 0) {
            seen.append((char) c);
          }
          socket.getOutputStream().write("HTTP/1.1 204 No\r\n\r\n".getBytes(US_ASCII));
        };
    try (HostileServer server = new HostileServer(records)) {
      assertTrue(run(spec("http", "127.0.0.1", server.port(), "/health?x=1", "204")).ok());
      assertEquals(
          "GET /health?x=1 HTTP/1.1\r\nHost: 127.0.0.1:"
              + server.port()
              + "\r\nUser-Agent: mpp-checkpoint\r\nAccept: */*\r\nConnection: close\r\n\r\n",
          seen.toString());
    }
  }
}
