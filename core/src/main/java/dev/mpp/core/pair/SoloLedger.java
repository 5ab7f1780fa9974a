package dev.mpp.core.pair;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The ledger of a site that has no other: a command is committed once it is on disk, a renewal at
 * once. Confined to one thread. It keeps registers as a pair does, so that a second site can be
 * added to its storage.
 */
public final class SoloLedger {
  private final SiteId self;
  private final Map<ServiceName, Register> registers;
  private final Map<SiteId, Ordered> orders;
  private LedgerState ahead;
  private LedgerState view;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private long generation;
  private long writing;
  private long written;

  private record Pending(
      LedgerCommand command, LedgerOutcome outcome, List<Register> changed, long after) {}

  public SoloLedger(SiteId self, PairStored stored) {
    this.self = self;
    this.registers = new TreeMap<>(stored.registers());
    this.orders = new TreeMap<>(stored.orders());
    this.ahead = stored.state();
    this.view = ahead;
  }

  /** What the brain knows at the start. */
  public LedgerState view() {
    return view;
  }

  /** Handles a proposal. */
  public List<PairOutput> propose(LedgerCommand command) {
    LedgerState.Applied applied = ahead.apply(command);
    List<Register> changed = new ArrayList<>();
    if (applied.outcome() instanceof LedgerOutcome.Accepted a) {
      for (ServiceName s : a.services()) {
        Register before = registers.get(s);
        Register after =
            Register.after(
                before == null ? 0 : before.version().changes(),
                before == null ? Version.NONE : before.durable(),
                applied.state().grant(s),
                self,
                command);
        registers.put(s, after);
        changed.add(after);
      }
      if (command instanceof LedgerCommand.OrderSite o) {
        Ordered before = orders.get(o.site());
        orders.put(o.site(), new Ordered(before == null ? 1 : before.changes() + 1, o));
      }
      ahead = applied.state();
    }
    boolean onDisk =
        applied.outcome() instanceof LedgerOutcome.Refused
            || command instanceof LedgerCommand.Renew
            || command instanceof LedgerCommand.Beat;
    pending.add(
        new Pending(command, applied.outcome(), changed, onDisk ? generation : ++generation));
    return step();
  }

  /** {@link PairOutput.Persist} of that generation is on disk. */
  public List<PairOutput> persisted(long done) {
    if (done == writing) {
      written = done;
      writing = 0;
    }
    return step();
  }

  private List<PairOutput> step() {
    List<PairOutput> out = new ArrayList<>();
    for (Pending p = pending.peek(); p != null && p.after() <= written; p = pending.peek()) {
      pending.remove();
      view = view.with(p.changed().stream().map(Register::grant).toList());
      if (p.command() instanceof LedgerCommand.OrderSite o
          && p.outcome() instanceof LedgerOutcome.Accepted) {
        view = PairStored.with(view, new Ordered(1, o));
      }
      out.add(new PairOutput.Applied(p.command(), p.outcome(), view));
      out.add(new PairOutput.Settled(p.command().origin().sequence(), p.outcome()));
    }
    if (writing == 0 && generation > written) {
      writing = generation;
      out.add(
          new PairOutput.Persist(
              generation, new PairStored(true, registers, orders, Set.of(), Set.of())));
    }
    return out;
  }
}
