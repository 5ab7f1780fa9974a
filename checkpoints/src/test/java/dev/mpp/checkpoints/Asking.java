package dev.mpp.checkpoints;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Profile;
import dev.mpp.core.reach.Verdict;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;

/** Runs one probe and holds it to the promise: its timeout and a second, whatever the target. */
final class Asking {
  /** For targets that stall. */
  static final Duration HASTY = Duration.ofMillis(300);

  /** For targets that answer, on a machine that may be busy. */
  static final Duration PATIENT = Duration.ofSeconds(10);

  static final String SILENCE = "no answer within 300 ms";

  private Asking() {}

  static CheckpointSpec spec(
      Duration timeout, String method, String host, int port, UnaryOperator<Profile> details) {
    Profile profile = Profile.DEFAULT.withTimes(timeout, Duration.ofSeconds(5));
    return CheckpointSpec.parse(
        "edge:" + method + ":" + host + ":p",
        Map.of("p", details.apply(port == 0 ? profile : profile.withPort(port))));
  }

  static Verdict ask(Duration timeout, String method, int port, UnaryOperator<Profile> details)
      throws InterruptedException {
    return ask(timeout, Probes.platform().of(spec(timeout, method, "127.0.0.1", port, details)));
  }

  static Verdict ask(Duration timeout, String method, int port) throws InterruptedException {
    return ask(timeout, method, port, p -> p);
  }

  static Verdict ask(Duration timeout, Probe probe) throws InterruptedException {
    long start = System.nanoTime();
    Verdict verdict = probe.run();
    Duration took = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(took.compareTo(timeout.plusSeconds(1)) <= 0, "took " + took + ": " + verdict);
    return verdict;
  }

  /** A login as {@code user} with a password that is at hand. */
  static Probe login(CheckpointSpec spec, String password) throws NoSuchAlgorithmException {
    return new Probes(System::nanoTime, Resolver.platform(), SSLContext.getDefault())
        .of(spec, Optional.of(password(password)));
  }

  static Password password(String value) {
    return new Password() {
      @Override
      public String reveal() {
        return value;
      }

      @Override
      public void refused() {
        // There is no other.
      }
    };
  }

  static int closedTcpPort() throws IOException {
    try (ServerSocket reserved = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      return reserved.getLocalPort();
    }
  }

  static int closedUdpPort() throws IOException {
    try (DatagramSocket reserved = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
      return reserved.getLocalPort();
    }
  }
}
