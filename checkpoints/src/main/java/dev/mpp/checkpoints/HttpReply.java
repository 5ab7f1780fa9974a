package dev.mpp.checkpoints;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one answer and throws its content away. Sizes are capped, so a target that pours gains
 * nothing; {@link BoundedSocket} sees to one that drips.
 */
final class HttpReply {
  /** Enough to see that the body flows. */
  static final int BODY_CAP = 65_536;

  private static final int LINE_CAP = 8_192;
  private static final int HEADER_LINES = 200;
  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] ([1-5]\\d\\d)( .*)?");

  private final InputStream in;
  private final byte[] buffer = new byte[8_192];
  private int next;
  private int limit;

  private int status;
  private long length;
  private boolean chunked;

  private HttpReply(InputStream in) {
    this.in = in;
  }

  /**
   * Reads status, headers and body.
   *
   * @throws IOException if it is not HTTP/1.x, ends early or takes too long
   */
  static HttpReply read(InputStream in) throws IOException {
    HttpReply reply = new HttpReply(in);
    do {
      reply.head();
    } while (reply.status < 200); // interim answers come before the real one
    if (reply.status != 204 && reply.status != 304) {
      reply.body();
    }
    return reply;
  }

  int status() {
    return status;
  }

  private void head() throws IOException {
    String first = line();
    Matcher m = STATUS_LINE.matcher(first);
    if (!m.matches()) {
      throw new IOException("not an HTTP answer: " + printable(first));
    }
    status = Integer.parseInt(m.group(1));
    length = -1;
    chunked = false;
    int lines = 0;
    for (String line = line(); !line.isEmpty(); line = line()) {
      if (++lines > HEADER_LINES) {
        throw new IOException("more than " + HEADER_LINES + " header lines");
      }
      header(line.toLowerCase(Locale.ROOT));
    }
  }

  private void header(String line) throws IOException {
    int colon = line.indexOf(':');
    String value = line.substring(colon + 1).strip();
    if (line.startsWith("content-length:")) {
      if (!value.matches("\\d{1,18}")) {
        throw new IOException("content-length \"" + printable(value) + "\" is not a number");
      }
      length = Long.parseLong(value);
    } else if (line.startsWith("transfer-encoding:")) {
      chunked = value.endsWith("chunked");
    }
  }

  private void body() throws IOException {
    if (chunked) {
      chunks();
    } else if (length >= 0) {
      skip(Math.min(length, BODY_CAP));
    } else {
      long seen = 0;
      while (seen < BODY_CAP && fill()) {
        seen += limit - next;
        next = limit;
      }
    }
  }

  private void chunks() throws IOException {
    long seen = 0;
    while (seen < BODY_CAP) {
      String size = line().split(";", 2)[0].strip();
      if (!size.matches("[0-9A-Fa-f]{1,15}")) {
        throw new IOException("chunk size \"" + printable(size) + "\" is not a number");
      }
      long bytes = Long.parseLong(size, 16);
      if (bytes == 0) {
        return;
      }
      skip(Math.min(bytes, BODY_CAP - seen));
      seen += bytes;
      if (seen < BODY_CAP) {
        line();
      }
    }
  }

  private void skip(long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      if (!fill()) {
        throw new IOException("the connection ended " + left + " bytes early");
      }
      int taken = (int) Math.min(left, limit - next);
      next += taken;
      left -= taken;
    }
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    while (fill()) {
      char c = (char) (buffer[next++] & 0xff);
      if (c == '\n') {
        int end = line.length();
        return end > 0 && line.charAt(end - 1) == '\r' ? line.substring(0, end - 1) : "" + line;
      }
      if (line.length() == LINE_CAP) {
        throw new IOException("a line is longer than " + LINE_CAP + " bytes");
      }
      line.append(c);
    }
    throw new IOException("the connection ended in the middle of the answer");
  }

  /** Whether a byte can be taken; waits for one if the buffer is empty. */
  private boolean fill() throws IOException {
    if (next < limit) {
      return true;
    }
    next = 0;
    limit = Math.max(0, in.read(buffer));
    return limit > 0;
  }

  private static String printable(String text) {
    return text.substring(0, Math.min(40, text.length())).replaceAll("[^ -~]", "?");
  }
}
