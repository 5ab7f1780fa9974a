package dev.mpp.core.model;

import java.net.Inet6Address;
import java.util.regex.Pattern;

/**
 * A host as configured: an IPv4 literal, an IPv6 literal in brackets, or a name. Nothing is
 * resolved.
 *
 * @param host without brackets
 * @param literal whether it is an address and not a name
 */
public record HostText(String host, boolean literal) {
  private static final Pattern NUMERIC = Pattern.compile("[0-9.]+");
  private static final String OCTET = "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
  private static final Pattern QUAD = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");
  private static final String LABEL = "[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?";
  private static final Pattern NAME = Pattern.compile(LABEL + "(\\." + LABEL + ")*\\.?");

  /**
   * Reads a host.
   *
   * @throws IllegalArgumentException with the reason, for example a malformed literal
   */
  public static HostText parse(String text) {
    if (text.startsWith("[") || text.indexOf(':') >= 0) {
      return ipv6(text);
    }
    if (NUMERIC.matcher(text).matches()) {
      if (!QUAD.matcher(text).matches()) {
        throw new IllegalArgumentException("\"" + text + "\" is a malformed IPv4 literal");
      }
      return new HostText(text, true);
    }
    if (text.length() > 253 || !NAME.matcher(text).matches()) {
      throw new IllegalArgumentException("\"" + text + "\" is not a host name or an IP literal");
    }
    return new HostText(text, false);
  }

  private static HostText ipv6(String text) {
    String inner =
        text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : "";
    try {
      // No zone: it names an interface of this host, which means nothing to the other sites.
      if (inner.indexOf(':') >= 0 && inner.indexOf('%') < 0 && inner.indexOf('[') < 0) {
        Object unused = Inet6Address.ofLiteral(inner);
        return new HostText(inner, true);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(malformed(text), e);
    }
    throw new IllegalArgumentException(malformed(text));
  }

  private static String malformed(String text) {
    return "\"" + text + "\" is a malformed IPv6 literal; write it as [2001:db8::1]";
  }
}
