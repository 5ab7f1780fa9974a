package dev.mpp.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Locale;

/** A listening socket could not be had; the message names the address and what to do about it. */
public final class DnsBindException extends IOException {
  private static final int FIRST_UNPRIVILEGED_PORT = 1024;

  DnsBindException(Transport transport, InetSocketAddress address, IOException cause) {
    super(
        "cannot listen on "
            + transport
            + " "
            + text(address)
            + ": "
            + cause.getMessage()
            + ". "
            + remedy(address, cause),
        cause);
  }

  private static String text(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private static String remedy(InetSocketAddress address, IOException cause) {
    String why = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (why.contains("in use")) {
      return "Another process has the port (ss -lnutp shows which; often a stub resolver or an"
          + " older instance): stop it, or listen on another address or port.";
    }
    if (why.contains("permission") || why.contains("not permitted")) {
      return address.getPort() < FIRST_UNPRIVILEGED_PORT
          ? "Ports below 1024 need CAP_NET_BIND_SERVICE (systemd:"
              + " AmbientCapabilities=CAP_NET_BIND_SERVICE)."
          : "A security policy (SELinux, AppArmor, seccomp) forbids it.";
    }
    if (why.contains("assign") || why.contains("not available")) {
      return "No interface of this host has the address: add it, correct the configuration, or"
          + " for an address that moves here later set net.ipv4.ip_nonlocal_bind=1"
          + " (net.ipv6.ip_nonlocal_bind=1).";
    }
    if (why.contains("family") || why.contains("not supported")) {
      return "This host has no such address family: enable it or remove the address.";
    }
    return "See the cause.";
  }
}
