package dev.mpp.node;

import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.SiteView.OverrideView;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.store.JournalEvent;
import dev.mpp.node.store.NodeStore;
import dev.mpp.node.store.OverrideRecord;
import dev.mpp.node.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Operators' overrides, from one run of the process to the next. While it runs, an override ends by
 * the monotonic clock; over a restart only the wall clock is there to say how much of it is left.
 */
final class KeptOverrides {
  private static final Logger LOG = LoggerFactory.getLogger(KeptOverrides.class);

  /** The longest an operator can set: a wall clock that jumped back does not stretch it further. */
  private static final long LONGEST_MILLIS = Duration.ofDays(30).toMillis();

  private final NodeStore store;
  private final SystemTime time;

  KeptOverrides(NodeStore store, SystemTime time) {
    this.store = store;
    this.time = time;
  }

  /** Keeps or forgets one. Never blocks. */
  void keep(BrainCommand.KeepOverride k) {
    if (k.override().isPresent()) {
      OverrideView o = k.override().get();
      var unused =
          store.save(
              new OverrideRecord(
                  k.service(),
                  k.node(),
                  o.what().toString(),
                  o.untilWallMillis(),
                  o.by(),
                  o.reason()));
    } else {
      var unused = store.forgetOverride(k.service(), k.node());
    }
  }

  /**
   * Hands every override that still stands to {@code loop}; call it before the first poll. One
   * whose time passed meanwhile is dropped, with an entry in the journal; one of a node that is not
   * configured waits for {@code mpp pool delete}.
   */
  void restore(MppConfig config, Consumer<BrainEvent> loop) throws StoreException {
    restore(store.overrides(), config, time.wallMillis()).forEach(loop);
  }

  private List<BrainEvent> restore(List<OverrideRecord> kept, MppConfig config, long wallMillis) {
    List<BrainEvent> events = new ArrayList<>();
    for (OverrideRecord o : kept) {
      if (!configured(config, o)) {
        LOG.warn(
            "an override of {} is kept ({}) and that node is not configured; mpp pool delete"
                + " forgets it",
            o.node(),
            o.parts());
      } else if (o.untilWallMillis() != 0 && o.untilWallMillis() <= wallMillis) {
        drop(o, "its time passed while this process was down", wallMillis);
      } else {
        try {
          events.add(event(o, wallMillis));
        } catch (IllegalArgumentException e) {
          drop(o, "it is not understood: " + e.getMessage(), wallMillis);
        }
      }
    }
    return events;
  }

  private static BrainEvent event(OverrideRecord o, long wallMillis) {
    NodeOverride what = NodeOverride.NONE;
    for (String part : o.parts().split(" ")) {
      int equals = part.indexOf('=');
      what =
          what.with(
              NodeOverride.parse(
                  part.substring(0, Math.max(0, equals)), part.substring(equals + 1)));
    }
    long left =
        o.untilWallMillis() == 0 ? 0 : Math.min(o.untilWallMillis() - wallMillis, LONGEST_MILLIS);
    return new BrainEvent.OverrideRestored(
        o.service(),
        o.node(),
        new OverrideView(what, o.untilWallMillis(), o.by(), o.reason()),
        Duration.ofMillis(left).toNanos());
  }

  private void drop(OverrideRecord o, String why, long wallMillis) {
    LOG.warn("override of {} dropped ({}): {}", o.node(), o.parts(), why);
    var forgotten = store.forgetOverride(o.service(), o.node());
    var entry =
        store.append(
            new JournalEvent(
                wallMillis,
                o.service().name(),
                "override",
                o.node().toString(),
                o.parts(),
                "",
                0,
                why + "; set by " + o.by() + ": " + o.reason(),
                ""));
  }

  /** Whether the override's node is in a pool of this site. */
  static boolean configured(MppConfig config, OverrideRecord o) {
    return config.services().stream()
        .filter(s -> s.name().equals(o.service()))
        .flatMap(s -> s.at(config.site()).stream())
        .flatMap(p -> p.pool().nodes().stream())
        .map(PoolConfig.Member::address)
        .anyMatch(o.node()::equals);
  }
}
