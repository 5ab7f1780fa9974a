package dev.mpp.node.exchange;

import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.SiteView;
import java.util.Optional;

/**
 * What a peer need not hear again: of a view with many pools only those that changed. A view of a
 * thousand pools is a megabyte, and twice a second most of them are as they were.
 */
final class ViewParts {
  /** Smaller views always go whole. */
  static final int MANY = 16;

  /** So often at the latest a view goes whole, whatever became of those before. */
  static final int WHOLE_EVERY = 120;

  private ViewParts() {}

  /**
   * The view as a part, for a reader who has {@code before}.
   *
   * @return empty if it must go whole
   */
  static Optional<SiteView> since(SiteView before, SiteView after) {
    int count = after.getPoolsCount();
    if (count < MANY || before.getPoolsCount() != count) {
      return Optional.empty();
    }
    SiteView.Builder part = after.toBuilder().clearPools().setPartial(true);
    for (int i = 0; i < count; i++) {
      PoolView a = before.getPools(i);
      PoolView b = after.getPools(i);
      if (!a.equals(b)) {
        if (!a.getService().equals(b.getService())) {
          return Optional.empty();
        }
        part.addPools(b);
      }
    }
    return Optional.of(part.build());
  }

  /** The same view, with the pools of {@code before} where they are equal: compared only once. */
  static SiteView sharing(SiteView before, SiteView view) {
    int count = view.getPoolsCount();
    if (count < MANY || before.getPoolsCount() != count) {
      return view;
    }
    SiteView.Builder shared = view.toBuilder();
    for (int i = 0; i < count; i++) {
      if (before.getPools(i).equals(view.getPools(i))) {
        shared.setPools(i, before.getPools(i));
      }
    }
    return shared.build();
  }
}
