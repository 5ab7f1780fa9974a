package dev.mpp.node.api;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routes of {@link HttpEdge} with the same answers, from the HTTP server of the JDK: a witness
 * answers a few lines a minute, and the frameworks that do this at a site would be a fifth of its
 * memory. A test compares the two.
 */
public final class WitnessHttp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WitnessHttp.class);
  private static final String PLAIN = "text/plain";
  private static final String JSON = "application/json";

  /** The server's only settings, read when its first instance is made. */
  private static final String[][] BOUNDS = {
    {"sun.net.httpserver.maxReqTime", "10"}, // seconds until a request must have been read
    {"sun.net.httpserver.maxRspTime", "10"}, // and answered
    {"sun.net.httpserver.idleInterval", "30"},
    {"jdk.httpserver.maxConnections", "64"},
  };

  private final HttpServer server;
  private final ExecutorService threads;

  /** Answers {@code /check/…}. */
  public interface Checks {
    /**
     * @param service absent in a path without one
     */
    Answer answer(String kind, Optional<String> service, String node);
  }

  /**
   * @param status of HTTP
   * @param body plain text
   */
  public record Answer(int status, String body) {}

  private record Reply(int status, String type, String body) {}

  private interface Route {
    Reply answer(String path);
  }

  private WitnessHttp(HttpServer server, ExecutorService threads) {
    this.server = server;
    this.threads = threads;
  }

  /**
   * Starts to listen.
   *
   * @param bind a resolved address; port 0 takes any free one
   * @param metrics in Prometheus' text format
   * @throws IOException if the address cannot be bound
   */
  public static WitnessHttp start(
      InetSocketAddress bind, Checks checks, HealthSource health, Supplier<String> metrics)
      throws IOException {
    for (String[] bound : BOUNDS) {
      if (System.getProperty(bound[0]) == null) {
        System.setProperty(bound[0], bound[1]);
      }
    }
    HttpServer server = HttpServer.create(bind, 0);
    ExecutorService threads =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
    server.setExecutor(threads);
    route(server, "/check/", path -> check(checks, path));
    route(server, "/health", path -> path.equals("/health") ? health(health.judge()) : NOTHING);
    route(
        server,
        "/metrics",
        path ->
            path.equals("/metrics")
                ? new Reply(200, "text/plain; version=0.0.4; charset=utf-8", metrics.get())
                : NOTHING);
    route(server, "/", path -> NOTHING);
    server.start();
    LOG.info("HTTP on {}:{}", bind.getHostString(), server.getAddress().getPort());
    return new WitnessHttp(server, threads);
  }

  private static final Reply NOTHING = new Reply(404, PLAIN, "there is nothing here\n");

  private static Reply check(Checks checks, String path) {
    String[] words = path.substring("/check/".length()).split("/");
    if (words.length < 2 || words.length > 3) {
      return NOTHING;
    }
    Answer answer =
        checks.answer(
            words[0],
            words.length == 3 ? Optional.of(words[1]) : Optional.empty(),
            words[words.length - 1]);
    return new Reply(answer.status(), PLAIN, answer.body());
  }

  private static Reply health(HealthSource.Health health) {
    return new Reply(health.healthy() ? 200 : 503, JSON, JsonText.of(health.json()));
  }

  private static void route(HttpServer server, String path, Route route) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            answer(exchange, route);
          } catch (RuntimeException e) {
            LOG.warn("HTTP {}: {}", exchange.getRequestURI(), e.toString());
          }
        });
  }

  private static void answer(HttpExchange exchange, Route route) throws IOException {
    String method = exchange.getRequestMethod();
    boolean head = method.equals("HEAD");
    Headers headers = exchange.getResponseHeaders();
    if (!head && !method.equals("GET")) {
      headers.set("Allow", "GET, HEAD");
      exchange.sendResponseHeaders(405, -1);
      return;
    }
    Reply reply = reply(exchange, route);
    byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
    headers.set("Content-Type", reply.type());
    if (head) {
      headers.set("Content-Length", String.valueOf(body.length));
      exchange.sendResponseHeaders(reply.status(), -1);
      return;
    }
    exchange.sendResponseHeaders(reply.status(), body.length);
    exchange.getResponseBody().write(body);
  }

  private static Reply reply(HttpExchange exchange, Route route) {
    try {
      return route.answer(exchange.getRequestURI().getPath());
    } catch (RuntimeException e) {
      LOG.warn("HTTP {}: {}", exchange.getRequestURI(), e.toString());
      return new Reply(500, PLAIN, "internal error; see the log\n");
    }
  }

  public int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
