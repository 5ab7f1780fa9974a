package dev.mpp.node.mysql;

import java.util.function.Supplier;

/**
 * The manager's account on the servers. The password is asked for at every connect, is handed to
 * the driver as a property and appears nowhere else: no URL, no message, no log, no thread name.
 *
 * @param user account name, not empty
 * @param password called on a connecting thread; may throw, which fails that one attempt
 */
public record Credentials(String user, Supplier<String> password) {
  public Credentials {
    if (user.isEmpty() || user.indexOf('\'') >= 0 || user.indexOf('\\') >= 0) {
      throw new IllegalArgumentException("\"" + user + "\" is not a manager account name");
    }
  }

  @Override
  public String toString() {
    return user;
  }
}
