package dev.mpp.core.lease;

/**
 * An operator's order about a whole site, in force until it is ended.
 *
 * @param by who ordered it
 */
public record SiteOrder(Mode mode, String by, String reason) {

  /** What the site may do. */
  public enum Mode {
    /** It takes no role; what it holds it keeps. */
    MAINTENANCE,
    /** It takes no role, and hands what it holds to the best other site. */
    DRAIN
  }
}
