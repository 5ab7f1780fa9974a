package dev.mpp.dns;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who may transfer zones: clients in {@code networks} that sign with {@code key}, where given.
 *
 * @param networks empty: from anywhere, which needs a key
 * @param key empty: signed or not
 */
public record TransferRule(Optional<AccessList> networks, Optional<TsigKey> key) {
  public TransferRule {
    if (networks.isEmpty() && key.isEmpty()) {
      throw new IllegalArgumentException(
          "a rule without networks and without a key would hand the zone to everybody; give one");
    }
  }

  boolean permits(Client client, @Nullable TsigKey proven) {
    return networks.map(n -> n.contains(client)).orElse(true)
        && key.map(k -> k.equals(proven)).orElse(true);
  }
}
