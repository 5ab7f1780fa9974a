package dev.mpp.node.querylog;

import com.google.protobuf.ByteString;
import dev.mpp.dns.LoggedQuery;
import dev.mpp.dns.Transport;
import dev.mpp.proto.dnstap.Dnstap;
import dev.mpp.proto.dnstap.Message;
import dev.mpp.proto.dnstap.SocketFamily;
import dev.mpp.proto.dnstap.SocketProtocol;
import java.net.Inet4Address;
import java.time.Instant;
import java.util.Optional;

/** A logged query as dnstap has it: AUTH_RESPONSE, or AUTH_QUERY where there was no response. */
final class DnstapEncoder {
  private final Optional<ByteString> identity;
  private final Optional<ByteString> version;

  /**
   * @param identity empty: the log does not say who wrote it
   */
  DnstapEncoder(Optional<String> identity, Optional<String> version) {
    this.identity = identity.map(ByteString::copyFromUtf8);
    this.version = version.map(ByteString::copyFromUtf8);
  }

  byte[] encode(LoggedQuery query) {
    Dnstap.Builder out =
        Dnstap.newBuilder().setType(Dnstap.Type.MESSAGE).setMessage(message(query));
    identity.ifPresent(out::setIdentity);
    version.ifPresent(out::setVersion);
    return out.build().toByteArray();
  }

  private static Message message(LoggedQuery query) {
    boolean answered = query.rcode().isPresent();
    Instant time = query.time();
    Message.Builder out =
        Message.newBuilder()
            .setType(answered ? Message.Type.AUTH_RESPONSE : Message.Type.AUTH_QUERY)
            .setSocketFamily(
                query.address() instanceof Inet4Address ? SocketFamily.INET : SocketFamily.INET6)
            .setSocketProtocol(
                query.transport() == Transport.UDP ? SocketProtocol.UDP : SocketProtocol.TCP)
            .setQueryAddress(ByteString.copyFrom(query.address().getAddress()))
            .setQueryPort(query.port())
            .setQueryTimeSec(time.getEpochSecond())
            .setQueryTimeNsec(time.getNano())
            .setQueryMessage(ByteString.copyFrom(query.query()));
    if (answered) {
      out.setResponseTimeSec(time.getEpochSecond())
          .setResponseTimeNsec(time.getNano())
          .setResponseMessage(ByteString.copyFrom(query.response()));
    }
    return out.build();
  }
}
