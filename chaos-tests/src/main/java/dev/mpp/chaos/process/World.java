package dev.mpp.chaos.process;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What checkpoints look at: an HTTP and a TCP target at each address. */
public final class World implements AutoCloseable {
  private final List<HttpServer> http = new ArrayList<>();
  private final List<ServerSocket> tcp = new ArrayList<>();
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

  public World(List<String> addresses, int httpPort, int tcpPort) {
    try {
      for (String address : addresses) {
        openHttp(new InetSocketAddress(address, httpPort));
        openTcp(new InetSocketAddress(address, tcpPort));
      }
    } catch (IOException e) {
      close();
      throw new Trouble("cannot open the checkpoints' targets: " + e.getMessage(), "");
    }
  }

  private void openHttp(InetSocketAddress at) throws IOException {
    HttpServer server = HttpServer.create(at, 16);
    http.add(server);
    server.setExecutor(workers);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] body = "here\n".getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.start();
  }

  private void openTcp(InetSocketAddress at) throws IOException {
    ServerSocket socket = new ServerSocket();
    tcp.add(socket);
    socket.setReuseAddress(true);
    socket.bind(at);
    workers.execute(
        () -> {
          while (!socket.isClosed()) {
            try (Socket accepted = socket.accept()) {
              accepted.setSoLinger(false, 0);
            } catch (IOException e) {
              // The caller went away, or this target is closed: the loop's condition tells.
            }
          }
        });
  }

  @Override
  public void close() {
    http.forEach(server -> server.stop(0));
    for (ServerSocket socket : tcp) {
      try {
        socket.close();
      } catch (IOException e) {
        // Nothing more can be done about it; the process is about to end.
      }
    }
    workers.shutdownNow();
  }
}
