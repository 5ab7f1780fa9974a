package dev.mpp.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Words and widths. */
final class Text {
  private Text() {}

  /** Without control characters: a server's message must not steer the terminal. */
  static String clean(String text) {
    return text.codePoints()
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? ' ' : c)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  static String left(String text, int width) {
    return text.length() >= width ? text : text + " ".repeat(width - text.length());
  }

  static String right(String text, int width) {
    return text.length() >= width ? text : " ".repeat(width - text.length()) + text;
  }

  /** Broken between words so that no line is wider; a longer word is broken itself. */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    String rest = text.stripTrailing();
    while (rest.length() > width) {
      int space = rest.lastIndexOf(' ', width);
      int end = space > 0 ? space : width;
      lines.add(rest.substring(0, end).stripTrailing());
      rest = rest.substring(end).stripLeading();
    }
    lines.add(rest);
    return lines;
  }

  /** {@code 0.4 s}, {@code 12 s}, {@code 3 min}, {@code 5 h}. */
  static String duration(long millis) {
    if (Math.abs(millis) < 10_000) {
      return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
    }
    if (Math.abs(millis) < 120_000) {
      return millis / 1000 + " s";
    }
    return Math.abs(millis) < 7_200_000 ? millis / 60_000 + " min" : millis / 3_600_000 + " h";
  }

  static String rtt(long micros) {
    return micros < 0 ? "-" : String.format(Locale.ROOT, "%.2f ms", micros / 1000.0);
  }

  static String hostPort(String host, int port) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  /** The name of an enum constant on the wire without its type's prefix. */
  static String name(Enum<?> constant, String prefix) {
    String name = constant.name();
    return name.startsWith(prefix) ? name.substring(prefix.length()) : "?";
  }
}
