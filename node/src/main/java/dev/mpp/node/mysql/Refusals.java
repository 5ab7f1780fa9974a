package dev.mpp.node.mysql;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Since when every poll of a server has been told that nothing listens there. Thread-safe. */
final class Refusals {
  private volatile @Nullable Long first;

  /**
   * @param now on the clock's scale, nanoseconds
   */
  void refused(long now) {
    if (first == null) {
      first = now;
    }
  }

  /** A poll met something else. */
  void other() {
    first = null;
  }

  /** When the first of the refusals came, empty when the last poll was not refused. */
  OptionalLong since() {
    Long at = first;
    return at == null ? OptionalLong.empty() : OptionalLong.of(at);
  }
}
