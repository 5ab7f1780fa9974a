package dev.mpp.tls;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Who was turned away, in the order it happened. */
public final class Turned implements Rejections {
  private final List<String> all = new CopyOnWriteArrayList<>();

  @Override
  public void rejected(String door, String source, String why) {
    all.add(door + " " + source + " " + why);
  }

  public List<String> all() {
    return List.copyOf(all);
  }

  public boolean says(String text) {
    return all.stream().anyMatch(line -> line.contains(text));
  }
}
