package dev.mpp.core.pool;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A pool, and what happens to it. Every answer to a command is an act of its own. */
record Play(PoolConfig config, List<Act> acts) {
  Play {
    acts = List.copyOf(acts);
  }

  /**
   * @param act its index in {@link #acts}
   */
  record Fault(int act, String what) {}

  /** The first act after which the judge finds something wrong; null when there is none. */
  @Nullable Fault fault(PoolLogic logic, Judge.Bench bench) {
    Run run = new Run(config, logic, bench.seat(config));
    for (int i = 0; i < acts.size(); i++) {
      String what;
      try {
        what = run.play(acts.get(i));
      } catch (RuntimeException e) {
        what = "throws " + e;
      }
      if (what != null) {
        return new Fault(i, what);
      }
    }
    return null;
  }
}
