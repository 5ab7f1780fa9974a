package dev.mpp.checkpoints;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.checkpoints.HostileServer.Behaviour;
import dev.mpp.core.reach.Profile;
import dev.mpp.core.reach.Verdict;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(NoLeftovers.class)
class GrpcProbeTest {

  private static Verdict against(Optional<BindableService> service, String asked) throws Exception {
    return against(Asking.PATIENT, service, asked);
  }

  private static Verdict against(Duration timeout, Optional<BindableService> service, String asked)
      throws Exception {
    NioEventLoopGroup loop = new NioEventLoopGroup(1);
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .channelType(NioServerSocketChannel.class)
            .directExecutor();
    service.ifPresent(builder::addService);
    Server server = builder.build().start();
    try {
      return ask(timeout, server.getPort(), asked, false);
    } finally {
      server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
      loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).await(5, TimeUnit.SECONDS);
    }
  }

  private static Verdict ask(Duration timeout, int port, String service, boolean tls)
      throws Exception {
    return Asking.ask(timeout, "grpc", port, p -> p.withGrpc(new Profile.Grpc(service, tls)));
  }

  private static Verdict against(Duration timeout, Behaviour behaviour, boolean tls)
      throws Exception {
    try (HostileServer server = new HostileServer(behaviour)) {
      return ask(timeout, server.port(), "", tls);
    }
  }

  private static Optional<BindableService> health(String service, ServingStatus status) {
    HealthStatusManager manager = new HealthStatusManager();
    manager.setStatus(service, status);
    return Optional.of(manager.getHealthService());
  }

  @Test
  void onlyServingIsAnAnswer() throws Exception {
    Verdict verdict = against(health("", ServingStatus.SERVING), "");
    assertTrue(verdict.ok(), verdict.message());
    assertEquals("the server is SERVING", verdict.message());
    assertEquals(
        "service \"orders\" is SERVING",
        against(health("orders", ServingStatus.SERVING), "orders").message());
  }

  @ParameterizedTest
  @EnumSource(names = {"NOT_SERVING", "UNKNOWN", "SERVICE_UNKNOWN"})
  void everyOtherStatusIsAFailure(ServingStatus status) throws Exception {
    Verdict verdict = against(health("", status), "");
    assertFalse(verdict.ok());
    assertEquals("the server is " + status, verdict.message());
  }

  @Test
  void aServerWithoutTheServiceIsToldFromOneThatDoesNotKnowTheName() throws Exception {
    assertEquals(
        "the server has no health service (grpc.health.v1.Health)",
        against(Optional.empty(), "").message());
    assertEquals(
        "the server knows no service \"other\"",
        against(health("", ServingStatus.SERVING), "other").message());
  }

  @Test
  void aCallThatIsNeverAnsweredIsBounded() throws Exception {
    BindableService mute =
        new HealthGrpc.HealthImplBase() {
          @Override
          public void check(
              HealthCheckRequest request, StreamObserver<HealthCheckResponse> answer) {
            // Never.
          }
        };
    assertEquals(Asking.SILENCE, against(Asking.HASTY, Optional.of(mute), "").message());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aServerThatNeverSendsItsSettingsIsBounded(boolean tls) throws Exception {
    assertEquals(Asking.SILENCE, against(Asking.HASTY, HostileServer.silence(), tls).message());
    Behaviour drips =
        socket -> {
          while (true) {
            socket.getOutputStream().write(0);
            Thread.sleep(1000);
          }
        };
    assertFalse(against(Asking.HASTY, drips, tls).ok());
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "pours", "hangs up", "endless settings"})
  void aServerThatSpeaksAnotherProtocolIsBounded(String what) throws Exception {
    Behaviour behaviour =
        socket -> {
          switch (what) {
            case "text" ->
                socket.getOutputStream().write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(US_ASCII));
            case "pours" -> {
              while (true) {
                socket.getOutputStream().write(new byte[65_536]);
              }
            }
            case "endless settings" -> {
              while (true) {
                socket.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
              }
            }
            default -> socket.close();
          }
        };
    assertFalse(against(Asking.HASTY, behaviour, false).ok());
  }

  @Test
  void aClosedPortIsRefused() throws Exception {
    Verdict verdict = ask(Asking.PATIENT, Asking.closedTcpPort(), "", false);
    assertTrue(verdict.message().contains("refused"), verdict.message());
  }

  @Test
  void plaintextWhereTlsIsDemandedIsAFailure() throws Exception {
    Behaviour plain =
        socket ->
            socket.getOutputStream().write("hello, no TLS here\n".repeat(9).getBytes(US_ASCII));
    assertFalse(against(Asking.PATIENT, plain, true).ok());
  }
}
