package dev.mpp.core.reach;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTTP status codes from {@code low} to {@code high}, both included, within 100 to 599. */
public record StatusRange(int low, int high) {
  private static final Pattern TEXT = Pattern.compile("([1-5])xx|(\\d{3})(?:-(\\d{3}))?");

  public StatusRange {
    if (low < 100 || high > 599 || low > high) {
      throw new IllegalArgumentException(
          "status " + low + "-" + high + " is not a range within 100-599");
    }
  }

  /**
   * Parses {@code 200}, {@code 200-399} or {@code 2xx}.
   *
   * @throws IllegalArgumentException if the text is none of them
   */
  public static StatusRange parse(String text) {
    Matcher m = TEXT.matcher(text.strip());
    if (!m.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not an HTTP status (200, 200-399 or 2xx)");
    }
    if (m.group(1) != null) {
      int hundreds = Integer.parseInt(m.group(1)) * 100;
      return new StatusRange(hundreds, hundreds + 99);
    }
    int low = Integer.parseInt(m.group(2));
    return new StatusRange(low, m.group(3) == null ? low : Integer.parseInt(m.group(3)));
  }

  /** Whether a text is meant as a status, right or wrong: digits, an x, a hyphen. */
  public static boolean looksLike(String text) {
    return text.strip().matches("\\d[\\dx-]*");
  }

  public boolean contains(int status) {
    return low <= status && status <= high;
  }

  @Override
  public String toString() {
    return low == high ? "" + low : low + "-" + high;
  }
}
