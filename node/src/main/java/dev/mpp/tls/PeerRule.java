package dev.mpp.tls;

import java.util.Optional;

/** Whom a connection accepts at its other end, once the certificate itself is good. */
@FunctionalInterface
public interface PeerRule {
  /**
   * Why this one is refused; empty to accept. Called on handshake threads; must not block.
   *
   * @param host that was dialled, empty for a connection that came in
   * @param port that was dialled, -1 for a connection that came in
   */
  Optional<String> refusal(Identity shown, String host, int port);

  /** Any site or witness of the deployment. */
  static PeerRule anySite(String deployment) {
    return (shown, host, port) -> mismatch(shown, deployment, Identity.Role.SITE, "");
  }

  /** Exactly this site. */
  static PeerRule site(String deployment, String name) {
    return (shown, host, port) -> mismatch(shown, deployment, Identity.Role.SITE, name);
  }

  /** Any operator of the deployment. */
  static PeerRule anyOperator(String deployment) {
    return (shown, host, port) -> mismatch(shown, deployment, Identity.Role.OPERATOR, "");
  }

  private static Optional<String> mismatch(
      Identity shown, String deployment, Identity.Role role, String name) {
    boolean fits =
        shown.deployment().equals(deployment)
            && shown.role() == role
            && (name.isEmpty() || shown.name().equals(name));
    if (fits) {
      return Optional.empty();
    }
    String wanted =
        role == Identity.Role.OPERATOR ? "an operator" : name.isEmpty() ? "a site" : "site " + name;
    return Optional.of(
        "its certificate is of %s, wanted is %s of %s".formatted(shown, wanted, deployment));
  }
}
