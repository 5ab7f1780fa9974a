package dev.mpp.chaos.process;

import java.io.PrintStream;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;

/** What the user sees: one line per event, and one progress bar at a time on a terminal. */
public final class Console {
  private final PrintStream out;
  private final boolean terminal;
  private final long startedAt = System.nanoTime();
  private final ReentrantLock lock = new ReentrantLock();
  private boolean barShown;
  private String lastBar = "";

  public Console(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** One event, with the seconds since the start. */
  public void say(String text) {
    double seconds = (System.nanoTime() - startedAt) / 1e9;
    plain(String.format(Locale.ROOT, "%7.2f  %s", seconds, text));
  }

  /** Text as it is. */
  public void plain(String text) {
    lock.lock();
    try {
      clearBar();
      out.println(text);
      out.flush();
    } finally {
      lock.unlock();
    }
  }

  /**
   * How far something long has come. Draws a bar on a terminal; elsewhere nothing, because every
   * such step also says when it is done.
   */
  public void progress(String what, double fraction) {
    if (!terminal) {
      return;
    }
    lock.lock();
    try {
      String bar = bar(what, fraction);
      if (barShown && bar.equals(lastBar)) {
        return;
      }
      out.print("\r\033[K" + bar);
      out.flush();
      lastBar = bar;
      barShown = true;
    } finally {
      lock.unlock();
    }
  }

  private static String bar(String what, double fraction) {
    int filled = (int) Math.round(Math.clamp(fraction, 0.0, 1.0) * 24);
    return String.format(
        Locale.ROOT,
        "         [%s%s] %3.0f %% %s",
        "#".repeat(filled),
        " ".repeat(24 - filled),
        fraction * 100,
        what);
  }

  private void clearBar() {
    if (barShown) {
      out.print("\r\033[K");
      barShown = false;
    }
  }
}
