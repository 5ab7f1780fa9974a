package dev.mpp.core.lease;

import dev.mpp.core.model.ServiceName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The replicated state: what every voter computes from the same commands in the same order.
 * Deterministic: same state, same command, same result; it knows no time.
 */
public record LedgerState(Map<ServiceName, Grant> grants) {
  public static final LedgerState EMPTY = new LedgerState(Map.of());

  public LedgerState {
    grants = Collections.unmodifiableMap(new TreeMap<>(grants));
  }

  /** The next state and what the command did. */
  public record Applied(LedgerState state, LedgerOutcome outcome) {}

  public Grant grant(ServiceName service) {
    return grants.getOrDefault(service, Grant.none(service));
  }

  public Applied apply(LedgerCommand command) {
    return switch (command) {
      case LedgerCommand.Claim c -> claim(c);
      case LedgerCommand.Renew r -> renew(r);
      case LedgerCommand.Release r -> asHolder(r.origin(), r.service(), r.epoch(), Grant::released);
      case LedgerCommand.Serve s -> asHolder(s.origin(), s.service(), s.epoch(), Grant::served);
      case LedgerCommand.InSync i -> inSync(i);
      case LedgerCommand.Pause p -> pause(p);
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
    return accepted(
        List.of(
            g.with(p.on() ? Optional.of(new Grant.Paused(p.by(), p.reason())) : Optional.empty())));
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
      return refused(
          "%s changed meanwhile: epoch %d renewal %d, the claim expected %d and %d"
              .formatted(
                  c.service(), g.epoch(), g.renewal(), c.expectedEpoch(), c.expectedRenewal()));
    }
    if (g.paused().isPresent() && !g.servedBy().equals(Optional.of(c.origin().site()))) {
      return refused(
          "%s is paused by %s: %s"
              .formatted(c.service(), g.paused().get().by(), g.paused().get().reason()));
    }
    return accepted(List.of(g.claimed(c.origin())));
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
        ? accepted(List.of(change.apply(g)))
        : refused(
            "%s does not hold %s in epoch %d (holder %s, epoch %d)"
                .formatted(
                    origin.site(),
                    service,
                    epoch,
                    g.holder().map(Object::toString).orElse("none"),
                    g.epoch()));
  }

  private Applied accepted(List<Grant> changed) {
    Map<ServiceName, Grant> next = new TreeMap<>(grants);
    changed.forEach(g -> next.put(g.service(), g));
    return new Applied(
        new LedgerState(next),
        new LedgerOutcome.Accepted(changed.stream().map(Grant::service).toList()));
  }

  private Applied refused(String reason) {
    return new Applied(this, new LedgerOutcome.Refused(reason));
  }
}
