package dev.mpp.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.reach.Profile;
import dev.mpp.core.reach.Verdict;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;

/** Questions to DNS servers that answer well, badly or never, over real sockets. */
@ExtendWith(NoLeftovers.class)
class DnsProbeTest {

  /** What to send for a question; null for nothing. */
  @FunctionalInterface
  private interface Reply {
    byte[] to(Message question) throws IOException;
  }

  /** A server on UDP, and TCP at the same port. */
  private static final class Server implements AutoCloseable {
    final DatagramSocket udp;
    final AtomicInteger datagrams = new AtomicInteger();
    final HostileServer tcp;

    Server(Reply overUdp, HostileServer.Behaviour overTcp) throws IOException {
      InetAddress loopback = InetAddress.getByName("127.0.0.1");
      DatagramSocket bound = null;
      ServerSocket listener = new ServerSocket(0, 5, loopback);
      for (int tries = 0; bound == null; tries++) {
        try {
          bound = new DatagramSocket(listener.getLocalPort(), loopback);
        } catch (BindException taken) {
          listener.close();
          assertTrue(tries < 20, "no port is free for both");
          listener = new ServerSocket(0, 5, loopback);
        }
      }
      udp = bound;
      tcp = new HostileServer(listener, overTcp);
      Thread.ofVirtual().start(() -> serve(overUdp));
    }

    int port() {
      return udp.getLocalPort();
    }

    private void serve(Reply reply) {
      try {
        while (true) {
          DatagramPacket in = new DatagramPacket(new byte[512], 512);
          udp.receive(in);
          datagrams.incrementAndGet();
          byte[] out = reply.to(new Message(java.util.Arrays.copyOf(in.getData(), in.getLength())));
          if (out.length > 0) {
            udp.send(new DatagramPacket(out, out.length, in.getSocketAddress()));
          }
        }
      } catch (IOException closed) {
        return;
      }
    }

    @Override
    public void close() throws IOException {
      udp.close();
      tcp.close();
    }
  }

  private static Message answer(Message question, int rcode, String... records) throws IOException {
    Message answer = new Message(question.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setRcode(rcode);
    answer.addRecord(question.getQuestion(), Section.QUESTION);
    Record asked = question.getQuestion();
    for (String data : records) {
      answer.addRecord(
          Record.fromString(asked.getName(), asked.getType(), 1, 60, data, asked.getName()),
          Section.ANSWER);
    }
    return answer;
  }

  private static Reply says(int rcode, String... records) {
    return question -> answer(question, rcode, records).toWire();
  }

  private static final Reply NOTHING = question -> new byte[0];

  private static final Reply TRUNCATED =
      question -> {
        Message answer = answer(question, Rcode.NOERROR);
        answer.getHeader().setFlag(Flags.TC);
        return answer.toWire();
      };

  private static HostileServer.Behaviour overTcp(Reply reply) {
    return socket -> {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] wire = new byte[in.readUnsignedShort()];
      in.readFully(wire);
      byte[] out = reply.to(new Message(wire));
      socket.getOutputStream().write(new byte[] {(byte) (out.length >> 8), (byte) out.length});
      socket.getOutputStream().write(out);
    };
  }

  private static Verdict ask(Reply udp, HostileServer.Behaviour tcp, Profile.Dns wanted)
      throws Exception {
    return ask(Asking.PATIENT, udp, tcp, wanted);
  }

  private static Verdict ask(
      Duration timeout, Reply udp, HostileServer.Behaviour tcp, Profile.Dns wanted)
      throws Exception {
    try (Server server = new Server(udp, tcp)) {
      return Asking.ask(timeout, "dns", server.port(), p -> p.withDns(wanted));
    }
  }

  private static Verdict ask(Reply udp) throws Exception {
    return ask(udp, HostileServer.silence(), Profile.Dns.DEFAULT);
  }

  private static Profile.Dns wanting(String name, String type, String expect) {
    return new Profile.Dns(name, type, Optional.ofNullable(expect));
  }

  @Test
  void anyWellFormedAnswerCounts() throws Exception {
    assertEquals(". SOA: NOERROR without an answer", ask(says(Rcode.NOERROR)).message());
    assertTrue(ask(says(Rcode.NOERROR)).ok());
    assertTrue(ask(says(Rcode.NXDOMAIN)).ok());
  }

  @ParameterizedTest
  @CsvSource({
    "2, '. SOA: SERVFAIL'",
    "4, '. SOA: NOTIMP'",
    "1, '. SOA: FORMERR'",
    "5, '. SOA: REFUSED (an authoritative server answers for its own zones only: name one of them in"
        + " the profile)'"
  })
  void anErrorIsNamed(int rcode, String message) throws Exception {
    Verdict verdict = ask(says(rcode));
    assertFalse(verdict.ok());
    assertEquals(message, verdict.message());
  }

  @ParameterizedTest
  @CsvSource({
    "A,     192.0.2.1,         192.0.2.1",
    "AAAA,  2001:db8:0:0:0:0:0:1, 2001:db8:0:0:0:0:0:1",
    "CNAME, there.example.,    THERE.example",
    "A,     192.0.2.1,         NOERROR"
  })
  void whatIsExpectedIsFound(String type, String data, String expect) throws Exception {
    Verdict verdict =
        ask(
            says(Rcode.NOERROR, data),
            HostileServer.silence(),
            wanting("www.example.com", type, expect));
    assertTrue(verdict.ok(), verdict.message());
  }

  @Test
  void anotherAnswerThanExpectedIsAFailure() throws Exception {
    Profile.Dns wanted = wanting("www.example.com", "A", "192.0.2.9");
    assertEquals(
        "www.example.com A: NOERROR, 192.0.2.1, expected 192.0.2.9",
        ask(says(Rcode.NOERROR, "192.0.2.1"), HostileServer.silence(), wanted).message());
    assertEquals(
        "www.example.com A: NXDOMAIN without an answer, expected 192.0.2.9",
        ask(says(Rcode.NXDOMAIN), HostileServer.silence(), wanted).message());
    assertFalse(
        ask(says(Rcode.NOERROR), HostileServer.silence(), wanting("x.example", "A", "NXDOMAIN"))
            .ok());
  }

  @Test
  void silenceIsBoundedAndTheQuestionIsRepeated() throws Exception {
    try (Server server = new Server(NOTHING, HostileServer.silence())) {
      assertEquals(Asking.SILENCE, Asking.ask(Asking.HASTY, "dns", server.port()).message());
      assertEquals(3, server.datagrams.get());
    }
  }

  @Test
  void aLostDatagramIsNotAFailure() throws Exception {
    AtomicInteger seen = new AtomicInteger();
    Reply second = q -> seen.incrementAndGet() < 2 ? new byte[0] : answer(q, 0).toWire();
    assertTrue(ask(second).ok());
  }

  @Test
  void aClosedPortIsRefused() throws Exception {
    assertEquals(
        "connection refused: nothing listens on the UDP port",
        Asking.ask(Asking.PATIENT, "dns", Asking.closedUdpPort()).message());
  }

  @ParameterizedTest
  @ValueSource(strings = {"id", "question", "no QR", "garbage", "short", "empty question"})
  void whatDoesNotAnswerTheQuestionIsIgnored(String wrong) throws Exception {
    Reply reply =
        question -> {
          Message answer = answer(question, Rcode.NOERROR);
          switch (wrong) {
            case "id" -> answer.getHeader().setID(question.getHeader().getID() ^ 1);
            case "question" -> {
              answer.removeAllRecords(Section.QUESTION);
              answer.addRecord(
                  Record.newRecord(new org.xbill.DNS.Name("evil.example."), 1, 1),
                  Section.QUESTION);
            }
            case "no QR" -> answer.getHeader().unsetFlag(Flags.QR);
            case "empty question" -> answer.removeAllRecords(Section.QUESTION);
            case "garbage" -> {
              byte[] noise = answer.toWire();
              java.util.Arrays.fill(noise, 2, noise.length, (byte) 0xff);
              return noise;
            }
            default -> {
              return new byte[] {1, 2, 3};
            }
          }
          return answer.toWire();
        };
    Verdict verdict = ask(Asking.HASTY, reply, HostileServer.silence(), Profile.Dns.DEFAULT);
    assertFalse(verdict.ok());
    // How many of its questions were answered within the time-out is the machine's business.
    assertTrue(
        verdict
            .message()
            .matches(
                "no usable answer in time; [1-3] that did not match the question w(as|ere) ignored"),
        verdict.message());
  }

  @Test
  void aForgedAnswerDoesNotKeepTheTrueOneOut() throws Exception {
    AtomicInteger seen = new AtomicInteger();
    Reply forgedAtFirst =
        question -> {
          Message answer = answer(question, Rcode.NOERROR);
          if (seen.incrementAndGet() == 1) {
            answer.getHeader().setID(question.getHeader().getID() ^ 0x55);
          }
          return answer.toWire();
        };
    assertTrue(ask(forgedAtFirst).ok());
  }

  @Test
  void aFloodOfGarbageIsBounded() throws Exception {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"))) {
      Thread flood =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      DatagramPacket in = new DatagramPacket(new byte[512], 512);
                      socket.receive(in);
                      while (true) {
                        socket.send(new DatagramPacket(new byte[100], 100, in.getSocketAddress()));
                      }
                    } catch (IOException closed) {
                      return;
                    }
                  });
      Verdict verdict = Asking.ask(Asking.HASTY, "dns", socket.getLocalPort());
      assertTrue(verdict.message().startsWith("no usable answer in time"), verdict.message());
      socket.close();
      flood.join();
    }
  }

  @Test
  void aTruncatedAnswerIsAskedForOverTcp() throws Exception {
    Verdict verdict =
        ask(
            TRUNCATED,
            overTcp(says(Rcode.NOERROR, "192.0.2.1")),
            wanting("www.example.com", "A", "192.0.2.1"));
    assertTrue(verdict.ok(), verdict.message());
  }

  @Test
  void tcpThatStallsDripsOrLiesIsBounded() throws Exception {
    assertEquals(
        Asking.SILENCE,
        ask(Asking.HASTY, TRUNCATED, HostileServer.silence(), Profile.Dns.DEFAULT).message());
    HostileServer.Behaviour drips =
        socket -> {
          socket.getOutputStream().write(new byte[] {(byte) 0xff, (byte) 0xff});
          while (true) {
            socket.getOutputStream().write(0);
            Thread.sleep(20);
          }
        };
    assertEquals(
        Asking.SILENCE, ask(Asking.HASTY, TRUNCATED, drips, Profile.Dns.DEFAULT).message());
    assertEquals(
        "the answer over TCP does not match the question",
        ask(
                TRUNCATED,
                overTcp(
                    q -> {
                      Message a = answer(q, Rcode.NOERROR);
                      a.getHeader().setID(q.getHeader().getID() ^ 1);
                      return a.toWire();
                    }),
                Profile.Dns.DEFAULT)
            .message());
    HostileServer.Behaviour hangsUp = socket -> socket.getInputStream().read();
    assertFalse(ask(TRUNCATED, hangsUp, Profile.Dns.DEFAULT).ok());
  }
}
