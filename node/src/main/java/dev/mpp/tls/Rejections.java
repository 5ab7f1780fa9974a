package dev.mpp.tls;

/** Told of everybody who was turned away. Called on network threads; must not block. */
@FunctionalInterface
public interface Rejections {
  /** Tells nobody. */
  Rejections NONE = (door, source, why) -> {};

  /**
   * @param door what was knocked at: {@code exchange}, {@code ledger}, {@code operator} or {@code
   *     twin}
   * @param source address without a port
   * @param why what was shown and why that is not enough; chosen in part by the stranger, so it is
   *     bounded and printable
   */
  void rejected(String door, String source, String why);
}
