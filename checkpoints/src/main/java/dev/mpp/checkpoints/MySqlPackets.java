package dev.mpp.checkpoints;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/**
 * Packets of the MySQL protocol before a login: three bytes of length, one of sequence, payload
 * (MySQL Internals, "Protocol Basics").
 */
final class MySqlPackets {
  /** A greeting or an error has well under 1 KiB. */
  private static final int LARGEST = 4_096;

  private final InputStream in;
  private final OutputStream out;
  private int sequence;

  MySqlPackets(Socket socket) throws IOException {
    this.in = socket.getInputStream();
    this.out = socket.getOutputStream();
  }

  byte[] read() throws IOException {
    byte[] head = exactly(4);
    int length = (head[0] & 0xff) | (head[1] & 0xff) << 8 | (head[2] & 0xff) << 16;
    if (length == 0 || length > LARGEST) {
      throw new IOException("not a MySQL server: its first packet claims " + length + " bytes");
    }
    sequence = (head[3] & 0xff) + 1;
    return exactly(length);
  }

  void write(byte[] payload) throws IOException {
    byte[] packet = new byte[4 + payload.length];
    packet[0] = (byte) payload.length;
    packet[1] = (byte) (payload.length >> 8);
    packet[3] = (byte) sequence;
    System.arraycopy(payload, 0, packet, 4, payload.length);
    out.write(packet);
    out.flush();
  }

  /** The next packet begins a command. */
  void restart() {
    sequence = 0;
  }

  private byte[] exactly(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("the connection ended in the middle of the greeting");
    }
    return bytes;
  }
}
