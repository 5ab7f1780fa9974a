package dev.mpp.core.model;

/**
 * An exact set of transactions.
 *
 * @param set in the family's notation: {@code domain-server-from..to,…} (MariaDB), {@code
 *     uuid:interval:…,…} (MySQL); empty for none
 * @param count how many they are, MPP's own heartbeats included
 */
public record Transactions(String set, long count) {
  public static final Transactions NONE = new Transactions("", 0);

  public Transactions {
    if (count < 0 || set.isEmpty() != (count == 0)) {
      throw new IllegalArgumentException(count + " transactions, as a set \"" + set + "\"");
    }
  }

  public boolean isEmpty() {
    return count == 0;
  }

  /** The set and how many they are. */
  @Override
  public String toString() {
    return isEmpty() ? "none" : set + " (" + words() + ")";
  }

  /** How many they are. */
  public String words() {
    return count == 1 ? "1 transaction" : count + " transactions";
  }
}
