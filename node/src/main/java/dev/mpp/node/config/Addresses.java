package dev.mpp.node.config;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Pattern;

/** What can be said of an address without asking any resolver. */
final class Addresses {
  private static final Pattern NUMERIC = Pattern.compile("[0-9.]+");
  private static final Pattern IPV4 = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");

  private Addresses() {}

  /** The address, if the text is a complete IPv4 or IPv6 literal without brackets or zone. */
  static Optional<InetAddress> literal(String text) {
    boolean candidate = IPV4.matcher(text).matches() || text.indexOf(':') >= 0;
    if (!candidate || text.startsWith("[") || text.indexOf('%') >= 0) {
      return Optional.empty();
    }
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Digits and dots: meant as an IPv4 literal, right or wrong. */
  static boolean numeric(String text) {
    return NUMERIC.matcher(text).matches();
  }

  static boolean loopback(String host) {
    return host.equals("localhost")
        || literal(host).map(InetAddress::isLoopbackAddress).orElse(false);
  }

  /** One text for all spellings of an address. */
  static String canonical(String host) {
    return literal(host).map(InetAddress::getHostAddress).orElse(host);
  }
}
