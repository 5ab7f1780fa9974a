package dev.mpp.core.pair;

import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a site keeps on disk.
 *
 * @param met whether this storage ever held all that the peer knows: one that never did does not
 *     know which epochs were used, and takes nothing without its peer
 * @param answered targets that have answered while the peer was heard: silence of others proves
 *     nothing
 * @param displaced services in which a lease of this site may still run that a higher epoch has
 *     ended: the next process does not know for how long
 */
public record PairStored(
    boolean met,
    Map<ServiceName, Register> registers,
    Map<SiteId, Ordered> orders,
    Set<String> answered,
    Set<ServiceName> displaced) {
  public static final PairStored EMPTY =
      new PairStored(false, Map.of(), Map.of(), Set.of(), Set.of());

  public PairStored {
    registers = Map.copyOf(registers);
    orders = Map.copyOf(orders);
    answered = Set.copyOf(new TreeSet<>(answered));
    displaced = Set.copyOf(displaced);
  }

  LedgerState state() {
    LedgerState all =
        LedgerState.EMPTY.with(registers.values().stream().map(Register::grant).toList());
    for (Ordered o : orders.values()) {
      all = with(all, o);
    }
    return all;
  }

  static LedgerState with(LedgerState state, Ordered ordered) {
    Map<SiteId, SiteOrder> next = new TreeMap<>(state.sites());
    ordered
        .order()
        .ifPresentOrElse(o -> next.put(ordered.site(), o), () -> next.remove(ordered.site()));
    return new LedgerState(state.grants(), next, state.acting());
  }
}
