package dev.mpp.chaos.sim;

import org.jspecify.annotations.Nullable;

/** The deliberate bug of a run, or none. */
record Broken(@Nullable Break bug) {
  static final Broken NOTHING = new Broken(null);

  boolean is(Break b) {
    return bug == b;
  }
}
