package dev.mpp.core.pair;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.ServiceName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A command that this site put in order as the owner and that is not committed yet.
 *
 * @param after the registers it changed, as it left them; those committed already are taken out
 */
record Tentative(LedgerCommand command, Map<ServiceName, Register> after) {
  Tentative(LedgerCommand command, List<Register> after) {
    this(command, new LinkedHashMap<>());
    after.forEach(r -> this.after.put(r.service(), r));
  }

  Origin origin() {
    return command.origin();
  }

  /** The part of the command that concerns these services. */
  LedgerCommand part(Set<ServiceName> services) {
    return command instanceof LedgerCommand.Renew r && r.held().size() > services.size()
        ? new LedgerCommand.Renew(
            r.origin(), r.held().stream().filter(h -> services.contains(h.service())).toList())
        : command;
  }
}
