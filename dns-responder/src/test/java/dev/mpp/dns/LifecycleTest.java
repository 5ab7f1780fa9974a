package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LifecycleTest {

  private static DnsResponder responder(InetSocketAddress... listen) {
    return new DnsResponder(
        DnsResponderConfig.listeningOn(List.of(listen)), Example::table, () -> 0, () -> 0);
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private static void assertBindFails(InetSocketAddress address, String... parts) {
    try (DnsResponder responder = responder(at("127.0.0.1", 0), address)) {
      String message = assertThrows(DnsBindException.class, responder::start).getMessage();
      for (String part : parts) {
        assertTrue(String.valueOf(message).contains(part), message);
      }
      assertEquals(List.of(), responder.addresses(), "the sockets that were bound are closed");
    }
  }

  @Test
  void aPortInUseIsNamedForEachTransport() throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    try (DatagramSocket taken = new DatagramSocket(0, loopback)) {
      int port = taken.getLocalPort();
      assertBindFails(at("127.0.0.1", port), "UDP 127.0.0.1:" + port, "Another process");
    }
    try (ServerSocket taken = new ServerSocket(0, 1, loopback)) {
      int port = taken.getLocalPort();
      assertBindFails(at("127.0.0.1", port), "TCP 127.0.0.1:" + port, "Another process");
    }
  }

  @Test
  void twoRespondersCannotShareAPort() throws DnsBindException {
    try (DnsResponder first = responder(at("127.0.0.1", 0))) {
      first.start();
      assertBindFails(first.addresses().get(0), "Another process");
    }
  }

  @Test
  void anAddressOfAnotherHostIsNamed() {
    assertBindFails(at("192.0.2.1", 5300), "192.0.2.1:5300", "No interface of this host");
    assertBindFails(at("2001:db8::1", 5300), "[2001:db8:0:0:0:0:0:1]:5300");
  }

  @ParameterizedTest
  @CsvSource({
    "Permission denied, 53, CAP_NET_BIND_SERVICE",
    "Permission denied, 5300, SELinux",
    "Address family not supported by protocol, 53, address family",
    "something new, 53, See the cause"
  })
  void remediesFollowTheCause(String cause, int port, String remedy) {
    String message =
        new DnsBindException(Transport.UDP, at("127.0.0.1", port), new BindException(cause))
            .getMessage();
    assertTrue(String.valueOf(message).contains(remedy), message);
    assertTrue(String.valueOf(message).contains(cause), message);
  }

  @Test
  void closingFreesPortsConnectionsAndThreads() throws Exception {
    DnsResponder responder = responder(at("127.0.0.1", 0), at("::1", 0));
    responder.start();
    List<InetSocketAddress> addresses = responder.addresses();
    assertEquals(2, addresses.size());
    try (Socket client = new Socket(addresses.get(0).getAddress(), addresses.get(0).getPort())) {
      client.setSoTimeout(Loopback.PATIENCE_MILLIS);
      Eventually.eventually("accepted", () -> responder.tcpConnections() == 1);
      responder.close();
      assertEquals(-1, client.getInputStream().read());
    }
    assertEquals(0, responder.tcpConnections());
    assertFalse(
        Thread.getAllStackTraces().keySet().stream()
            .anyMatch(t -> t.getName().contains(":" + addresses.get(0).getPort() + "-")),
        "a worker is still running");
    try (DnsResponder again = responder(addresses.get(0), addresses.get(1))) {
      again.start();
      assertEquals(addresses, again.addresses());
    }
    responder.close();
  }

  @Test
  void startsOnce() throws DnsBindException {
    DnsResponder responder = responder(at("127.0.0.1", 0));
    responder.start();
    assertThrows(IllegalStateException.class, responder::start);
    responder.close();
    assertThrows(IllegalStateException.class, responder::start);
  }

  @Test
  void theConfigurationIsChecked() {
    Duration ok = Duration.ofSeconds(1);
    List<InetSocketAddress> one = List.of(at("127.0.0.1", 0));
    List<InetSocketAddress> wildcard = List.of(at("0.0.0.0", 53));
    List<InetSocketAddress> named = List.of(InetSocketAddress.createUnresolved("ns.test", 53));
    assertConfigRefused("no address", () -> DnsResponderConfig.listeningOn(List.of()));
    assertConfigRefused(
        "wildcard", () -> DnsResponderConfig.listeningOn(wildcard).withUdp(UdpIo.SINGLE, 1));
    assertConfigRefused("not an address", () -> DnsResponderConfig.listeningOn(named));
    DnsResponderConfig config = DnsResponderConfig.listeningOn(one);
    assertConfigRefused("udpWorkers", () -> config.withUdp(UdpIo.SINGLE, 0));
    assertConfigRefused("tcp connections", () -> new TcpLimits(0, 1, ok, ok));
    assertConfigRefused("per prefix", () -> new TcpLimits(2, 3, ok, ok));
    assertConfigRefused("tcp idle", () -> new TcpLimits(1, 1, Duration.ZERO, ok));
    assertConfigRefused("tcp exchange", () -> new TcpLimits(1, 1, ok, Duration.ofDays(1)));
    assertConfigRefused("slip", () -> new RateLimit(1, 1, 1, 0, AccessList.loopback()));
    assertConfigRefused(
        "id", () -> new ServerIdentity(Optional.of("x".repeat(65)), Optional.empty()));
  }

  private static void assertConfigRefused(
      String part, org.junit.jupiter.api.function.Executable construct) {
    String message = assertThrows(IllegalArgumentException.class, construct).getMessage();
    assertTrue(String.valueOf(message).contains(part), message);
  }
}
