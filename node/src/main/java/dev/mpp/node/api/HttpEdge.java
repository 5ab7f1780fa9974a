package dev.mpp.node.api;

import io.micronaut.context.ApplicationContext;
import io.micronaut.runtime.server.EmbeddedServer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server. It has the routes whose source beans it is given and no others; configuration
 * files, environment variables and system properties do not reach it.
 */
public final class HttpEdge implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpEdge.class);

  private final ApplicationContext context;
  private final EmbeddedServer server;
  private final Duration startup;

  private HttpEdge(ApplicationContext context, EmbeddedServer server, Duration startup) {
    this.context = context;
    this.server = server;
    this.startup = startup;
  }

  /**
   * Starts to listen.
   *
   * @param bind a resolved address; port 0 takes any free one
   * @param beans what the routes answer from
   * @throws RuntimeException if the address cannot be bound
   */
  public static HttpEdge start(InetSocketAddress bind, Object... beans) {
    long begin = System.nanoTime();
    Map<String, Object> properties = new HashMap<>();
    properties.put("micronaut.application.name", "mpp");
    properties.put("micronaut.server.host", bind.getAddress().getHostAddress());
    properties.put("micronaut.server.port", bind.getPort() == 0 ? -1 : bind.getPort());
    properties.put("micronaut.server.max-request-size", "64KB");
    properties.put("micronaut.server.date-header", false);
    properties.put("jackson.serialization-inclusion", "ALWAYS");
    properties.put("micronaut.netty.event-loops.default.num-threads", 2);
    ApplicationContext context =
        ApplicationContext.builder()
            .banner(false)
            .deduceEnvironment(false)
            .deduceCloudEnvironment(false)
            .bootstrapEnvironment(false)
            .enableDefaultPropertySources(false)
            .environmentPropertySource(false)
            .properties(properties)
            .singletons(beans)
            .build();
    try {
      context.start();
      EmbeddedServer server = context.getBean(EmbeddedServer.class);
      server.start();
      Duration startup = Duration.ofNanos(System.nanoTime() - begin);
      LOG.info(
          "HTTP on {}:{} after {} ms", bind.getHostString(), server.getPort(), startup.toMillis());
      return new HttpEdge(context, server, startup);
    } catch (RuntimeException e) {
      context.close();
      throw e;
    }
  }

  public int port() {
    return server.getPort();
  }

  /** How long the start took. */
  public Duration startup() {
    return startup;
  }

  @Override
  public void close() {
    server.stop();
    context.close();
  }
}
