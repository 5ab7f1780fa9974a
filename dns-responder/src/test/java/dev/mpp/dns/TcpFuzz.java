package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;

/**
 * A connection's octets, in pieces whose sizes the first octets choose. What comes back is what
 * somebody gets who cuts the stream into messages with everything in hand.
 */
final class TcpFuzz implements FuzzTarget {
  private static final TcpFuzz TARGET = new TcpFuzz();
  private static final int SIZES = 4;
  private static final int MOST_QUERY = 4096;

  private final AnswerTable table = FuzzTable.table();
  private final AnswerEngine engine = new AnswerEngine();
  private final Response response = new Response();
  private final DnsResponderConfig config =
      DnsResponderConfig.listeningOn(List.of(new InetSocketAddress("127.0.0.1", 0)));

  /** Where Jazzer comes in. */
  public static void fuzzerTestOneInput(byte[] input) {
    TARGET.run(input);
  }

  @Override
  public void run(byte[] input) {
    if (input.length < SIZES) {
      return;
    }
    byte[] sizes = Arrays.copyOf(input, SIZES);
    byte[] stream = Arrays.copyOfRange(input, SIZES, input.length);
    DnsCounters counters = new DnsCounters();
    TcpConnections connections = new TcpConnections(config.tcp(), counters);
    PipeChannel channel = new PipeChannel(stream, sizes);
    QueryHandler handler =
        new QueryHandler(
            new QueryHandler.Shared(
                () -> table, () -> 0, () -> 0, config, null, null, null, counters));
    TcpConnection connection =
        new TcpConnection(channel, new Client(), handler, connections, counters, config.tcp());
    connections.admit(connection);
    connection.run();
    assertArrayEquals(expected(stream), channel.written());
    assertEquals(0, counters.events(DnsCounters.Event.INTERNAL_ERROR));
    assertEquals(0, connections.size(), "connections left");
    assertEquals(false, channel.isOpen());
  }

  private byte[] expected(byte[] stream) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    while (at + 2 <= stream.length) {
      int length = Wire.u16(stream, at);
      if (length > MOST_QUERY || at + 2 + length > stream.length) {
        break;
      }
      byte[] query = Arrays.copyOfRange(stream, at + 2, at + 2 + length);
      if (!engine.answer(query, length, table, 0, Transport.TCP, response)) {
        break;
      }
      out.write(response.length() >>> 8);
      out.write(response.length());
      out.write(response.bytes(), 0, response.length());
      at += 2 + length;
    }
    return out.toByteArray();
  }
}
