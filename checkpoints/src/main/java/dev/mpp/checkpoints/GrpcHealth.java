package dev.mpp.checkpoints;

import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Profile;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.grpc.netty.shaded.io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.grpc.netty.shaded.io.netty.handler.ssl.JdkSslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * {@code grpc.health.v1.Health/Check} (gRPC health checking protocol). Only SERVING is an answer.
 * Every run has a connection and an event loop of its own, since it is the connection that is asked
 * about, and leaves neither behind.
 */
final class GrpcHealth {
  private static final int LARGEST_MESSAGE = 4_096;
  private static final int LARGEST_HEADERS = 16_384;
  private static final long STOP_MILLIS = 200;

  private final CheckpointSpec spec;
  private final Profile.Grpc wanted;
  private final SSLContext tls;

  GrpcHealth(CheckpointSpec spec, SSLContext tls) {
    this.spec = spec;
    this.wanted = spec.profile().grpc();
    this.tls = tls;
  }

  String run(Attempt attempt, List<InetAddress> addresses)
      throws IOException, InterruptedException {
    return attempt.firstOf(addresses, (address, share) -> ask(attempt, address, share));
  }

  private String ask(Attempt attempt, InetAddress address, Deadline share)
      throws IOException, InterruptedException {
    ThreadFactory threads = Thread.ofPlatform().daemon().name("checkpoint-grpc").factory();
    EventLoopGroup loop = new NioEventLoopGroup(1, threads);
    try {
      ManagedChannel channel = channel(new InetSocketAddress(address, spec.port()), loop);
      try {
        attempt.track(channel::shutdownNow);
        return judge(call(channel, share));
      } catch (StatusRuntimeException e) {
        throw translate(e);
      } finally {
        channel.shutdownNow().awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS);
      }
    } finally {
      loop.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private HealthCheckResponse call(ManagedChannel channel, Deadline share) {
    return HealthGrpc.newBlockingStub(channel)
        .withDeadlineAfter(share.remaining().toNanos(), TimeUnit.NANOSECONDS)
        .check(HealthCheckRequest.newBuilder().setService(wanted.service()).build());
  }

  private ManagedChannel channel(InetSocketAddress address, EventLoopGroup loop) {
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address)
            .overrideAuthority(authority())
            .eventLoopGroup(loop)
            .channelType(NioSocketChannel.class)
            .directExecutor()
            .offloadExecutor(Runnable::run)
            .proxyDetector(target -> null) // the target itself is asked, no proxy
            .disableServiceConfigLookUp()
            .disableRetry()
            .userAgent("mpp-checkpoint")
            .maxInboundMessageSize(LARGEST_MESSAGE)
            .maxInboundMetadataSize(LARGEST_HEADERS);
    return (wanted.tls() ? builder.sslContext(overHttp2(tls)) : builder.usePlaintext()).build();
  }

  private String authority() {
    String host = spec.host().indexOf(':') >= 0 ? "[" + spec.host() + "]" : spec.host();
    return host + ":" + spec.port();
  }

  private static SslContext overHttp2(SSLContext tls) {
    return new JdkSslContext(
        tls,
        true,
        null,
        IdentityCipherSuiteFilter.INSTANCE,
        new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            "h2"),
        ClientAuth.NONE,
        null,
        false);
  }

  private String judge(HealthCheckResponse answer) throws IOException {
    if (answer.getStatus() != ServingStatus.SERVING) {
      throw new IOException(service() + " is " + answer.getStatus());
    }
    return service() + " is SERVING";
  }

  private IOException translate(StatusRuntimeException e) {
    Status status = e.getStatus();
    return switch (status.getCode()) {
      case DEADLINE_EXCEEDED -> new SocketTimeoutException("no answer");
      case UNIMPLEMENTED ->
          new IOException("the server has no health service (grpc.health.v1.Health)", e);
      case NOT_FOUND -> new IOException("the server knows no " + service(), e);
      default -> new IOException(status.getCode() + ": " + reason(e), e);
    };
  }

  private static String reason(StatusRuntimeException e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String text = root == e ? e.getStatus().getDescription() : root.getMessage();
    String line =
        text == null ? root.getClass().getSimpleName() : text.lines().findFirst().orElse("");
    return line.substring(0, Math.min(200, line.length()));
  }

  private String service() {
    return wanted.service().isEmpty() ? "the server" : "service \"" + wanted.service() + "\"";
  }
}
