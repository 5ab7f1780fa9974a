package dev.mpp.core.plan;

import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.SiteId;
import java.util.Map;
import java.util.Optional;

/** What operators ordered about whole sites, as this site's replica has it. */
final class SiteOrders {
  private Map<SiteId, SiteOrder> orders = Map.of();

  /** Returns whether anything is different. */
  boolean learn(LedgerState state) {
    boolean changed = orders != state.sites() && !orders.equals(state.sites());
    orders = state.sites();
    return changed;
  }

  Optional<SiteOrder> of(SiteId site) {
    return Optional.ofNullable(orders.get(site));
  }

  Map<SiteId, SiteOrder> all() {
    return orders;
  }

  static String text(SiteId site, SiteOrder order) {
    String reason = order.reason().isEmpty() ? "" : ": " + order.reason();
    return switch (order.mode()) {
      case MAINTENANCE -> "%s is in maintenance by %s%s".formatted(site, order.by(), reason);
      case DRAIN -> "%s is drained by %s%s".formatted(site, order.by(), reason);
    };
  }
}
