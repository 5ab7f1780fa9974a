package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView.PoolView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What has to be true before a planned switchover may begin, judged on the views of the moment. The
 * order is refused when one of them is not; the holder judges them again before it stops a write.
 *
 * <pre>
 *   role      somebody holds the service, and serves it
 *   free      it is not paused, and no other move of it is under way
 *   target    another site with a pool of the service, without an order that keeps it from roles
 *   answers   every member is heard (unless the operator goes on without the silent ones)
 *   ready     the target could take over by its own word: pool OK, a node that follows, dead-man,
 *             every acknowledged write under rpo: zero
 * </pre>
 *
 * @param name short name of the condition
 * @param text what is the case, in one sentence
 */
public record SwitchoverGate(String name, boolean ok, String text) {

  /**
   * What the judgement is made on.
   *
   * @param pools the service's pool in every view that is fresh, the own one included
   * @param silent members that are not heard now
   * @param orders about whole sites
   */
  public record Sight(
      Grant grant, Map<SiteId, PoolView> pools, Set<SiteId> silent, Map<SiteId, SiteOrder> orders) {
    public Sight {
      pools = Map.copyOf(pools);
      silent = Set.copyOf(silent);
      orders = Map.copyOf(orders);
    }
  }

  /**
   * @param ignoreSilent members that do not answer are left out
   */
  public static List<SwitchoverGate> judge(Sight sight, SiteId target, boolean ignoreSilent) {
    List<SwitchoverGate> gates = new ArrayList<>();
    gates.add(role(sight.grant()));
    gates.add(free(sight.grant()));
    gates.add(target(sight, target));
    gates.add(answers(sight, target, ignoreSilent));
    gates.add(ready(sight, target));
    return gates;
  }

  /** The conditions that are not met, in one sentence; empty when all are. */
  public static Optional<String> obstacle(List<SwitchoverGate> gates) {
    List<String> failed = gates.stream().filter(g -> !g.ok()).map(SwitchoverGate::text).toList();
    return failed.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", failed));
  }

  private static SwitchoverGate role(Grant g) {
    String text =
        g.holder().isEmpty()
            ? "nobody holds %s (epoch %d): mpp why-not says what each site lacks"
                .formatted(g.service(), g.epoch())
            : g.serving()
                ? "%s is ACTIVE in epoch %d".formatted(g.holder().get(), g.epoch())
                : "%s holds epoch %d and has no writable server yet"
                    .formatted(g.holder().get(), g.epoch());
    return new SwitchoverGate("role", g.holder().isPresent() && g.serving(), text);
  }

  private static SwitchoverGate free(Grant g) {
    String text =
        g.paused()
            .map(p -> "%s is paused by %s: %s".formatted(g.service(), p.by(), p.reason()))
            .or(() -> g.move().map(m -> "a switchover to " + m.target() + " is under way"))
            .orElse("not paused, no other switchover under way");
    return new SwitchoverGate("free", g.paused().isEmpty() && g.move().isEmpty(), text);
  }

  private static SwitchoverGate target(Sight s, SiteId target) {
    SiteOrder order = s.orders().get(target);
    boolean holds = s.grant().holder().equals(Optional.of(target));
    String text =
        holds
            ? target + " holds it already"
            : order != null ? SiteOrders.text(target, order) : target + " has no order against it";
    return new SwitchoverGate("target", !holds && order == null, text);
  }

  private static SwitchoverGate answers(Sight s, SiteId target, boolean ignoreSilent) {
    Set<SiteId> silent = new TreeSet<>(s.silent());
    boolean needed =
        silent.contains(target) || s.grant().holder().filter(silent::contains).isPresent();
    boolean ok = silent.isEmpty() || (ignoreSilent && !needed);
    String text =
        silent.isEmpty()
            ? "every member is heard"
            : silent
                + (silent.size() == 1 ? " is" : " are")
                + " not heard"
                + (ok ? ", left out as asked" : needed ? "" : " (--ignore-silent leaves it out)");
    return new SwitchoverGate("answers", ok, text);
  }

  private static SwitchoverGate ready(Sight s, SiteId target) {
    PoolView pool = s.pools().get(target);
    return pool == null
        ? new SwitchoverGate("ready", false, target + " shows no pool of " + s.grant().service())
        : new SwitchoverGate("ready", pool.eligible(), target + ": " + pool.reason());
  }
}
