package dev.mpp.node.mysql;

import java.util.List;

/**
 * What a fence does beyond making the server read-only. The next opening undoes all of it.
 *
 * @param blockAccounts locked while the server is fenced
 * @param offlineMode MySQL: {@code offline_mode}, which lets administrators in only
 */
public record FenceOptions(List<Account> blockAccounts, boolean offlineMode) {
  public static final FenceOptions NONE = new FenceOptions(List.of(), false);

  public FenceOptions {
    blockAccounts = List.copyOf(blockAccounts);
  }

  /** An account as in CREATE USER. */
  public record Account(String user, String host) {
    public Account {
      if (user.isBlank() || host.isBlank()) {
        throw new IllegalArgumentException("an account needs a user and a host");
      }
    }

    /**
     * @param text {@code user@host}, without quotes
     */
    public static Account parse(String text) {
      int at = text.lastIndexOf('@');
      if (at < 0) {
        throw new IllegalArgumentException("no host in " + text);
      }
      return new Account(text.substring(0, at), text.substring(at + 1));
    }

    @Override
    public String toString() {
      return user + "@" + host;
    }
  }
}
