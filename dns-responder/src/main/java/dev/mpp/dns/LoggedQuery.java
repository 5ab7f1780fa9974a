package dev.mpp.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A query as it came, and the response that it got; immutable. */
public final class LoggedQuery {
  private static final byte[] NONE = {};
  private static final int IPV4 = 4;
  private static final int IPV6 = 16;

  private final Instant time;
  private final byte[] address;
  private final int port;
  private final Transport transport;
  private final byte[] query;
  private final byte[] response;
  private final Optional<Rcode> rcode;

  /**
   * Copies everything.
   *
   * @param answer null if there was none
   */
  LoggedQuery(
      Instant time,
      Client client,
      Transport transport,
      byte[] packet,
      int length,
      @Nullable Response answer) {
    this.time = time;
    this.address =
        client.isIpv4()
            ? ByteBuffer.allocate(IPV4).putInt((int) client.low()).array()
            : ByteBuffer.allocate(IPV6).putLong(client.high()).putLong(client.low()).array();
    this.port = client.port();
    this.transport = transport;
    this.query = Arrays.copyOf(packet, length);
    this.response = answer == null ? NONE : Arrays.copyOf(answer.bytes(), answer.length());
    this.rcode = answer == null ? Optional.empty() : Optional.of(answer.rcode());
  }

  /** When it was answered, by the wall clock. */
  public Instant time() {
    return time;
  }

  /** The client's address. */
  public InetAddress address() {
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("4 or 16 octets are an address", e);
    }
  }

  /** The client's port. */
  public int port() {
    return port;
  }

  public Transport transport() {
    return transport;
  }

  /** The query's octets. */
  public byte[] query() {
    return query.clone();
  }

  /** The extended response code; empty if the query got no response. */
  public Optional<Rcode> rcode() {
    return rcode;
  }

  /** The response's octets; none if the query got no response. */
  public byte[] response() {
    return response.clone();
  }
}
