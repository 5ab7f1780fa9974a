package dev.mpp.node.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations such as {@code 500ms}, {@code 2s}, {@code 1m} and {@code 1h}. */
public final class Durations {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");

  private Durations() {}

  static Duration parse(String text) throws Refused {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw text.matches("[0-9]+")
          ? new Refused("is " + text + " without a unit", "write " + text + "ms or " + text + "s")
          : new Refused(
              "is \"" + text + "\", which is not a duration",
              "write a whole number and ms, s, m or h, for example 500ms");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }

  /** The shortest exact form; {@link #parse} reads it back for whole milliseconds. */
  public static String print(Duration value) {
    long millis = value.toMillis();
    if (millis % 1000 != 0 || millis == 0) {
      return millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
