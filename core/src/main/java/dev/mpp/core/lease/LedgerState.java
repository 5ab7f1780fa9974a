package dev.mpp.core.lease;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The replicated state: what every voter computes from the same commands in the same order.
 * Deterministic: same state, same command, same result; it knows no time.
 */
public record LedgerState(
    Map<ServiceName, Grant> grants, Map<SiteId, SiteOrder> sites, Map<SiteId, Acting> acting) {
  public static final LedgerState EMPTY = new LedgerState(Map.of(), Map.of(), Map.of());

  public LedgerState {
    grants = kept(grants);
    sites = kept(sites);
    acting = kept(acting);
  }

  /** What another state holds already is shared and not copied: a commit changes one of three. */
  private static <K extends Comparable<K>, V> Map<K, V> kept(Map<K, V> map) {
    return map instanceof Kept<K, V>
        ? map
        : map.isEmpty() ? Map.of() : new Kept<>(new TreeMap<>(map));
  }

  /** Sorted; nothing changes it. */
  private static final class Kept<K extends Comparable<K>, V> extends AbstractMap<K, V> {
    private final SortedMap<K, V> map;

    Kept(SortedMap<K, V> map) {
      this.map = map;
    }

    /** With these entries in place of those it has; the values know their keys. */
    static <K extends Comparable<K>, V> Kept<K, V> with(
        Map<K, V> before, List<V> changed, Function<V, K> key) {
      TreeMap<K, V> next =
          before instanceof Kept<K, V> kept ? new TreeMap<>(kept.map) : new TreeMap<>(before);
      changed.forEach(v -> next.put(key.apply(v), v));
      return new Kept<>(next);
    }

    @Override
    public @Nullable V get(@Nullable Object key) {
      return map.get(key);
    }

    @Override
    public boolean containsKey(@Nullable Object key) {
      return map.containsKey(key);
    }

    @Override
    public int size() {
      return map.size();
    }

    @Override
    public Set<Map.Entry<K, V>> entrySet() {
      return Collections.unmodifiableMap(map).entrySet();
    }
  }

  /** The next state and what the command did. */
  public record Applied(LedgerState state, LedgerOutcome outcome) {}

  public Grant grant(ServiceName service) {
    Grant g = grants.get(service);
    return g == null ? Grant.none(service) : g;
  }

  /** What operators ordered about the site. */
  public Optional<SiteOrder> order(SiteId site) {
    return Optional.ofNullable(sites.get(site));
  }

  /** Which instance acts for the site, where it has two. */
  public Acting acting(SiteId site) {
    return acting.getOrDefault(site, Acting.NOBODY);
  }

  public Applied apply(LedgerCommand command) {
    return switch (command) {
      case LedgerCommand.Claim c -> claim(c);
      case LedgerCommand.Renew r -> renew(r);
      case LedgerCommand.Release r -> asHolder(r.origin(), r.service(), r.epoch(), Grant::released);
      case LedgerCommand.Serve s -> asHolder(s.origin(), s.service(), s.epoch(), Grant::served);
      case LedgerCommand.InSync i -> inSync(i);
      case LedgerCommand.Pause p -> pause(p);
      case LedgerCommand.Adopt a -> adopt(a);
      case LedgerCommand.BeginMove m -> beginMove(m);
      case LedgerCommand.EndMove m -> endMove(m);
      case LedgerCommand.Handover h -> handover(h);
      case LedgerCommand.Prefer p -> prefer(p);
      case LedgerCommand.OrderSite o -> orderSite(o);
      case LedgerCommand.Beat b -> new Applied(this, new LedgerOutcome.Accepted(List.of()));
    };
  }

  private Applied pause(LedgerCommand.Pause p) {
    Grant g = grant(p.service());
    if (p.on() == g.paused().isPresent()) {
      return refused(
          p.on()
              ? "%s is paused already, by %s: %s"
                  .formatted(
                      p.service(), g.paused().orElseThrow().by(), g.paused().orElseThrow().reason())
              : p.service() + " is not paused");
    }
    return changed(
        g,
        g.directives()
            .pausing(
                p.on() ? Optional.of(new Grant.Paused(p.by(), p.reason())) : Optional.empty()));
  }

  private Applied beginMove(LedgerCommand.BeginMove m) {
    Grant g = grant(m.service());
    SiteId target = m.move().target();
    Optional<SiteOrder> ordered = order(target);
    String obstacle =
        g.holder().isEmpty()
            ? "nobody holds " + m.service()
            : g.holder().get().equals(target)
                ? target + " holds " + m.service() + " already"
                : g.epoch() != m.epoch()
                    ? "%s is in epoch %d now, the order saw epoch %d"
                        .formatted(m.service(), g.epoch(), m.epoch())
                    : g.paused().isPresent()
                        ? pausedBy(g)
                        : g.move().isPresent()
                            ? "%s is moving to %s already"
                                .formatted(m.service(), g.move().get().target())
                            : ordered.map(o -> standsAside(target, o)).orElse("");
    return obstacle.isEmpty() ? changed(g, g.directives().moving(m.move())) : refused(obstacle);
  }

  private Applied endMove(LedgerCommand.EndMove m) {
    Grant g = grant(m.service());
    Optional<Move> open = g.move().filter(o -> o.id().equals(m.id()));
    if (open.isEmpty()) {
      return refused(m.service() + " has no such move");
    }
    return open.get().position().isPresent()
        ? refused("the role was handed over to " + open.get().target() + " already")
        : changed(g, g.directives().over(false, m.reason()));
  }

  /**
   * A holder that takes its own server back into service states who is in sync before it does: a
   * hand-over from before that statement comes too late.
   */
  private Applied handover(LedgerCommand.Handover h) {
    Grant now = grant(h.service());
    boolean moving = now.move().filter(m -> m.id().equals(h.id())).isPresent();
    if (now.heldBy(h.origin(), h.epoch()) && now.stated() >= h.origin().sequence()) {
      return refused("the holder made its server writable again after this hand-over");
    }
    return moving
        ? asHolder(h.origin(), h.service(), h.epoch(), g -> g.handedOver(h.position()))
        : refused(h.service() + " has no such move");
  }

  private Applied prefer(LedgerCommand.Prefer p) {
    Grant g = grant(p.service());
    return g.directives().preferred().equals(p.site())
        ? refused(
            p.site()
                .map(s -> s + " is the preferred site of " + p.service() + " already")
                .orElse(p.service() + " has no preferred site"))
        : changed(g, g.directives().preferring(p.site()));
  }

  private Applied changed(Grant g, Directives next) {
    return accepted(g.with(next));
  }

  private Applied orderSite(LedgerCommand.OrderSite o) {
    if (order(o.site()).map(SiteOrder::mode).equals(o.order().map(SiteOrder::mode))) {
      return refused(
          order(o.site())
              .map(now -> standsAside(o.site(), now) + " already")
              .orElse(o.site() + " has no order"));
    }
    Map<SiteId, SiteOrder> next = new TreeMap<>(sites);
    o.order().ifPresentOrElse(order -> next.put(o.site(), order), () -> next.remove(o.site()));
    return new Applied(
        new LedgerState(grants, next, acting), new LedgerOutcome.Accepted(List.of()));
  }

  private static String standsAside(SiteId site, SiteOrder order) {
    return "%s is in %s, by %s: %s"
        .formatted(site, order.mode().name().toLowerCase(Locale.ROOT), order.by(), order.reason());
  }

  private static String pausedBy(Grant g) {
    Grant.Paused p = g.paused().orElseThrow();
    return "%s is paused by %s: %s".formatted(g.service(), p.by(), p.reason());
  }

  /** Only ever within the holder's site. */
  private Applied adopt(LedgerCommand.Adopt a) {
    SiteId site = a.origin().site();
    String incarnation = a.origin().incarnation();
    Acting now = acting(site);
    if (now.term() != a.expectedTerm() || now.incarnation().equals(incarnation)) {
      return refused(
          "%s of %s acts in term %d, the adoption expected term %d"
              .formatted(now.incarnation(), site, now.term(), a.expectedTerm()));
    }
    Map<SiteId, Acting> next = new TreeMap<>(acting);
    next.put(site, new Acting(incarnation, now.term() + 1));
    List<Grant> adopted =
        grants.values().stream()
            .filter(g -> g.holder().equals(Optional.of(site)))
            .filter(g -> !g.incarnation().equals(incarnation))
            .map(g -> g.adopted(a.origin()))
            .toList();
    return new LedgerState(grants, sites, next).accepted(adopted);
  }

  private boolean superseded(Origin origin) {
    Acting now = acting(origin.site());
    return now.term() > 0 && !now.incarnation().equals(origin.incarnation());
  }

  private Applied changedMeanwhile(Grant g, long epoch, long renewal) {
    return refused(
        "%s changed meanwhile: epoch %d renewal %d, the claim expected %d and %d"
            .formatted(g.service(), g.epoch(), g.renewal(), epoch, renewal));
  }

  /**
   * Statements of one epoch only move forward: one that was overtaken by a later one changes
   * nothing.
   */
  private Applied inSync(LedgerCommand.InSync i) {
    if (!i.sites().contains(i.origin().site())) {
      return refused("the in-sync sites must contain the holder");
    }
    if (grant(i.service()).stated() >= i.origin().sequence()
        && grant(i.service()).heldBy(i.origin(), i.epoch())) {
      return refused("a later statement of the in-sync sites was applied before");
    }
    return asHolder(
        i.origin(), i.service(), i.epoch(), g -> g.stating(i.sites(), i.origin().sequence()));
  }

  private Applied claim(LedgerCommand.Claim c) {
    Grant g = grant(c.service());
    if (g.epoch() != c.expectedEpoch() || g.renewal() != c.expectedRenewal()) {
      return changedMeanwhile(g, c.expectedEpoch(), c.expectedRenewal());
    }
    if (g.paused().isPresent() && !g.servedBy().equals(Optional.of(c.origin().site()))) {
      return refused(pausedBy(g));
    }
    if (superseded(c.origin())) {
      return refused("another instance of " + c.origin().site() + " acts");
    }
    Optional<SiteOrder> ordered = order(c.origin().site());
    return ordered.isPresent()
        ? refused(standsAside(c.origin().site(), ordered.get()))
        : accepted(g.claimed(c.origin()));
  }

  private Applied renew(LedgerCommand.Renew r) {
    List<Grant> next = new ArrayList<>();
    for (LedgerCommand.Held h : r.held()) {
      Grant g = grant(h.service());
      if (g.heldBy(r.origin(), h.epoch())) {
        next.add(g.renewed());
      }
    }
    return next.isEmpty()
        ? refused(r.origin().site() + " holds none of the services it renews")
        : accepted(next);
  }

  private Applied asHolder(
      Origin origin,
      ServiceName service,
      long epoch,
      java.util.function.UnaryOperator<Grant> change) {
    Grant g = grant(service);
    return g.heldBy(origin, epoch)
        ? accepted(change.apply(g))
        : refused(
            "%s does not hold %s in epoch %d (holder %s, epoch %d)"
                .formatted(
                    origin.site(),
                    service,
                    epoch,
                    g.holder().map(Object::toString).orElse("none"),
                    g.epoch()));
  }

  private Applied accepted(Grant changed) {
    return accepted(List.of(changed));
  }

  private Applied accepted(List<Grant> changed) {
    return new Applied(
        with(changed),
        new LedgerOutcome.Accepted(
            changed.size() == 1
                ? List.of(changed.getFirst().service())
                : changed.stream().map(Grant::service).toList()));
  }

  /** With these entries in place of those it has. */
  public LedgerState with(List<Grant> changed) {
    return changed.isEmpty()
        ? this
        : new LedgerState(Kept.with(grants, changed, Grant::service), sites, acting);
  }

  private Applied refused(String reason) {
    return new Applied(this, new LedgerOutcome.Refused(reason));
  }
}
