package dev.mpp.node.wire;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.ServerCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * The one place where the daemon's gRPC servers and channels are made, so that credentials,
 * keepalive and size limits are the same everywhere.
 */
public final class GrpcTransport {
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  private final ServerCredentials serverCredentials;
  private final ChannelCredentials channelCredentials;
  private final boolean secure;

  private GrpcTransport(
      ServerCredentials serverCredentials, ChannelCredentials channelCredentials, boolean secure) {
    this.serverCredentials = serverCredentials;
    this.channelCredentials = channelCredentials;
    this.secure = secure;
  }

  /** No encryption and no authentication. */
  public static GrpcTransport plaintext() {
    return new GrpcTransport(
        InsecureServerCredentials.create(), InsecureChannelCredentials.create(), false);
  }

  /** With the given credentials, for example {@link io.grpc.TlsServerCredentials}. */
  public static GrpcTransport secured(ServerCredentials server, ChannelCredentials channel) {
    return new GrpcTransport(server, channel, true);
  }

  /** Whether both ends are authenticated and the wire is encrypted. */
  public boolean secure() {
    return secure;
  }

  /**
   * A server that will listen on exactly this address; port 0 takes any free one.
   *
   * @param bind a resolved address
   */
  public ServerBuilder<?> server(InetSocketAddress bind) {
    return NettyServerBuilder.forAddress(bind, serverCredentials)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(10, TimeUnit.SECONDS)
        .keepAliveTimeout(2, TimeUnit.SECONDS)
        .permitKeepAliveTime(5, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true);
  }

  /**
   * A channel straight to the host, never through a proxy; the name is resolved anew by every
   * channel.
   *
   * @param host name or IP literal (IPv6 without brackets)
   */
  public ManagedChannelBuilder<?> channel(String host, int port) {
    return NettyChannelBuilder.forAddress(host, port, channelCredentials)
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(10, TimeUnit.SECONDS)
        .keepAliveTimeout(2, TimeUnit.SECONDS)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .disableServiceConfigLookUp()
        .disableRetry()
        .proxyDetector(address -> null);
  }
}
