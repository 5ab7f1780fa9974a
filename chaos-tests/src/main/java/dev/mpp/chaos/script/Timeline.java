package dev.mpp.chaos.script;

import dev.mpp.chaos.process.Console;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/** What happened in one run, relative to the fault. */
public final class Timeline {
  private final Console console;
  private final List<Entry> entries = new CopyOnWriteArrayList<>();
  private volatile long zero = System.nanoTime();

  private record Entry(long at, String what) {}

  public Timeline(Console console) {
    this.console = console;
  }

  /** The fault is now: times are counted from here. Returns the instant. */
  public long zero(String what) {
    zero = System.nanoTime();
    add(zero, what);
    return zero;
  }

  public void add(String what) {
    add(System.nanoTime(), what);
  }

  public void add(long at, String what) {
    entries.add(new Entry(at, what));
  }

  /** Also on the console, now. */
  public void say(String what) {
    add(what);
    console.say(what);
  }

  public String text() {
    StringBuilder text = new StringBuilder();
    entries.stream()
        .sorted((a, b) -> Long.compare(a.at, b.at))
        .forEach(
            entry ->
                text.append(
                    String.format(
                        Locale.ROOT, "%+10.1f ms  %s%n", (entry.at - zero) / 1e6, entry.what)));
    return text.toString();
  }
}
