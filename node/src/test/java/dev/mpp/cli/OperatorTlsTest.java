package dev.mpp.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.Main;
import dev.mpp.node.api.FakeControl;
import dev.mpp.node.api.OperatorServer;
import dev.mpp.node.api.Pictures;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.tls.Certificates;
import dev.mpp.tls.PeerRule;
import dev.mpp.tls.TlsFiles;
import dev.mpp.tls.Turned;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line against a real server that wants certificates. */
final class OperatorTlsTest {
  private static final String DEPLOYMENT = "shop";

  @TempDir private Path dir;
  private final FakeControl control = new FakeControl();
  private final Turned turned = new Turned();
  private Certificates ca;
  private GrpcTransport transport;
  private OperatorServer server;

  private record Result(int exit, String out, String err) {}

  @BeforeEach
  void start() throws Exception {
    control.answer = CompletableFuture.completedFuture("OK: done");
    ca = new Certificates(dir.resolve("ca"), DEPLOYMENT);
    transport = GrpcTransport.secured(ca.opened("site1"), turned);
    server =
        new OperatorServer(
            transport.server(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "operator",
                PeerRule.anyOperator(DEPLOYMENT)),
            control,
            () -> Pictures.NOW,
            () -> Pictures.WALL);
    server.start();
  }

  @AfterEach
  void stop() {
    server.close();
    transport.close();
  }

  private Result mpp(List<String> options, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("--node", "127.0.0.1:" + server.port()));
    all.addAll(options);
    all.addAll(List.of(args));
    int exit = Main.commandLine(Screen.of(out, err)).execute(all.toArray(String[]::new));
    return new Result(exit, out.toString(), err.toString());
  }

  private static List<String> options(TlsFiles files) {
    return List.of(
        "--tls-cert",
        files.certificate().toString(),
        "--tls-key",
        files.key().toString(),
        "--tls-authority",
        files.authority().toString());
  }

  private void refused(List<String> options, String told, String shown) {
    Result asked = mpp(options, "recover", Pictures.S1.toString(), "--reason", "x");
    assertEquals(Cli.UNREACHABLE, asked.exit(), asked.toString());
    assertTrue(asked.err().contains(shown), asked.err());
    assertEquals(List.of(), control.orders);
    awaitTold(told);
  }

  private void awaitTold(String told) {
    long end = System.nanoTime() + 10_000_000_000L;
    while (!turned.says(told)) {
      assertFalse(System.nanoTime() - end > 0, () -> told + " is not in " + turned.all());
      Thread.onSpinWait();
    }
  }

  @Test
  void theNameOfTheCertificateIsWhoAsked() {
    TlsFiles ann = ca.operator("ann");
    Result done =
        mpp(
            List.of("--tls", ann.authority().getParent().toString()),
            "recover",
            Pictures.S1.toString(),
            "--user",
            "somebody-else",
            "--reason",
            "disk replaced");
    assertEquals(0, done.exit(), done.err());
    BrainEvent.OperatorRecover order = (BrainEvent.OperatorRecover) control.orders.getFirst();
    assertEquals("ann", order.by());
    assertTrue(turned.all().isEmpty(), () -> turned.all().toString());
  }

  @Test
  void nobodyWithoutACertificate() {
    refused(List.of(), "operator 127.0.0.1 it does not speak TLS", "--tls");
  }

  @Test
  void aSiteIsNoOperator() {
    refused(
        options(ca.site("site2")),
        "operator 127.0.0.1 its certificate is of site site2 of shop, wanted is an operator",
        "it refused the certificate shown");
  }

  @Test
  void noOperatorOfAnotherAuthority() {
    Certificates other = new Certificates(dir.resolve("other"), DEPLOYMENT);
    TlsFiles eve = other.operator("eve");
    refused(options(eve), "it refused the certificate shown", "not signed by");
  }

  @Test
  void aNodeOfAnotherDeploymentIsNotBelieved() {
    Certificates other = new Certificates(dir.resolve("other"), "else");
    Result asked = mpp(options(other.operator("ann")), "status");
    assertEquals(Cli.UNREACHABLE, asked.exit());
    assertTrue(asked.err().contains("is not signed by this deployment's"), asked.err());
  }

  @Test
  void halfOfTheFilesIsWrongUsage() {
    Result asked = mpp(List.of("--tls-cert", "/nowhere.crt"), "status");
    assertEquals(Cli.USAGE, asked.exit(), asked.toString());
    assertTrue(asked.err().contains("--tls-key is missing"), asked.err());
    Result empty = mpp(List.of("--tls", dir.toString()), "status");
    assertEquals(Cli.USAGE, empty.exit());
    assertTrue(empty.err().contains("holds no operator-NAME.crt"), empty.err());
  }
}
