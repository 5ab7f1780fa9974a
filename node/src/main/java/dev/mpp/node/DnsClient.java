package dev.mpp.node;

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
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/**
 * Asks one server one question. dnsjava makes and reads the messages; sockets and time-outs are
 * here.
 *
 * @param timeout of each attempt; UDP has two
 */
record DnsClient(InetSocketAddress server, Duration timeout) {
  private static final int PAYLOAD = 1232;
  private static final int ATTEMPTS = 2;

  /**
   * @param nanos from the question to the answer
   */
  record Answer(Message message, long nanos) {}

  /** A question with EDNS. */
  static Message question(Name name, int type, boolean recursive) {
    return question(name, type, recursive, 0);
  }

  /** As the other, for an answer with its signatures. */
  static Message signedQuestion(Name name, int type, boolean recursive) {
    return question(name, type, recursive, ExtendedFlags.DO);
  }

  private static Message question(Name name, int type, boolean recursive, int flags) {
    Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
    if (!recursive) {
      query.getHeader().unsetFlag(Flags.RD);
    }
    query.addRecord(new OPTRecord(PAYLOAD, 0, 0, flags), Section.ADDITIONAL);
    return query;
  }

  /** Over UDP, and over TCP if that answer is truncated. */
  Answer ask(Message query) throws IOException {
    Answer udp = udp(query);
    return udp.message().getHeader().getFlag(Flags.TC) ? tcp(query) : udp;
  }

  Answer udp(Message query) throws IOException {
    byte[] wire = query.toWire();
    IOException last = new IOException("no attempt");
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      long start = System.nanoTime();
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.connect(server);
        socket.send(new DatagramPacket(wire, wire.length));
        return new Answer(matching(socket, query), System.nanoTime() - start);
      } catch (SocketTimeoutException e) {
        last = new IOException("no answer over UDP within " + timeout.toMillis() + " ms", e);
      }
    }
    throw last;
  }

  private Message matching(DatagramSocket socket, Message query) throws IOException {
    long deadline = System.nanoTime() + timeout.toNanos();
    DatagramPacket packet = new DatagramPacket(new byte[65_535], 65_535);
    while (true) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new SocketTimeoutException();
      }
      socket.setSoTimeout((int) left);
      socket.receive(packet);
      Message answer = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
      if (answer.getHeader().getID() == query.getHeader().getID()) {
        return answer;
      }
    }
  }

  Answer tcp(Message query) throws IOException {
    byte[] wire = query.toWire();
    long start = System.nanoTime();
    try (Socket socket = new Socket()) {
      int millis = (int) timeout.toMillis();
      socket.connect(server, millis);
      socket.setSoTimeout(millis);
      socket
          .getOutputStream()
          .write(
              ByteBuffer.allocate(2 + wire.length).putShort((short) wire.length).put(wire).array());
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readUnsignedShort()];
      in.readFully(answer);
      return new Answer(new Message(answer), System.nanoTime() - start);
    } catch (SocketTimeoutException e) {
      throw new IOException("no answer over TCP within " + timeout.toMillis() + " ms", e);
    }
  }
}
