package dev.mpp.chaos.client;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** A DNS server that gives one settable address with one TTL, or SERVFAIL. */
public final class StubDns implements AutoCloseable {
  private final DatagramSocket socket;
  private final long ttl;
  private final AtomicReference<Optional<String>> answer = new AtomicReference<>(Optional.empty());
  private final AtomicInteger asked = new AtomicInteger();

  public StubDns(String address, long ttl) throws IOException {
    this.ttl = ttl;
    socket = new DatagramSocket(0, InetAddress.ofLiteral(address));
    Thread.ofPlatform().daemon().start(this::serve);
  }

  public int port() {
    return socket.getLocalPort();
  }

  public int asked() {
    return asked.get();
  }

  /** From now on this address. */
  public void point(String address) {
    answer.set(Optional.of(address));
  }

  private void serve() {
    byte[] buffer = new byte[1500];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        asked.incrementAndGet();
        Message query = new Message(Arrays.copyOf(buffer, packet.getLength()));
        byte[] wire = reply(query).toWire();
        socket.send(new DatagramPacket(wire, wire.length, packet.getSocketAddress()));
      } catch (IOException e) {
        // Closed, or a packet that is no query.
      }
    }
  }

  private Message reply(Message query) throws IOException {
    Record question = query.getQuestion();
    Message reply = new Message(query.getHeader().getID());
    reply.getHeader().setFlag(Flags.QR);
    reply.addRecord(question, Section.QUESTION);
    Optional<String> address = answer.get();
    if (address.isEmpty()) {
      reply.getHeader().setRcode(Rcode.SERVFAIL);
    } else {
      reply.addRecord(
          new ARecord(question.getName(), DClass.IN, ttl, InetAddress.ofLiteral(address.get())),
          Section.ANSWER);
    }
    return reply;
  }

  @Override
  public void close() {
    socket.close();
  }
}
