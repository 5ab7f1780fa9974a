package dev.mpp.dns;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.List;

/**
 * One client's connection (RFC 7766): queries are answered in the order they came, those that came
 * together are answered together. Runs on a virtual thread of its own; {@link TcpConnections}
 * closes it when its deadline passes.
 */
final class TcpConnection implements Runnable {
  private static final int PREFIX = 2;

  /** No query comes near it; what is longer is not worth the memory. */
  private static final int MAX_QUERY = 4096;

  private static final int OUT_USUAL = 2048;
  private static final int FLUSH_AT = 16_384;

  private final SocketChannel channel;
  private final Client client;
  private final QueryHandler handler;
  private final TcpConnections connections;
  private final DnsCounters counters;
  private final long idleNanos;
  private final long exchangeNanos;
  private final ByteBuffer in = ByteBuffer.allocate(PREFIX + MAX_QUERY);
  private ByteBuffer out = ByteBuffer.allocate(OUT_USUAL);
  private volatile long deadlineNanos;
  private volatile boolean idle;

  TcpConnection(
      SocketChannel channel,
      Client client,
      QueryHandler handler,
      TcpConnections connections,
      DnsCounters counters,
      TcpLimits limits) {
    this.channel = channel;
    this.client = client;
    this.handler = handler;
    this.connections = connections;
    this.counters = counters;
    this.idleNanos = limits.idle().toNanos();
    this.exchangeNanos = limits.exchange().toNanos();
    arm(true);
  }

  @Override
  public void run() {
    try {
      boolean more = true;
      while (more) {
        more = fill() && answerAll();
        flush();
      }
    } catch (ClosedChannelException e) {
      // By a deadline, for room, or at shutdown: counted there.
    } catch (IOException e) {
      counters.event(DnsCounters.Event.RECEIVE_ERROR);
    } finally {
      handler.end();
      close();
      connections.remove(this);
    }
  }

  /** Waits for octets; false at the end of the stream. */
  private boolean fill() throws IOException {
    if (in.position() == 0) {
      arm(true);
    }
    boolean more = channel.read(in) >= 0;
    // The time of a query starts with its first octet; the next ones do not wind it up again. What
    // follows an answered query in the buffer has its time from the flush of that answer.
    if (idle) {
      arm(false);
    }
    return more;
  }

  /** Answers all complete queries; false if the connection must end. */
  private boolean answerAll() throws IOException {
    in.flip();
    boolean sane = true;
    while (sane && in.remaining() >= PREFIX) {
      int length = Short.toUnsignedInt(in.getShort(in.position()));
      if (length > MAX_QUERY) {
        sane = false;
      } else if (in.remaining() >= PREFIX + length) {
        in.position(in.position() + PREFIX);
        sane = answer(length);
      } else {
        break;
      }
    }
    in.compact();
    if (!sane) {
      counters.event(DnsCounters.Event.TCP_PROTOCOL_ERROR);
    }
    return sane;
  }

  private boolean answer(int length) throws IOException {
    byte[] query = new byte[length];
    in.get(query);
    if (!handler.handle(query, length, client, Transport.TCP)) {
      return false;
    }
    put(handler.response());
    while (handler.more(client)) {
      put(handler.response());
    }
    return handler.intact();
  }

  private void put(Response response) throws IOException {
    makeRoom(PREFIX + response.length());
    // One write for prefix and message, RFC 7766 section 8.
    out.putShort((short) response.length()).put(response.bytes(), 0, response.length());
    if (out.position() >= FLUSH_AT) {
      flush();
    }
  }

  private void makeRoom(int octets) {
    if (out.remaining() < octets) {
      ByteBuffer larger = ByteBuffer.allocate(2 * (out.position() + octets));
      out = larger.put(out.flip());
    }
  }

  private void flush() throws IOException {
    if (out.position() == 0) {
      return;
    }
    arm(false);
    out.flip();
    while (out.hasRemaining()) {
      channel.write(out);
    }
    // A burst must not cost memory for as long as the connection lives.
    out = out.capacity() > OUT_USUAL ? ByteBuffer.allocate(OUT_USUAL) : out.clear();
  }

  private void arm(boolean forIdle) {
    deadlineNanos = System.nanoTime() + (forIdle ? idleNanos : exchangeNanos);
    idle = forIdle;
  }

  /** Whom it counts against, as {@link Client#prefix}. */
  long prefix() {
    return client.prefix();
  }

  /** On {@link System#nanoTime}: when the connection must be closed. */
  long deadlineNanos() {
    return deadlineNanos;
  }

  /** Whether it waits between queries. */
  boolean idle() {
    return idle;
  }

  void close() {
    BoundSockets.closeAll(List.of(channel));
  }
}
