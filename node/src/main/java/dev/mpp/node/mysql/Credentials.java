package dev.mpp.node.mysql;

import java.util.function.Supplier;

/**
 * The manager's account on the servers. The password is asked for at every connect, is handed to
 * the driver as a property and appears nowhere else: no URL, no message, no log, no thread name.
 *
 * @param user account name, not empty
 * @param password called on a connecting thread; may throw, which fails that one attempt
 * @param encryption of its sessions
 */
public record Credentials(String user, Supplier<String> password, Encryption encryption) {
  public Credentials {
    if (user.isEmpty() || user.indexOf('\'') >= 0 || user.indexOf('\\') >= 0) {
      throw new IllegalArgumentException("\"" + user + "\" is not a manager account name");
    }
  }

  /** Over TLS where the server offers it. */
  public Credentials(String user, Supplier<String> password) {
    this(user, password, Encryption.PREFERRED);
  }

  public Credentials with(Encryption other) {
    return new Credentials(user, password, other);
  }

  @Override
  public String toString() {
    return user;
  }
}
