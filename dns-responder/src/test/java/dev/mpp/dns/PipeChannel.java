package dev.mpp.dns;

import java.io.ByteArrayOutputStream;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.Set;

/**
 * A connection without a kernel, so that a fuzzer can try many thousands a second: gives given
 * octets in pieces of given sizes, takes as many at a time, and keeps what was written.
 */
final class PipeChannel extends SocketChannel {
  private final ByteBuffer stream;
  private final byte[] sizes;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private int turn;

  PipeChannel(byte[] stream, byte[] sizes) {
    super(SelectorProvider.provider());
    this.stream = ByteBuffer.wrap(stream);
    this.sizes = sizes.clone();
  }

  byte[] written() {
    return written.toByteArray();
  }

  /** 1 to 32,641, small ones finely. */
  private int size() {
    int chosen = sizes[turn++ % sizes.length] & 0xff;
    return 1 + chosen * chosen / 2;
  }

  @Override
  public int read(ByteBuffer to) throws ClosedChannelException {
    requireOpen();
    if (!stream.hasRemaining()) {
      return -1;
    }
    int count = Math.min(size(), Math.min(to.remaining(), stream.remaining()));
    to.put(to.position(), stream, stream.position(), count);
    to.position(to.position() + count);
    stream.position(stream.position() + count);
    return count;
  }

  @Override
  public int write(ByteBuffer from) throws ClosedChannelException {
    requireOpen();
    int count = Math.min(size(), from.remaining());
    byte[] piece = new byte[count];
    from.get(piece);
    written.writeBytes(piece);
    return count;
  }

  private void requireOpen() throws ClosedChannelException {
    if (!isOpen()) {
      throw new ClosedChannelException();
    }
  }

  @Override
  protected void implCloseSelectableChannel() {}

  @Override
  protected void implConfigureBlocking(boolean block) {}

  @Override
  public long read(ByteBuffer[] to, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public SocketChannel bind(SocketAddress local) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> SocketChannel setOption(SocketOption<T> name, T value) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> T getOption(SocketOption<T> name) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Set<SocketOption<?>> supportedOptions() {
    return Set.of();
  }

  @Override
  public SocketChannel shutdownInput() {
    throw new UnsupportedOperationException();
  }

  @Override
  public SocketChannel shutdownOutput() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Socket socket() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isConnected() {
    return true;
  }

  @Override
  public boolean isConnectionPending() {
    return false;
  }

  @Override
  public boolean connect(SocketAddress remote) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean finishConnect() {
    throw new UnsupportedOperationException();
  }

  @Override
  public SocketAddress getRemoteAddress() {
    throw new UnsupportedOperationException();
  }

  @Override
  public SocketAddress getLocalAddress() {
    throw new UnsupportedOperationException();
  }
}
