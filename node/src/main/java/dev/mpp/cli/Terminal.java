package dev.mpp.cli;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/**
 * Where the commands write to, and read from.
 *
 * @param in what the operator types
 * @param colour whether escape sequences may be written
 * @param zone of the times shown
 */
public record Terminal(
    BufferedReader in, PrintWriter out, PrintWriter err, boolean colour, ZoneId zone) {
  private static final DateTimeFormatter SECONDS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss");
  private static final DateTimeFormatter ZONED =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss z", Locale.ROOT);
  private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss.SSS");

  /** The process's own; colour only on a terminal and without {@code NO_COLOR}. */
  public static Terminal system() {
    Map<String, String> env = System.getenv();
    boolean tty = System.console() != null && System.console().isTerminal();
    boolean colour =
        tty
            && env.getOrDefault("NO_COLOR", "").isEmpty()
            && !env.getOrDefault("TERM", "dumb").equals("dumb");
    return new Terminal(
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
        new PrintWriter(System.out, true, StandardCharsets.UTF_8),
        new PrintWriter(System.err, true, StandardCharsets.UTF_8),
        colour,
        ZoneId.systemDefault());
  }

  /** With the zone's name. */
  String timeAndZone(long wallMillis) {
    return ZONED.format(Instant.ofEpochMilli(wallMillis).atZone(zone));
  }

  String time(long wallMillis) {
    return wallMillis == 0 ? "" : SECONDS.format(Instant.ofEpochMilli(wallMillis).atZone(zone));
  }

  String clock(long wallMillis) {
    return CLOCK.format(Instant.ofEpochMilli(wallMillis).atZone(zone));
  }

  void print(String text) {
    out.print(text);
    out.flush();
  }
}
