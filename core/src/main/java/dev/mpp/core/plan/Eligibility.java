package dev.mpp.core.plan;

/**
 * Whether this site could take the ACTIVE role, and why.
 *
 * @param advance how far its candidate's data has advanced, received but unapplied included
 */
record Eligibility(boolean ok, String reason, long advance) {
  static Eligibility no(String reason) {
    return new Eligibility(false, reason, -1);
  }
}
