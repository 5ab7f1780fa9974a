package dev.mpp.node.exchange;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.PoolView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pools as one stream has told them, for views that come in parts ({@link ViewParts}). Confined
 * to the exchange thread.
 */
final class HeardPools {
  private @Nullable Map<ServiceName, PoolView> pools;

  /**
   * Takes note of the next view of the stream.
   *
   * @param partial whether it has only the pools that changed
   * @return the whole view; empty if nothing whole came before
   */
  Optional<SiteView> whole(SiteView view, boolean partial) {
    if (!partial) {
      pools = index(view.pools());
      return Optional.of(view);
    }
    Map<ServiceName, PoolView> known = pools;
    if (known == null) {
      return Optional.empty();
    }
    for (PoolView changed : view.pools()) {
      if (known.replace(changed.service(), changed) == null) {
        forget();
        return Optional.empty();
      }
    }
    return Optional.of(view.withPools(List.copyOf(known.values())));
  }

  /** A view of the stream could not be read: parts mean nothing until the next whole one. */
  void forget() {
    pools = null;
  }

  /** Null for a view with few pools, or with one twice: parts of it are never sent. */
  private static @Nullable Map<ServiceName, PoolView> index(List<PoolView> all) {
    if (all.size() < ViewParts.MANY) {
      return null;
    }
    Map<ServiceName, PoolView> index = new LinkedHashMap<>();
    all.forEach(p -> index.put(p.service(), p));
    return index.size() == all.size() ? index : null;
  }
}
