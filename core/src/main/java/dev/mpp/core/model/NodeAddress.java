package dev.mpp.core.model;

/**
 * Address of one MySQL server. The host is an IP literal (IPv6 without brackets) or a host name.
 *
 * @param port 1 to 65535
 */
public record NodeAddress(String host, int port) implements Comparable<NodeAddress> {
  public static final int DEFAULT_PORT = 3306;

  public NodeAddress {
    if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || "[];/\"'".indexOf(c) >= 0)) {
      throw new IllegalArgumentException("\"" + host + "\" is not a host name or an IP literal");
    }
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is outside 1-65535");
    }
  }

  /**
   * Parses {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port}; the port defaults to
   * 3306.
   *
   * @throws IllegalArgumentException with the reason, for example an IPv6 literal without brackets
   */
  public static NodeAddress parse(String text) {
    String t = text.strip();
    if (t.startsWith("[")) {
      int close = t.indexOf(']');
      String rest = close < 0 ? "?" : t.substring(close + 1);
      if (close < 2 || !(rest.isEmpty() || rest.startsWith(":")) || t.indexOf(':') > close) {
        throw malformed(text);
      }
      return new NodeAddress(
          t.substring(1, close), rest.isEmpty() ? DEFAULT_PORT : port(rest.substring(1), text));
    }
    int colon = t.indexOf(':');
    if (colon < 0) {
      return new NodeAddress(t, DEFAULT_PORT);
    }
    if (t.indexOf(':', colon + 1) >= 0) {
      throw malformed(text);
    }
    return new NodeAddress(t.substring(0, colon), port(t.substring(colon + 1), text));
  }

  private static int port(String digits, String text) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "\"" + digits + "\" in \"" + text + "\" is not a port (1-65535)", e);
    }
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "\"" + text + "\" is a malformed IPv6 literal; write it as [2001:db8::1]:3306");
  }

  @Override
  public int compareTo(NodeAddress other) {
    int byHost = host.compareTo(other.host);
    return byHost != 0 ? byHost : Integer.compare(port, other.port);
  }

  /** {@code host:port}, with brackets around an IPv6 literal. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
