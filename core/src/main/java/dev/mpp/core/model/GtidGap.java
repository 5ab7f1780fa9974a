package dev.mpp.core.model;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Numbers of a MariaDB domain that a server left out when it was opened ({@code mpp.jump}): every
 * transaction of that domain beyond what it had then, and below the number it went on with. Who has
 * one of them has a transaction that this server never had, although its numbers are higher now.
 *
 * <p>As text {@code domain-next>server-last,server-last…}, for example {@code 0-1000101>1-99,2-50}.
 *
 * @param next the first number given after the gap
 * @param before the last number of each server before it; a server that is absent had none
 */
public record GtidGap(long domain, long next, Map<Long, Long> before) {

  public GtidGap {
    before = Collections.unmodifiableMap(new TreeMap<>(before));
  }

  /**
   * @throws IllegalArgumentException if the text is none
   */
  public static GtidGap parse(String text) {
    try {
      int arrow = text.indexOf('>');
      long[] head = pair(text.substring(0, arrow));
      Map<Long, Long> before = new TreeMap<>();
      for (String item : text.substring(arrow + 1).split(",", -1)) {
        if (!item.isEmpty()) {
          long[] last = pair(item);
          before.put(last[0], last[1]);
        }
      }
      return new GtidGap(head[0], head[1], before);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a gap (domain-next>server-last,…)", e);
    }
  }

  private static long[] pair(String text) {
    int dash = text.indexOf('-');
    return new long[] {
      Long.parseLong(text.substring(0, dash)), Long.parseLong(text.substring(dash + 1))
    };
  }

  /** The last number of that server before the gap, 0 when there was none. */
  long before(long server) {
    return before.getOrDefault(server, 0L);
  }

  /** Whether the number lies in it. */
  boolean has(MariaDbGtidSet.Stream stream, long number) {
    return stream.domain() == domain && before(stream.server()) < number && number < next;
  }

  @Override
  public String toString() {
    return domain
        + "-"
        + next
        + ">"
        + before.entrySet().stream()
            .map(e -> e.getKey() + "-" + e.getValue())
            .collect(Collectors.joining(","));
  }
}
