package dev.mpp.node.publish;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TSIGRecord;

/**
 * Sends one message to another name server and waits for its answer, signed both ways where a key
 * is given (RFC 8945). dnsjava makes and reads messages and signatures; sockets and time-outs are
 * here. Blocks the calling (virtual) thread for at most the time-out.
 */
record SignedDns(InetSocketAddress server, Duration timeout, Optional<TSIG> key) {

  /** The other side does not accept the key. */
  private static final class KeyRefused extends IOException {
    private static final long serialVersionUID = 1;

    KeyRefused(String why) {
      super(why);
    }
  }

  /**
   * An answer to exactly this message.
   *
   * @param message without a signature; its id is kept
   * @throws IOException without an answer in time, or when the signature is missing or refused; the
   *     text says what to look at
   */
  Message exchange(Message message, boolean tcp) throws IOException {
    key.ifPresent(k -> k.apply(message, null));
    byte[] wire = message.toWire();
    try {
      return tcp ? tcp(message, wire) : udp(message, wire);
    } catch (SocketTimeoutException e) {
      throw new IOException(
          "no answer over " + (tcp ? "TCP" : "UDP") + " within " + timeout.toMillis() + " ms", e);
    }
  }

  private Message udp(Message asked, byte[] wire) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    IOException doubtful = new SocketTimeoutException();
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(server);
      socket.send(new DatagramPacket(wire, wire.length));
      DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
      while (true) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw doubtful;
        }
        socket.setSoTimeout((int) left);
        try {
          socket.receive(packet);
        } catch (SocketTimeoutException e) {
          throw doubtful;
        }
        try {
          Optional<Message> answer =
              answer(asked, Arrays.copyOf(packet.getData(), packet.getLength()));
          if (answer.isPresent()) {
            return answer.get();
          }
        } catch (KeyRefused e) {
          throw e; // not signed either, but whoever forges it gains a retry and nothing else
        } catch (IOException e) {
          // RFC 8945 section 5.4: anybody may have sent that; the right answer may still come.
          doubtful = e;
        }
      }
    }
  }

  private Message tcp(Message asked, byte[] wire) throws IOException {
    try (Socket socket = new Socket()) {
      int millis = (int) timeout.toMillis();
      socket.connect(server, millis);
      socket.setSoTimeout(millis);
      socket
          .getOutputStream()
          .write(
              ByteBuffer.allocate(2 + wire.length).putShort((short) wire.length).put(wire).array());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] octets = new byte[in.readUnsignedShort()];
      in.readFully(octets);
      return answer(asked, octets)
          .orElseThrow(() -> new IOException("the answer over TCP is to another message"));
    }
  }

  /** Empty for what answers something else. */
  private Optional<Message> answer(Message asked, byte[] octets) throws IOException {
    Message message = new Message(octets);
    boolean other =
        message.getHeader().getID() != asked.getHeader().getID()
            || message.getHeader().getOpcode() != asked.getHeader().getOpcode()
            || !message.getHeader().getFlag(org.xbill.DNS.Flags.QR);
    if (other) {
      return Optional.empty();
    }
    if (key.isPresent()) {
      verify(key.get(), asked.getTSIG(), message, octets);
    }
    return Optional.of(message);
  }

  private static void verify(TSIG key, TSIGRecord sent, Message message, byte[] octets)
      throws IOException {
    TSIGRecord tsig = message.getTSIG();
    if (tsig == null) {
      throw new IOException(
          "the server answers "
              + Rcode.string(message.getRcode())
              + " without a signature: does it know the key, with this name and algorithm?");
    }
    int error = tsig.getError();
    if (error != 0) {
      throw new KeyRefused(
          "the server answers "
              + Rcode.TSIGstring(error)
              + (error == Rcode.BADTIME
                  ? ": its clock and this one differ by more than 300 s; look at NTP on both"
                  : ": its key of that name is another; compare name, algorithm and secret"));
    }
    if (key.verify(message, octets, sent) != Rcode.NOERROR) {
      throw new IOException("the signature of the answer is wrong: is the key the same there?");
    }
  }
}
