package dev.mpp.checkpoints;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.checkpoints.HostileServer.Behaviour;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Profile;
import dev.mpp.core.reach.Verdict;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Servers that are no good MySQL servers; the good ones are asked in the node's tests. */
@ExtendWith(NoLeftovers.class)
class MySqlProbeTest {
  private static final byte[] GREETING = greeting();

  /** Protocol 10 of a server that knows mysql_native_password. */
  private static byte[] greeting() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(10);
    out.writeBytes("11.4.5-MariaDB\0".getBytes(US_ASCII));
    out.writeBytes(new byte[] {1, 0, 0, 0});
    out.writeBytes("12345678\0".getBytes(US_ASCII));
    out.writeBytes(new byte[] {(byte) 0xff, (byte) 0xf7, 33, 2, 0, (byte) 0xff, (byte) 0x81, 21});
    out.writeBytes(new byte[10]);
    out.writeBytes("123456789012\0".getBytes(US_ASCII));
    out.writeBytes("mysql_native_password\0".getBytes(US_ASCII));
    return out.toByteArray();
  }

  private static void send(Socket socket, int sequence, byte[] payload) throws IOException {
    byte[] packet = new byte[4 + payload.length];
    packet[0] = (byte) payload.length;
    packet[1] = (byte) (payload.length >> 8);
    packet[2] = (byte) (payload.length >> 16);
    packet[3] = (byte) sequence;
    System.arraycopy(payload, 0, packet, 4, payload.length);
    socket.getOutputStream().write(packet);
    socket.getOutputStream().flush();
  }

  private static byte[] receive(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    byte[] head = in.readNBytes(4);
    return head.length < 4
        ? new byte[0]
        : in.readNBytes((head[0] & 0xff) | (head[1] & 0xff) << 8 | (head[2] & 0xff) << 16);
  }

  private static byte[] error(int code, String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {(byte) 0xff, (byte) code, (byte) (code >> 8)});
    out.writeBytes(text.getBytes(US_ASCII));
    return out.toByteArray();
  }

  private static Verdict greet(Behaviour behaviour) throws Exception {
    return greet(Asking.PATIENT, behaviour);
  }

  private static Verdict greet(Duration timeout, Behaviour behaviour) throws Exception {
    try (HostileServer server = new HostileServer(behaviour)) {
      return Asking.ask(timeout, "mysql", server.port());
    }
  }

  private static Verdict login(Behaviour behaviour) throws Exception {
    return login(Asking.PATIENT, behaviour);
  }

  private static Verdict login(Duration timeout, Behaviour behaviour) throws Exception {
    try (HostileServer server = new HostileServer(behaviour)) {
      CheckpointSpec spec = withUser(timeout, server.port());
      return Asking.ask(timeout, Asking.login(spec, "s3cret-word"));
    }
  }

  private static CheckpointSpec withUser(Duration timeout, int port) {
    return Asking.spec(
        timeout,
        "mysql",
        "127.0.0.1",
        port,
        p -> p.withMySql(new Profile.MySql(Optional.of("ro"), "SELECT 1", false)));
  }

  @Test
  void theGreetingIsAnAnswerAndTheHandshakeIsCompleted() throws Exception {
    BlockingQueue<byte[]> said = new ArrayBlockingQueue<>(4);
    Behaviour denies =
        socket -> {
          send(socket, 0, GREETING);
          said.add(receive(socket));
          send(socket, 2, error(1045, "#28000Access denied"));
        };
    Verdict verdict = greet(denies);
    assertTrue(verdict.ok());
    assertEquals("server version 11.4.5-MariaDB", verdict.message());
    byte[] response = said.poll(5, TimeUnit.SECONDS);
    assertTrue(response != null && new String(response, US_ASCII).contains("mpp-checkpoint\0\0"));
  }

  @Test
  void anotherPluginIsGivenTheEmptyPassword() throws Exception {
    BlockingQueue<byte[]> said = new ArrayBlockingQueue<>(4);
    Behaviour switches =
        socket -> {
          send(socket, 0, GREETING);
          said.add(receive(socket));
          send(
              socket,
              2,
              "\u00fecaching_sha2_password\0abc"
                  .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
          said.add(receive(socket));
          send(socket, 4, error(1045, "#28000Access denied"));
        };
    assertTrue(greet(switches).ok());
    assertEquals(2, said.size());
    assertEquals(0, said.toArray(byte[][]::new)[1].length);
  }

  @Test
  void aServerThatStallsAfterItsGreetingHasAnswered() throws Exception {
    Verdict verdict =
        greet(
            socket -> {
              send(socket, 0, GREETING);
              HostileServer.silence().serve(socket);
            });
    assertTrue(verdict.ok(), verdict.message());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anErrorInPlaceOfTheGreetingIsAFailureWithItsText(boolean withUser) throws Exception {
    Behaviour full = socket -> send(socket, 0, error(1040, "Too many connections"));
    Verdict verdict = withUser ? login(full) : greet(full);
    assertFalse(verdict.ok());
    assertTrue(verdict.message().contains("Too many connections"), verdict.message());
    assertTrue(verdict.message().contains("1040"), verdict.message());
    Behaviour blocked =
        socket ->
            send(
                socket,
                0,
                error(1129, "#HY000Host '192.0.2.7' is blocked because of many connection errors"));
    assertEquals(
        "error 1129: Host '192.0.2.7' is blocked because of many connection errors",
        greet(blocked).message());
  }

  /** Every way to stall: each is asked with and without an account. */
  @ParameterizedTest
  @ValueSource(strings = {"silence", "drip", "half a greeting", "drip a greeting"})
  void stallingIsBounded(String how) throws Exception {
    Behaviour behaviour =
        switch (how) {
          case "silence" -> HostileServer.silence();
          case "drip" ->
              socket -> {
                while (true) {
                  socket.getOutputStream().write(10);
                  Thread.sleep(1000);
                }
              };
          case "half a greeting" ->
              socket -> {
                socket.getOutputStream().write(new byte[] {60, 0, 0, 0, 10, '5', '.'});
                HostileServer.silence().serve(socket);
              };
          default ->
              socket -> {
                socket.getOutputStream().write(new byte[] {(byte) 200, 0, 0, 0, 10});
                while (true) {
                  socket.getOutputStream().write('5');
                  Thread.sleep(20);
                }
              };
        };
    assertEquals(Asking.SILENCE, greet(Asking.HASTY, behaviour).message());
    assertEquals(Asking.SILENCE, login(Asking.HASTY, behaviour).message());
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "huge", "zero", "no version", "old", "pours"})
  void garbageIsAFailure(String what) throws Exception {
    Behaviour behaviour =
        socket -> {
          switch (what) {
            case "text" ->
                socket.getOutputStream().write("HTTP/1.1 400 Bad\r\n\r\n".getBytes(US_ASCII));
            case "huge" -> socket.getOutputStream().write(new byte[] {-1, -1, -1, 0, 10, 10, 10});
            case "zero" -> socket.getOutputStream().write(new byte[8]);
            case "no version" -> send(socket, 0, new byte[] {10, 0});
            case "old" -> send(socket, 0, new byte[] {9, '3', '.', '2', 0});
            default -> {
              byte[] block = new byte[65_536];
              java.util.Arrays.fill(block, (byte) 0xff);
              while (true) {
                socket.getOutputStream().write(block);
              }
            }
          }
        };
    Verdict verdict = greet(behaviour);
    assertFalse(verdict.ok());
    assertTrue(verdict.message().startsWith("not a MySQL server"), verdict.message());
    assertFalse(login(behaviour).ok());
  }

  @Test
  void hangingUpIsAFailure() throws Exception {
    assertFalse(greet(Socket::close).ok());
    assertFalse(login(Socket::close).ok());
  }

  @Test
  void aServerThatStallsAfterTheLoginIsBounded() throws Exception {
    Behaviour stalls =
        socket -> {
          send(socket, 0, GREETING);
          receive(socket);
          send(socket, 2, new byte[] {0, 0, 0, 2, 0, 0, 0});
          HostileServer.silence().serve(socket);
        };
    assertEquals(Asking.SILENCE, login(Asking.HASTY, stalls).message());
  }

  @Test
  void aDeniedLoginHasThePasswordReadAnewAndIsSaidWithoutIt() throws Exception {
    Behaviour denies =
        socket -> {
          send(socket, 0, GREETING);
          receive(socket);
          send(socket, 2, error(1045, "#28000Access denied for user 'ro'@'localhost'"));
        };
    BlockingQueue<String> calls = new ArrayBlockingQueue<>(4);
    Password password =
        new Password() {
          @Override
          public String reveal() {
            calls.add("reveal");
            return "s3cret-word";
          }

          @Override
          public void refused() {
            calls.add("refused");
          }
        };
    try (HostileServer server = new HostileServer(denies)) {
      Probe probe =
          new Probes(System::nanoTime, Resolver.platform(), SSLContext.getDefault())
              .of(withUser(Asking.PATIENT, server.port()), Optional.of(password));
      Verdict verdict = Asking.ask(Asking.PATIENT, probe);
      assertFalse(verdict.ok());
      assertTrue(verdict.message().startsWith("error 1045: Access denied"), verdict.message());
      assertFalse(verdict.message().contains("s3cret"), verdict.message());
      assertFalse(probe.toString().contains("s3cret"));
    }
    assertEquals("[reveal, refused]", calls.toString());
  }

  @Test
  void aPasswordThatCannotBeHadIsAFailureAndOneThatNeverComesIsBounded() throws Exception {
    try (HostileServer server = new HostileServer(HostileServer.silence())) {
      CheckpointSpec spec = withUser(Asking.HASTY, server.port());
      Probes probes = Probes.platform();
      assertEquals(
          "no such file",
          Asking.ask(
                  Asking.HASTY,
                  probes.of(
                      spec,
                      Optional.of(
                          from(
                              () -> {
                                throw new IOException("no such file");
                              }))))
              .message());
      Verdict verdict =
          Asking.ask(
              Asking.HASTY,
              probes.of(
                  spec,
                  Optional.of(
                      from(
                          () -> {
                            try {
                              TimeUnit.HOURS.sleep(1);
                            } catch (InterruptedException e) {
                              throw new IOException(e);
                            }
                            return "";
                          }))));
      assertEquals("no end within 300 ms, connection closed", verdict.message());
      assertThrows(IllegalArgumentException.class, () -> probes.of(spec));
    }
  }

  @FunctionalInterface
  private interface Source {
    String read() throws IOException;
  }

  private static Password from(Source source) {
    return new Password() {
      @Override
      public String reveal() throws IOException {
        return source.read();
      }

      @Override
      public void refused() {
        throw new AssertionError("nothing was refused");
      }
    };
  }
}
