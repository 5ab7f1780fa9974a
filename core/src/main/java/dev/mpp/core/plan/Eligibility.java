package dev.mpp.core.plan;

import java.util.function.Supplier;

/**
 * Whether this site could take the ACTIVE role, and why. The sentence is only written when somebody
 * reads it.
 *
 * @param advance how far its candidate's data has advanced, received but unapplied included
 */
record Eligibility(boolean ok, Supplier<String> why, long advance) {
  static Eligibility no(Supplier<String> why) {
    return new Eligibility(false, why, -1);
  }

  static Eligibility no(String reason) {
    return new Eligibility(false, () -> reason, -1);
  }

  String reason() {
    return why.get();
  }
}
