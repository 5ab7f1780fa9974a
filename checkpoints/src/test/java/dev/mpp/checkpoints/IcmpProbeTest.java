package dev.mpp.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mpp.checkpoints.IcmpEcho.Exchange;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Verdict;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Echoes over real sockets where this process may, and the messages by themselves. {@link
 * IcmpNamespaceTest} has the targets that drop and the processes that may not.
 */
@ExtendWith(NoLeftovers.class)
class IcmpProbeTest {
  private static final SecureRandom RANDOM = new SecureRandom();

  private static Verdict ping(String host) throws Exception {
    return Asking.ask(
        Asking.PATIENT, Probes.platform().of(Asking.spec(Asking.PATIENT, "icmp", host, 0, p -> p)));
  }

  private static void mayPing(boolean v6) {
    Optional<String> refusal = IcmpSocket.refusal(v6);
    assumeTrue(refusal.isEmpty(), () -> refusal.orElse(""));
  }

  @Test
  void theLoopbackAnswers() throws Exception {
    mayPing(false);
    Verdict verdict = ping("127.0.0.1");
    assertTrue(verdict.ok(), verdict.message());
    assertEquals("echo from 127.0.0.1", verdict.message());
  }

  @Test
  void theLoopbackAnswersOverIpv6() throws Exception {
    mayPing(true);
    assumeTrue(java.net.NetworkInterface.getByInetAddress(InetAddress.ofLiteral("::1")) != null);
    Verdict verdict = ping("[::1]");
    assertTrue(verdict.ok(), verdict.message());
  }

  @Test
  void anAddressThatTakesNoEchoIsAFailure() throws Exception {
    mayPing(false);
    assertFalse(ping("255.255.255.255").ok());
  }

  @Test
  void otherMethodsMeetNoObstacle() {
    assertEquals(
        Optional.empty(),
        Probes.obstacle(CheckpointSpec.parse("edge:simple:127.0.0.1:default", Map.of())));
  }

  @Test
  void onlyTheEchoOfThisRunCounts() {
    Exchange exchange = new Exchange(InetAddress.ofLiteral("192.0.2.1"), RANDOM);
    byte[] reply = exchange.request();
    assertFalse(exchange.answeredBy(reply, false), "the request itself");
    reply[0] = 0;
    assertTrue(exchange.answeredBy(reply, false));
    byte[] withHeader = new byte[20 + reply.length];
    withHeader[0] = 0x45;
    System.arraycopy(reply, 0, withHeader, 20, reply.length);
    assertTrue(exchange.answeredBy(withHeader, true));
    for (int at : new int[] {0, 1, 4, 6, 8, 31}) {
      byte[] changed = withHeader.clone();
      changed[20 + at] ^= 0x40;
      assertFalse(exchange.answeredBy(changed, true), "byte " + at);
    }
    for (int length = 1; length < withHeader.length; length++) {
      assertFalse(exchange.answeredBy(Arrays.copyOf(withHeader, length), true), "" + length);
    }
    assertFalse(exchange.answeredBy(Arrays.copyOf(withHeader, 100), true), "a longer one");
  }

  @Test
  void theChecksumOfAMessageWithItsChecksumIsZero() {
    byte[] request = new Exchange(InetAddress.ofLiteral("192.0.2.1"), RANDOM).request();
    assertEquals(0, Exchange.checksum(request));
  }
}
