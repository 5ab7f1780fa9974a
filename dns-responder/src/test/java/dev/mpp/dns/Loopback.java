package dev.mpp.dns;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.xbill.DNS.Message;

/** A responder on real sockets, with a clock and a table that the test sets. */
final class Loopback implements AutoCloseable {
  static final int PATIENCE_MILLIS = 10_000;

  final AtomicLong clock = new AtomicLong();
  final AtomicReference<AnswerTable> table = new AtomicReference<>(Example.table());
  final DnsResponder responder;

  Loopback(DnsResponderConfig config) throws DnsBindException {
    this(config, Optional.empty());
  }

  Loopback(DnsResponderConfig config, Optional<QueryLog> log) throws DnsBindException {
    responder = new DnsResponder(config, table::get, clock::get, () -> 0, null, log);
    responder.start();
  }

  /** Hands zones to secondaries, by the wall clock as far as signatures go. */
  Loopback(DnsResponderConfig config, TransferZones transfers) throws DnsBindException {
    responder =
        new DnsResponder(
            config,
            table::get,
            clock::get,
            () -> System.currentTimeMillis() / 1000,
            transfers,
            Optional.empty());
    responder.start();
  }

  Loopback(Supplier<AnswerTable> tables) throws DnsBindException {
    responder = new DnsResponder(config("127.0.0.1"), tables, clock::get, () -> 0);
    responder.start();
  }

  static DnsResponderConfig config(String address) {
    return DnsResponderConfig.listeningOn(
        List.of(new InetSocketAddress(InetAddress.ofLiteral(address), 0)));
  }

  static DnsResponderConfig config(int connections, Duration idle, Duration exchange) {
    return config("127.0.0.1").withTcp(new TcpLimits(connections, connections, idle, exchange));
  }

  InetSocketAddress address() {
    return responder.addresses().get(0);
  }

  DnsCounters counters() {
    return responder.counters();
  }

  Message udp(Message query) throws IOException {
    return Ask.decode(udp(query.toWire()));
  }

  byte[] udp(byte[] query) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.connect(address());
      socket.send(new DatagramPacket(query, query.length));
      DatagramPacket response = new DatagramPacket(new byte[65_535], 65_535);
      socket.receive(response);
      return Arrays.copyOf(response.getData(), response.getLength());
    }
  }

  Socket connect() throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(address(), PATIENCE_MILLIS);
    return socket;
  }

  static byte[] framed(byte[] message) {
    return ByteBuffer.allocate(2 + message.length)
        .putShort((short) message.length)
        .put(message)
        .array();
  }

  static Message readFramed(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] message = new byte[in.readUnsignedShort()];
    in.readFully(message);
    return Ask.decode(message);
  }

  Message tcp(Message query) throws IOException {
    try (Socket socket = connect()) {
      socket.getOutputStream().write(framed(query.toWire()));
      return readFramed(socket);
    }
  }

  @Override
  public void close() {
    responder.close();
  }
}
