package dev.mpp.chaos.demo;

import dev.mpp.chaos.process.Trouble;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The supervisor's ear: one request line per connection on a Unix domain socket, the answer's first
 * line {@code ok} or {@code error}, then text until the end.
 */
final class Control implements AutoCloseable {
  private final ServerSocketChannel server;

  /** What the supervisor does with a request. */
  interface Handler {
    /** The text to show; a {@link Trouble} becomes an error. */
    String handle(String request);
  }

  Control(Path socket, Handler handler) {
    try {
      Files.deleteIfExists(socket);
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket));
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
    } catch (IOException e) {
      throw new Trouble("cannot open the control socket " + socket + ": " + e, "");
    }
    Thread.ofPlatform().daemon().name("control").start(() -> accept(handler));
  }

  private void accept(Handler handler) {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.ofVirtual().start(() -> serve(client, handler));
      } catch (AsynchronousCloseException e) {
        return;
      } catch (IOException e) {
        // One failed accept; the next may work.
      }
    }
  }

  private static void serve(SocketChannel client, Handler handler) {
    try (client;
        BufferedReader in = new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8));
        PrintWriter out = new PrintWriter(Channels.newWriter(client, StandardCharsets.UTF_8))) {
      String request = in.readLine();
      if (request == null) {
        return;
      }
      try {
        String text = handler.handle(request);
        out.println("ok");
        out.println(text);
      } catch (RuntimeException e) {
        out.println("error");
        out.println(e instanceof Trouble ? e.getMessage() : e.toString());
      }
    } catch (IOException e) {
      // The other terminal went away; nobody is left to tell.
    }
  }

  /** Sends one request from another process; the text of the answer. */
  static String request(Path socket, String request) {
    try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      PrintWriter out = new PrintWriter(Channels.newWriter(client, StandardCharsets.UTF_8), true);
      out.println(request);
      BufferedReader in = new BufferedReader(Channels.newReader(client, StandardCharsets.UTF_8));
      String result = in.readLine();
      String text = String.join("\n", in.lines().toList());
      if (!"ok".equals(result)) {
        throw new Trouble(result == null ? "the demo gave no answer" : text, "");
      }
      return text;
    } catch (IOException e) {
      throw new Trouble("no demo is running here (" + socket + ")", "start it: ./mpp demo");
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      // The process is about to end.
    }
  }
}
