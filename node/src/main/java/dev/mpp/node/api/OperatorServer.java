package dev.mpp.node.api;

import io.grpc.Server;
import io.grpc.ServerBuilder;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** The operator API on a socket of its own, on virtual threads of its own. */
public final class OperatorServer implements AutoCloseable {
  private final ExecutorService executor =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("operator-", 0).factory());
  private final Server server;

  /**
   * @param builder of a server on the wanted address, from the transport
   */
  public OperatorServer(
      ServerBuilder<?> builder, NodeControl control, LongSupplier nanos, LongSupplier wallMillis) {
    this.server =
        builder
            .executor(executor)
            // A follower asks now and then whether this process is frozen.
            .permitKeepAliveTime(5, TimeUnit.SECONDS)
            .intercept(new CertifiedUser())
            .addService(new OperatorService(control, nanos, wallMillis, executor))
            .build();
  }

  /**
   * @throws IOException if the address cannot be bound
   */
  public void start() throws IOException {
    server.start();
  }

  /** The port it listens on. */
  public int port() {
    return server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    executor.shutdown();
  }
}
