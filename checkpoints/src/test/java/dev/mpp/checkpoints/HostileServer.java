package dev.mpp.checkpoints;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A target on the loopback that behaves as badly as it is told to. */
final class HostileServer implements Closeable {

  /** What to do with a connection. */
  @FunctionalInterface
  interface Behaviour {
    void serve(Socket socket) throws IOException, InterruptedException;
  }

  private final ServerSocket listener;
  private final List<Socket> accepted = new CopyOnWriteArrayList<>();
  private final List<Thread> threads = new CopyOnWriteArrayList<>();
  private boolean closed;

  HostileServer(Behaviour behaviour) throws IOException {
    this(new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")), behaviour);
  }

  HostileServer(ServerSocket listener, Behaviour behaviour) {
    this.listener = listener;
    threads.add(Thread.ofVirtual().start(() -> accept(behaviour)));
  }

  int port() {
    return listener.getLocalPort();
  }

  int connections() {
    return accepted.size();
  }

  private void accept(Behaviour behaviour) {
    try {
      while (true) {
        take(listener.accept(), behaviour);
      }
    } catch (IOException over) {
      return;
    }
  }

  /** A connection accepted while the server was being closed is closed too. */
  private synchronized void take(Socket socket, Behaviour behaviour) throws IOException {
    if (closed) {
      socket.close();
      return;
    }
    accepted.add(socket);
    threads.add(Thread.ofVirtual().start(() -> serve(behaviour, socket)));
  }

  private static void serve(Behaviour behaviour, Socket socket) {
    try (socket) {
      behaviour.serve(socket);
    } catch (IOException | InterruptedException e) {
      return; // the probe hung up, or the test is over
    }
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    listener.close();
    for (Socket socket : accepted) {
      socket.close();
    }
    threads.forEach(Thread::interrupt);
  }

  /** Reads the request head, so that closing does not reset the connection. */
  static void readHead(Socket socket) throws IOException {
    int state = 0;
    while (state < 4) {
      int c = socket.getInputStream().read();
      if (c < 0) {
        return;
      }
      state = c == (state % 2 == 0 ? '\r' : '\n') ? state + 1 : 0;
    }
  }

  static Behaviour replies(String text) {
    return socket -> {
      readHead(socket);
      socket.getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      socket.getOutputStream().flush();
    };
  }

  /** Sends {@code head}, then a byte every {@code everyMillis} for as long as anybody listens. */
  static Behaviour drips(String head, long everyMillis) {
    return socket -> {
      replies(head).serve(socket);
      while (true) {
        Thread.sleep(everyMillis);
        socket.getOutputStream().write('a');
        socket.getOutputStream().flush();
      }
    };
  }

  static Behaviour silence() {
    return socket -> Thread.sleep(60_000);
  }
}
