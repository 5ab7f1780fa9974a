package dev.mpp.node;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a script, one by one. A line that nobody wrote by hand is refused before it fills
 * the memory.
 */
final class ScenarioLines implements Iterator<String> {
  private static final int LONGEST = 10_000;

  private final BufferedReader in;
  private int number;
  private @Nullable String next;

  ScenarioLines(BufferedReader in) {
    this.in = in;
  }

  @Override
  public boolean hasNext() {
    if (next == null) {
      next = read();
    }
    return next != null;
  }

  @Override
  public String next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    String line = next;
    next = null;
    return java.util.Objects.requireNonNull(line);
  }

  /** Ends a line at LF, CR LF or the end of the text. */
  private @Nullable String read() {
    StringBuilder line = new StringBuilder();
    number++;
    try {
      int c = in.read();
      if (c < 0) {
        return null;
      }
      for (; c >= 0 && c != '\n'; c = in.read()) {
        if (line.length() == LONGEST) {
          throw new IllegalArgumentException(
              "line " + number + ": longer than " + LONGEST + " characters");
        }
        line.append((char) c);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int last = line.length() - 1;
    return last >= 0 && line.charAt(last) == '\r' ? line.substring(0, last) : line.toString();
  }
}
