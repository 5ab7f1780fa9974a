package dev.mpp.checkpoints;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;

/**
 * Asks a MySQL or MariaDB server for its greeting (protocol 10), without an account.
 *
 * <p>Hanging up after the greeting would count as a handshake error of this host, and after {@code
 * max_connect_errors} of those in a row the server refuses every connection from here, the polls of
 * MPP included (error 1129). Failed logins do not count there (MySQL manual, "The host_cache
 * Table", {@code SUM_CONNECT_ERRORS}), so the handshake is completed with an account that does not
 * exist.
 */
final class MySqlGreeting {
  /** Shows up in the server's log as the account that was denied. */
  static final String NOBODY = "mpp-checkpoint";

  private static final int PROTOCOL = 10;
  private static final int ERROR = 0xff;
  private static final int SWITCH = 0xfe;
  private static final byte QUIT = 1;

  /** LONG_PASSWORD, PROTOCOL_41, SECURE_CONNECTION, PLUGIN_AUTH. */
  private static final int CAPABILITIES = 0x0008_8201;

  private static final int UTF8 = 33;
  private static final Duration GOODBYE = Duration.ofMillis(500);

  private MySqlGreeting() {}

  static String run(Attempt attempt, BoundedSocket socket) throws IOException {
    MySqlPackets packets = new MySqlPackets(socket);
    byte[] greeting = packets.read();
    int first = greeting[0] & 0xff;
    if (first == ERROR) {
      throw new IOException(error(greeting));
    }
    if (first != PROTOCOL) {
      throw new IOException("not a MySQL server: it speaks protocol " + first);
    }
    String version = version(greeting);
    socket.until(attempt.deadline().atMost(GOODBYE));
    leave(packets);
    return "server version " + version;
  }

  private static String version(byte[] greeting) throws IOException {
    int end = 1;
    while (end < greeting.length && greeting[end] != 0) {
      end++;
    }
    if (end == 1 || end == greeting.length) {
      throw new IOException("not a MySQL server: its greeting names no version");
    }
    return printable(new String(greeting, 1, end - 1, US_ASCII));
  }

  /** Best effort: the greeting is the answer, whatever becomes of the rest. */
  private static void leave(MySqlPackets packets) {
    try {
      packets.write(nobody());
      byte[] answer = packets.read();
      if ((answer[0] & 0xff) == SWITCH) {
        packets.write(new byte[0]); // the empty password, in every plugin's form
        answer = packets.read();
      }
      if (answer[0] == 0) {
        packets.restart();
        packets.write(new byte[] {QUIT});
      }
    } catch (IOException e) {
      // Then the server counts an aborted connection.
    }
  }

  /** HandshakeResponse41 without a password. */
  private static byte[] nobody() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int shift = 0; shift < 32; shift += 8) {
      out.write(CAPABILITIES >> shift);
    }
    out.writeBytes(new byte[] {0, 0, 0, 1, UTF8});
    out.writeBytes(new byte[23]);
    out.writeBytes((NOBODY + "\0").getBytes(US_ASCII));
    out.write(0);
    out.writeBytes("mysql_native_password\0".getBytes(US_ASCII));
    return out.toByteArray();
  }

  /** {@code error 1040: Too many connections}; the SQL state is left out. */
  private static String error(byte[] packet) {
    if (packet.length < 3) {
      return "the server sent an error without a number";
    }
    int code = (packet[1] & 0xff) | (packet[2] & 0xff) << 8;
    int text = packet.length >= 9 && packet[3] == '#' ? 9 : 3;
    return "error "
        + code
        + ": "
        + printable(new String(packet, text, packet.length - text, UTF_8));
  }

  private static String printable(String text) {
    return text.substring(0, Math.min(200, text.length())).replaceAll("\\p{Cntrl}", "?");
  }
}
