package dev.mpp.tls;

import java.nio.file.Path;

/**
 * Where one party's certificates are, all PEM.
 *
 * @param certificate its own, followed by intermediate ones if there are any
 * @param key its private key, PKCS #8, not encrypted
 * @param authority the certificates that sign everybody's; two while the authority is changed
 */
public record TlsFiles(Path certificate, Path key, Path authority) {
  /** The names that {@code mpp certs} gives them in one directory. */
  public static TlsFiles in(Path directory, String name) {
    return new TlsFiles(
        directory.resolve(name + ".crt"),
        directory.resolve(name + ".key"),
        directory.resolve("authority.crt"));
  }
}
