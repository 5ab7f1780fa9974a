package dev.mpp.core.plan;

/** Pool STATUS of one service at this site: OK or FAIL, and why it is FAIL. */
record PoolVerdict(boolean ok, String reason) {
  static final PoolVerdict OK = new PoolVerdict(true, "");
}
