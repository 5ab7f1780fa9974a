package dev.mpp.core.plan;

/**
 * When the operator's own commands fence a server (tier 4).
 *
 * @param onFailure some are run when a fence ended FAILED or QUIESCED
 * @param always some are run after every fence of a server that may have been writable
 */
public record HookPolicy(boolean onFailure, boolean always) {
  public static final HookPolicy NONE = new HookPolicy(false, false);

  boolean wanted(boolean failed) {
    return always || (failed && onFailure);
  }
}
