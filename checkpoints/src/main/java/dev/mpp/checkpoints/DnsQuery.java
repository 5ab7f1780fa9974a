package dev.mpp.checkpoints;

import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Profile;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * One question to a DNS server, over UDP from a random port, over TCP when the answer is truncated
 * (RFC 1035 section 4.2). What does not answer this question with this identifier is ignored (RFC
 * 5452 section 9.1). dnsjava makes and reads the messages; the sockets are the attempt's, which is
 * what bounds them.
 */
final class DnsQuery {
  /** A lost datagram is sent again this often. */
  private static final int SENDINGS = 3;

  private static final int LARGEST_DATAGRAM = 4_096;

  private final CheckpointSpec spec;
  private final Profile.Dns wanted;
  private final SecureRandom random = new SecureRandom();

  DnsQuery(CheckpointSpec spec) {
    this.spec = spec;
    this.wanted = spec.profile().dns();
  }

  String run(Attempt attempt, List<InetAddress> addresses)
      throws IOException, InterruptedException {
    return attempt.firstOf(addresses, (server, share) -> ask(attempt, server, share));
  }

  private String ask(Attempt attempt, InetAddress server, Deadline share) throws IOException {
    Message query = query();
    Message answer = overUdp(attempt, server, share, query);
    if (answer.getHeader().getFlag(Flags.TC)) {
      answer = overTcp(attempt, server, share, query);
    }
    return judge(answer);
  }

  private Message query() throws TextParseException {
    Name name = Name.fromString(wanted.name(), Name.root);
    Message query = Message.newQuery(Record.newRecord(name, Type.value(wanted.type()), DClass.IN));
    query.getHeader().setID(random.nextInt(0x1_0000));
    return query;
  }

  private Message overUdp(Attempt attempt, InetAddress server, Deadline share, Message query)
      throws IOException {
    DatagramSocket socket = attempt.track(new DatagramSocket());
    socket.connect(new InetSocketAddress(server, spec.port()));
    byte[] wire = query.toWire();
    int ignored = 0;
    for (int left = SENDINGS; left > 0; left--) {
      socket.send(new DatagramPacket(wire, wire.length));
      Deadline turn = share.turn(left);
      while (turn.remaining().toMillis() > 0) {
        byte[] datagram = receive(socket, turn);
        if (datagram.length > 0) {
          Message answer = read(datagram);
          if (answer != null && answers(answer, query)) {
            return answer;
          }
          ignored++;
        }
      }
    }
    if (ignored > 0) {
      throw new IOException(
          "no usable answer in time; " + ignored + " that did not match the question were ignored");
    }
    throw new SocketTimeoutException("no answer");
  }

  /** Empty when the turn is over. */
  private static byte[] receive(DatagramSocket socket, Deadline turn) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[LARGEST_DATAGRAM], LARGEST_DATAGRAM);
    try {
      socket.setSoTimeout(turn.remainingMillis());
      socket.receive(packet);
      return Arrays.copyOf(packet.getData(), packet.getLength());
    } catch (PortUnreachableException e) {
      throw new IOException("connection refused: nothing listens on the UDP port", e);
    } catch (SocketTimeoutException e) {
      return new byte[0];
    }
  }

  private Message overTcp(Attempt attempt, InetAddress server, Deadline share, Message query)
      throws IOException {
    BoundedSocket socket = attempt.connect(server, spec.port(), share);
    socket.until(share);
    byte[] wire = query.toWire();
    socket
        .getOutputStream()
        .write(
            ByteBuffer.allocate(2 + wire.length).putShort((short) wire.length).put(wire).array());
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] bytes = new byte[in.readUnsignedShort()];
    in.readFully(bytes);
    Message answer = read(bytes);
    if (answer == null || !answers(answer, query)) {
      throw new IOException("the answer over TCP does not match the question");
    }
    return answer;
  }

  private static @Nullable Message read(byte[] wire) {
    try {
      return new Message(wire);
    } catch (IOException | RuntimeException e) {
      return null; // no DNS message: whoever sent it did not understand the question
    }
  }

  private static boolean answers(Message answer, Message query) {
    var header = answer.getHeader();
    if (header.getID() != query.getHeader().getID()
        || !header.getFlag(Flags.QR)
        || header.getOpcode() != Opcode.QUERY) {
      return false;
    }
    Record question = answer.getQuestion();
    // A server that refuses to read a question may leave it out of its answer.
    return question == null
        ? header.getRcode() != Rcode.NOERROR && header.getRcode() != Rcode.NXDOMAIN
        : question.equals(query.getQuestion());
  }

  private String judge(Message answer) throws IOException {
    String code = Rcode.string(answer.getRcode());
    List<Record> records = answer.getSection(Section.ANSWER);
    if (wanted.expect().isPresent()) {
      String expected = wanted.expect().get();
      boolean met = wanted.expectsCode() ? code.equalsIgnoreCase(expected) : has(records, expected);
      if (!met) {
        throw new IOException(question() + ": " + found(code, records) + ", expected " + expected);
      }
    } else if (answer.getRcode() == Rcode.REFUSED) {
      throw new IOException(
          question()
              + ": REFUSED (an authoritative server answers for its own zones only: name one of"
              + " them in the profile)");
    } else if (answer.getRcode() != Rcode.NOERROR && answer.getRcode() != Rcode.NXDOMAIN) {
      throw new IOException(question() + ": " + code);
    }
    return question() + ": " + found(code, records);
  }

  private boolean has(List<Record> records, String expected) {
    return records.stream()
        .filter(r -> r.getType() == Type.value(wanted.type()))
        .anyMatch(r -> plain(r.rdataToString()).equals(plain(expected)));
  }

  private static String plain(String data) {
    String lower = data.toLowerCase(Locale.ROOT).strip();
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  private String found(String code, List<Record> records) {
    return switch (records.size()) {
      case 0 -> code + " without an answer";
      case 1 -> code + ", " + brief(records.getFirst().rdataToString());
      default -> code + ", " + records.size() + " answers";
    };
  }

  private static String brief(String data) {
    return data.length() <= 80 ? data : data.substring(0, 80) + "...";
  }

  private String question() {
    return wanted.name() + " " + wanted.type();
  }
}
