package dev.mpp.cli;

import dev.mpp.node.Main;
import dev.mpp.node.api.FakeControl;
import dev.mpp.node.api.OperatorServer;
import dev.mpp.node.api.Pictures;
import dev.mpp.node.wire.GrpcTransport;
import dev.mpp.tls.PeerRule;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** The operators' server on loopback before a node that is played, and commands that ask it. */
final class OperatorBench implements AutoCloseable {
  final FakeControl control = new FakeControl();
  private final OperatorServer server;

  record Result(int exit, String out, String err) {}

  OperatorBench() throws Exception {
    server =
        new OperatorServer(
            GrpcTransport.plaintext()
                .server(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                    "operator",
                    PeerRule.anyOperator("test")),
            control,
            () -> Pictures.NOW,
            () -> Pictures.WALL);
    server.start();
  }

  String address() {
    return "127.0.0.1:" + server.port();
  }

  Result mpp(String... args) {
    return typing("", args);
  }

  /** With an operator who types {@code input}. */
  Result typing(String input, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> all = new ArrayList<>(List.of("--node", address()));
    all.addAll(List.of(args));
    int exit = Main.commandLine(Screen.typing(out, err, input)).execute(all.toArray(String[]::new));
    return new Result(exit, out.toString(), err.toString());
  }

  @Override
  public void close() {
    server.close();
  }
}
