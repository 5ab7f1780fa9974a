package dev.mpp.node.config;

/** The inequalities between timings. */
final class TimingRules {
  private TimingRules() {}
}
