package dev.mpp.node.api;

import java.time.Duration;
import java.util.List;

/** A site's checkpoints, for operators. Results are in the picture. */
public interface Checkpoints {

  /** Those configured, in the order of the file. */
  List<Listed> list();

  /**
   * Probes once, now; blocks for at most the checkpoint's timeout and a second. Counts nowhere.
   *
   * @param spec {@code class:method:target:profile}, configured or not
   * @throws IllegalArgumentException saying what is wrong with it
   */
  Tested test(String spec);

  /**
   * @param spec {@code class:method:target:profile}
   */
  record Listed(String spec, String method, Duration timeout, Duration interval) {}

  /**
   * @param spec as it was understood
   * @param message what answered, or what went wrong; one line
   */
  record Tested(String spec, boolean ok, long micros, String message) {}
}
