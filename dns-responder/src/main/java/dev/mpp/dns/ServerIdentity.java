package dev.mpp.dns;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What the server tells of itself to whoever asks. Empty by default: it helps an attacker first.
 *
 * @param id answers {@code id.server CH TXT} and {@code hostname.bind} (RFC 4892), and the NSID
 *     option (RFC 5001); at most 64 octets
 * @param version answers {@code version.bind CH TXT} and {@code version.server}; at most 64 octets
 */
public record ServerIdentity(Optional<String> id, Optional<String> version) {
  /** Tells nothing. */
  public static final ServerIdentity NONE = new ServerIdentity(Optional.empty(), Optional.empty());

  static final int MAX_OCTETS = 64;

  /** Refuses what is too long. */
  public ServerIdentity {
    id.ifPresent(text -> requireShort("id", text));
    version.ifPresent(text -> requireShort("version", text));
  }

  private static void requireShort(String what, String text) {
    int octets = text.getBytes(StandardCharsets.UTF_8).length;
    if (octets == 0 || octets > MAX_OCTETS) {
      throw new IllegalArgumentException(what + " not of 1 to " + MAX_OCTETS + " octets: " + text);
    }
  }

  byte[] nsid() {
    return id.orElse("").getBytes(StandardCharsets.UTF_8);
  }
}
