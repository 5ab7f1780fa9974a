package dev.mpp.dns;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An immutable open-addressed map from names, searched without allocating. */
final class NameIndex<T> {
  private final @Nullable DnsName[] names;
  private final @Nullable Object[] values;

  NameIndex(Map<DnsName, ? extends T> entries) {
    int capacity = Integer.highestOneBit(Math.max(4, entries.size() * 4));
    names = new @Nullable DnsName[capacity];
    values = new @Nullable Object[capacity];
    entries.forEach(this::put);
  }

  private void put(DnsName name, T value) {
    int slot = slot(name.hashCode());
    while (names[slot] != null) {
      slot = (slot + 1) & (names.length - 1);
    }
    names[slot] = name;
    values[slot] = value;
  }

  private int slot(int hash) {
    return (hash ^ (hash >>> 16)) & (names.length - 1);
  }

  /** What is stored under the given suffix of {@code name} (0: the whole name), or null. */
  @SuppressWarnings("unchecked")
  @Nullable T find(LookupName name, int suffix) {
    int hash = name.hash(suffix);
    int slot = slot(hash);
    for (DnsName at = names[slot]; at != null; at = names[slot]) {
      if (at.hashCode() == hash && name.matches(at, suffix)) {
        return (T) values[slot];
      }
      slot = (slot + 1) & (names.length - 1);
    }
    return null;
  }
}
