package dev.mpp.node.mysql;

import java.nio.file.Path;
import java.util.Optional;

/**
 * How a session is protected on its way. MySQL's {@code caching_sha2_password} sends the password
 * itself at a first login, over TLS; without TLS encrypted with the server's RSA key, which has to
 * be known here, or is asked for over the same connection: then whoever sits on the line can give
 * his own and read the password (MySQL Reference Manual, Caching SHA-2 Pluggable Authentication).
 *
 * @param serverKey file with the server's RSA public key, in PEM; used where there is no TLS
 * @param asksForKey without TLS and without {@code serverKey}: asks the server for it
 */
public record Encryption(ServerOptions.Tls tls, Optional<Path> serverKey, boolean asksForKey) {
  /** TLS where the server offers it; a password that needs it is not sent without. */
  public static final Encryption PREFERRED = of(ServerOptions.Tls.PREFERRED);

  public static Encryption of(ServerOptions.Tls tls) {
    return new Encryption(tls, Optional.empty(), false);
  }

  /** On a line that nobody else can reach. */
  public static Encryption plain() {
    return new Encryption(ServerOptions.Tls.DISABLED, Optional.empty(), true);
  }
}
