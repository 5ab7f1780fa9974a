package dev.mpp.node.querylog;

import dev.mpp.dns.LoggedQuery;
import dev.mpp.dns.QuerySink;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * dnstap to whoever listens at a Unix socket, with the handshake of Frame Streams: READY, ACCEPT,
 * START, data, STOP, FINISH. A reader that does not take anything for 5 s is given up.
 */
final class DnstapSocket implements QuerySink {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int BUFFER = 64 * 1024;

  private final Path path;
  private final DnstapEncoder encoder;
  private final ByteBuffer out = ByteBuffer.allocate(BUFFER);
  private @Nullable Selector selector;
  private @Nullable SocketChannel channel;

  DnstapSocket(Path path, DnstapEncoder encoder) {
    this.path = path;
    this.encoder = encoder;
  }

  @Override
  public void open() throws IOException {
    out.clear();
    try {
      selector = Selector.open();
      SocketChannel connected = SocketChannel.open(UnixDomainSocketAddress.of(path));
      channel = connected;
      connected.configureBlocking(false);
      connected.register(selector, 0);
      out.put(FrameStream.controlOfDnstap(FrameStream.READY));
      flush();
      expect(FrameStream.ACCEPT);
      out.put(FrameStream.controlOfDnstap(FrameStream.START));
      flush();
    } catch (IOException e) {
      throw new IOException(
          path + ": nobody takes dnstap there: " + e.getMessage() + "; start the reader", e);
    }
  }

  @Override
  public void write(LoggedQuery query) throws IOException {
    byte[] frame = FrameStream.data(encoder.encode(query));
    if (frame.length > out.remaining()) {
      flush();
    }
    if (frame.length > out.remaining()) {
      send(ByteBuffer.wrap(frame));
    } else {
      out.put(frame);
    }
  }

  @Override
  public void flush() throws IOException {
    out.flip();
    try {
      send(out);
    } finally {
      out.clear();
    }
  }

  private void send(ByteBuffer octets) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (octets.hasRemaining()) {
      if (peer().write(octets) == 0) {
        await(SelectionKey.OP_WRITE, deadline);
      }
    }
  }

  /** Reads one control frame. */
  private void expect(int type) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    ByteBuffer head = read(8, deadline);
    int zero = head.getInt();
    int length = head.getInt();
    if (zero != 0 || length < 4 || length > FrameStream.MOST_CONTROL) {
      throw new IOException("what it says is no Frame Streams");
    }
    if (!FrameStream.agrees(read(length, deadline).array(), type)) {
      throw new IOException("it does not take protobuf:dnstap.Dnstap");
    }
  }

  private ByteBuffer read(int octets, long deadline) throws IOException {
    ByteBuffer in = ByteBuffer.allocate(octets);
    while (in.hasRemaining()) {
      int count = peer().read(in);
      if (count < 0) {
        throw new EOFException("it closed the connection");
      }
      if (count == 0) {
        await(SelectionKey.OP_READ, deadline);
      }
    }
    return in.flip();
  }

  private void await(int operation, long deadline) throws IOException {
    Selector waiting = selector;
    SelectionKey key = waiting == null ? null : peer().keyFor(waiting);
    long left = (deadline - System.nanoTime()) / 1_000_000;
    if (waiting == null || key == null || left <= 0 || Thread.currentThread().isInterrupted()) {
      throw new IOException("it does not go on");
    }
    key.interestOps(operation);
    waiting.select(left);
    waiting.selectedKeys().clear();
  }

  private SocketChannel peer() throws IOException {
    if (channel == null) {
      throw new IOException("not connected");
    }
    return channel;
  }

  @Override
  public void close() {
    try {
      if (channel != null && channel.isConnected()) {
        out.put(FrameStream.control(FrameStream.STOP));
        flush();
      }
    } catch (IOException | RuntimeException e) {
      // The reader is gone, or full: it sees the end of the connection.
    }
    try (Selector waiting = selector;
        SocketChannel closing = channel) {
      channel = null;
      selector = null;
    } catch (IOException e) {
      // Closing is all that there was to do.
    }
  }
}
