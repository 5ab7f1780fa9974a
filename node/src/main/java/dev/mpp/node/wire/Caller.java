package dev.mpp.node.wire;

import dev.mpp.tls.Identity;
import dev.mpp.tls.SiteTls;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Who makes a call.
 *
 * @param address with the port, {@code unknown} when there is none
 * @param certified what its certificate says; empty without TLS
 */
public record Caller(String address, Optional<Identity> certified) {
  private static final Context.Key<Caller> KEY =
      Context.keyWithDefault("caller", new Caller("unknown", Optional.empty()));

  /** Lets services ask for {@link #current()}. */
  public static final ServerInterceptor KNOWN =
      new ServerInterceptor() {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
          return Contexts.interceptCall(
              Context.current().withValue(KEY, of(call.getAttributes())), call, headers, next);
        }
      };

  /** Of the call that this thread serves. */
  public static Caller current() {
    return KEY.get();
  }

  /** Of a call, from the attributes of its transport. */
  public static Caller of(Attributes attributes) {
    String address =
        attributes.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress inet
                && inet.getAddress() != null
            ? inet.getAddress().getHostAddress() + ":" + inet.getPort()
            : "unknown";
    return new Caller(
        address,
        Optional.ofNullable(attributes.get(Grpc.TRANSPORT_ATTR_SSL_SESSION)).flatMap(Caller::peer));
  }

  private static Optional<Identity> peer(SSLSession session) {
    try {
      return Optional.of(SiteTls.peer(session));
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  /** The address without its port. */
  public String host() {
    return address.replaceFirst(":\\d+$", "");
  }
}
