package dev.mpp.core.lease;

import dev.mpp.core.model.ServiceName;
import java.util.List;

/** What applying a command did. The same on every replica. */
public sealed interface LedgerOutcome {
  /** The command changed these services' entries (none for a {@code Beat}). */
  record Accepted(List<ServiceName> services) implements LedgerOutcome {
    public Accepted {
      services = List.copyOf(services);
    }
  }

  /** Nothing changed; one sentence says why. */
  record Refused(String reason) implements LedgerOutcome {}
}
