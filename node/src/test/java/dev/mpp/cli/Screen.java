package dev.mpp.cli;

import java.io.BufferedReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.time.ZoneId;

/** A terminal that keeps what is written to it. */
public final class Screen {
  private Screen() {}

  /** Nobody types anything. */
  public static Terminal of(StringWriter out, StringWriter err) {
    return of(out, err, false);
  }

  static Terminal of(StringWriter out, StringWriter err, boolean colour) {
    return terminal(out, err, colour, "");
  }

  /** Somebody types {@code input}. */
  public static Terminal typing(StringWriter out, StringWriter err, String input) {
    return terminal(out, err, false, input);
  }

  private static Terminal terminal(
      StringWriter out, StringWriter err, boolean colour, String input) {
    return new Terminal(
        new BufferedReader(new StringReader(input)),
        new PrintWriter(out, true),
        new PrintWriter(err, true),
        colour,
        ZoneId.of("UTC"));
  }
}
