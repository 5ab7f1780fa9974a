package dev.mpp.node.wire;

import dev.mpp.tls.PeerRule;
import dev.mpp.tls.Rejections;
import dev.mpp.tls.SiteTls;
import io.grpc.InsecureChannelCredentials;
import io.grpc.InsecureServerCredentials;
import io.grpc.ManagedChannelBuilder;
import io.grpc.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The one place where the daemon's gRPC servers and channels are made, so that credentials,
 * keepalive and size limits are the same everywhere.
 */
public final class GrpcTransport implements AutoCloseable {
  private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
  private static final int MAX_MESSAGE_BYTES = 16 << 20;

  /** No session outlives its connection: each is judged by the certificates of its own time. */
  private static final int SESSION_SECONDS = 1;

  private final @Nullable Tls tls;

  /** What is needed only with certificates. */
  private record Tls(SiteTls site, Rejections rejections, EventLoopGroup loops) {}

  private GrpcTransport(@Nullable Tls tls) {
    this.tls = tls;
  }

  /** No encryption and no authentication. */
  public static GrpcTransport plaintext() {
    return new GrpcTransport(null);
  }

  /**
   * TLS 1.3 with a certificate at both ends.
   *
   * @param rejections told of every connection that is turned away
   */
  public static GrpcTransport secured(SiteTls site, Rejections rejections) {
    EventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            2,
            Thread.ofPlatform().daemon().name("grpc-tls-", 0).factory(),
            NioIoHandler.newFactory());
    return new GrpcTransport(new Tls(site, rejections, loops));
  }

  /** Whether both ends are authenticated and the wire is encrypted. */
  public boolean secure() {
    return tls != null;
  }

  /** Tells of somebody who was turned away after the handshake. */
  public void rejected(String door, String source, String why) {
    if (tls != null) {
      tls.rejections().rejected(door, source, why);
    }
  }

  /**
   * A server that will listen on exactly this address; port 0 takes any free one.
   *
   * @param bind a resolved address
   * @param door for whoever is told of rejections
   * @param rule who may connect; without TLS nobody is asked
   */
  public ServerBuilder<?> server(InetSocketAddress bind, String door, PeerRule rule) {
    NettyServerBuilder builder =
        tls == null
            ? NettyServerBuilder.forAddress(bind, InsecureServerCredentials.create())
            : secured(NettyServerBuilder.forAddress(bind), tls, door, rule);
    return builder
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(10, TimeUnit.SECONDS)
        .keepAliveTimeout(2, TimeUnit.SECONDS)
        .permitKeepAliveTime(5, TimeUnit.SECONDS)
        .permitKeepAliveWithoutCalls(true);
  }

  private static NettyServerBuilder secured(
      NettyServerBuilder builder, Tls tls, String door, PeerRule rule) {
    SslContextBuilder context =
        SslContextBuilder.forServer(tls.site().keys()).clientAuth(ClientAuth.REQUIRE);
    return builder
        .bossEventLoopGroup(tls.loops())
        .workerEventLoopGroup(tls.loops())
        .channelFactory(() -> HandshakeWatch.listening(door, tls.rejections()))
        .sslContext(built(context, tls, rule));
  }

  private static SslContext built(SslContextBuilder builder, Tls tls, PeerRule rule) {
    try {
      return GrpcSslContexts.configure(
              builder.trustManager(tls.site().trust(rule)).sessionTimeout(SESSION_SECONDS),
              SslProvider.JDK)
          .protocols("TLSv1.3")
          .build();
    } catch (SSLException e) {
      throw new IllegalStateException("this Java has no TLS 1.3", e);
    }
  }

  /**
   * A channel straight to the host, never through a proxy; the name is resolved anew by every
   * channel.
   *
   * @param host name or IP literal (IPv6 without brackets)
   * @param rule who must answer there; without TLS nobody is asked
   */
  public ManagedChannelBuilder<?> channel(String host, int port, PeerRule rule) {
    NettyChannelBuilder builder =
        tls == null
            ? NettyChannelBuilder.forAddress(host, port, InsecureChannelCredentials.create())
            : NettyChannelBuilder.forAddress(host, port)
                .sslContext(
                    built(SslContextBuilder.forClient().keyManager(tls.site().keys()), tls, rule));
    return builder
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .keepAliveTime(10, TimeUnit.SECONDS)
        .keepAliveTimeout(2, TimeUnit.SECONDS)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MILLIS)
        .disableServiceConfigLookUp()
        .disableRetry()
        .proxyDetector(address -> null);
  }

  /** Ends the threads of its servers; they are closed before. */
  @Override
  public void close() {
    if (tls != null) {
      var unused = tls.loops().shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
  }
}
