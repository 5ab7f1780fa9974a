package dev.mpp.core.pair;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.List;
import java.util.Optional;

/**
 * One service's entry of the ledger as one of the two sites keeps it.
 *
 * @param owner alone puts the register's commands in order: the holder's site; of a vacant one the
 *     last holder's
 * @param durable version of the last change that has to be on disk before it is acknowledged
 * @param last the command that made this version; of a renewal only this service's part
 * @param forced by whom the present epoch was opened without evidence, if it was
 */
public record Register(
    Grant grant,
    SiteId owner,
    Version version,
    Version durable,
    LedgerCommand last,
    Optional<Forced> forced) {

  public Register {
    if (version.epoch() != grant.epoch() || durable.compareTo(version) > 0) {
      throw new IllegalArgumentException(
          "register of %s: epoch %d, version %s, durable %s"
              .formatted(grant.service(), grant.epoch(), version, durable));
    }
  }

  /** An operator's {@code mpp takeover --force}. */
  public record Forced(String by, String reason) {}

  ServiceName service() {
    return grant.service();
  }

  /** The register after {@code command} was accepted and left {@code next}. */
  static Register after(
      long changes, Version durable, Grant next, SiteId owner, LedgerCommand command) {
    Version version = new Version(next.epoch(), changes + 1);
    boolean renewal = command instanceof LedgerCommand.Renew;
    return new Register(
        next,
        next.holder().orElse(owner),
        version,
        renewal ? durable : version,
        renewal ? part((LedgerCommand.Renew) command, next.service()) : command,
        Optional.empty());
  }

  Register forcedBy(Optional<Forced> by) {
    return new Register(grant, owner, version, durable, last, by);
  }

  private static LedgerCommand.Renew part(LedgerCommand.Renew renew, ServiceName service) {
    return renew.held().size() == 1 && renew.held().getFirst().service().equals(service)
        ? renew
        : new LedgerCommand.Renew(
            renew.origin(),
            renew.held().stream().filter(h -> h.service().equals(service)).toList());
  }

  /** A renewal of several services in one, for those that were adopted together. */
  static LedgerCommand.Renew join(LedgerCommand.Renew a, LedgerCommand.Renew b) {
    List<LedgerCommand.Held> held = new java.util.ArrayList<>(a.held());
    held.addAll(b.held());
    return new LedgerCommand.Renew(a.origin(), held);
  }
}
