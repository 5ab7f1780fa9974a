package dev.mpp.chaos.sim;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.plan.BrainEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The deliberate bugs that sit between the brains and the ledger, and in the configuration. */
final class SimBugs {
  private final Broken broken;
  private final Map<Integer, Origin> lastProposed = new HashMap<>();

  SimBugs(Broken broken) {
    this.broken = broken;
  }

  /** What a site is configured with; the checkers know the deployment's true timing. */
  LeaseTiming timing(LeaseTiming t, int site) {
    if (broken.is(Break.UNEQUAL_LEASE) && site % 2 == 1) {
      return new LeaseTiming(
          t.duration() / 2,
          t.renew() / 2,
          t.fenceBudget() / 2,
          0.001,
          t.stagger(),
          t.deadMan() / 2);
    }
    if (broken.is(Break.LATE_FENCE)) {
      return new LeaseTiming(t.duration(), t.renew(), 1, 0.001, t.stagger(), 1);
    }
    if (broken.is(Break.LONG_LOCK)) {
      return new LeaseTiming(t.duration(), t.renew(), t.fenceBudget(), 0.001, t.stagger(), 1);
    }
    return t;
  }

  void proposed(SimSite site, LedgerCommand command) {
    if (broken.is(Break.COUNT_FROM_APPLY) && command instanceof LedgerCommand.Renew) {
      lastProposed.put(site.index, command.origin());
    }
  }

  /** What the ledger takes a command for. */
  LedgerCommand rewritten(LedgerCommand command, LedgerState state) {
    return switch (command) {
      case LedgerCommand.Claim c when broken.is(Break.BLIND_CLAIM) -> {
        Grant g = state.grant(c.service());
        yield new LedgerCommand.Claim(c.origin(), c.service(), g.epoch(), g.renewal());
      }
      case LedgerCommand.Renew r when broken.is(Break.STALE_RENEWAL) -> stale(r, state);
      default -> command;
    };
  }

  private static LedgerCommand stale(LedgerCommand.Renew r, LedgerState state) {
    for (LedgerCommand.Held h : r.held()) {
      Grant g = state.grant(h.service());
      if (!g.heldBy(r.origin().site(), r.origin().incarnation())) {
        return new LedgerCommand.Claim(r.origin(), h.service(), g.epoch(), g.renewal());
      }
    }
    return r;
  }

  /** What a member is told of an entry that it applies. */
  BrainEvent.LedgerApplied seen(SimSite site, SimLedger.Entry e) {
    LedgerCommand c = e.command();
    Origin latest = lastProposed.get(site.index);
    if (latest != null
        && c instanceof LedgerCommand.Renew r
        && e.proposer() == site.index
        && latest.incarnation().equals(c.origin().incarnation())) {
      c = new LedgerCommand.Renew(latest, List.copyOf(r.held()));
    }
    return new BrainEvent.LedgerApplied(c, e.outcome(), e.after());
  }
}
