package dev.mpp.checkpoints;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;

/**
 * A socket for code that knows no deadline: every single read waits for what is left of the
 * attempt, whatever time-out that code sets, so a target that drips bytes gains nothing; and a
 * target that pours is cut off. One thread reads; another may close.
 */
final class BoundedSocket extends Socket {
  /** Far above what any probe needs: a certificate chain, a greeting, the start of a body. */
  static final int BYTES = 4 << 20;

  private volatile Deadline deadline;

  BoundedSocket(Deadline deadline) {
    this.deadline = deadline;
  }

  /** Replaces the deadline of the reads that follow. */
  void until(Deadline other) {
    deadline = other;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new Bounded(super.getInputStream());
  }

  private final class Bounded extends FilterInputStream {
    private long left = BYTES;

    Bounded(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      if (left <= 0) {
        throw new IOException("the target sent more than " + (BYTES >> 20) + " MiB");
      }
      setSoTimeout(deadline.remainingMillis());
      int count = super.read(into, offset, length);
      left -= Math.max(0, count);
      return count;
    }

    @Override
    public long skip(long count) throws IOException {
      byte[] away = new byte[(int) Math.min(8_192, Math.max(0, count))];
      return Math.max(0, read(away, 0, away.length));
    }
  }
}
