package dev.mpp.node;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Addresses as operators write them: {@code 192.0.2.1}, {@code 192.0.2.1:53}, {@code [::1]:53}. */
final class HostPort {
  private HostPort() {}

  /**
   * @throws IllegalArgumentException if it is no IP literal with an optional port
   */
  static InetSocketAddress literal(String text, int defaultPort) {
    String host = text;
    String port = String.valueOf(defaultPort);
    int colon = text.lastIndexOf(':');
    if (text.startsWith("[")) {
      int end = text.indexOf(']');
      host = end < 0 ? text : text.substring(1, end);
      if (end >= 0 && end + 1 < text.length()) {
        port = text.charAt(end + 1) == ':' ? text.substring(end + 2) : "";
      }
    } else if (colon >= 0 && text.indexOf(':') == colon) {
      host = text.substring(0, colon);
      port = text.substring(colon + 1);
    }
    if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
      throw new IllegalArgumentException(
          "\"" + text + "\" has no port from 0 to 65535; write 192.0.2.1:53 or [2001:db8::1]:53");
    }
    try {
      return new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(port));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is no IP address; write 192.0.2.1:53 or [2001:db8::1]:53", e);
    }
  }
}
