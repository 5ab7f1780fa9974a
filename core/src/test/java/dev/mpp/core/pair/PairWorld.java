package dev.mpp.core.pair;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Two sites on virtual time with a network that delays, loses, repeats and reorders. Each has the
 * production lease clock and a brain reduced to what matters here: renew what is held, claim what
 * is claimable, stand down when cut off without reach.
 */
final class PairWorld {
  static final SiteId A = new SiteId("a");
  static final SiteId B = new SiteId("b");
  static final long MS = 1_000_000L;
  static final long SECOND = 1_000 * MS;
  static final LeaseTiming LEASE =
      new LeaseTiming(6 * SECOND, 500 * MS, 1500 * MS, 0.001, 200 * MS, 4 * SECOND);

  /** How long a site needs to find that it lost the world. */
  static final long DETECTION = 4 * SECOND;

  static final PairTiming TIMING = PairTiming.of(LEASE, DETECTION);

  final Random random;
  final List<ServiceName> services;
  final Map<SiteId, Node> nodes = new HashMap<>();
  final Map<ServiceName, Map<Long, SiteId>> epochs = new HashMap<>();

  /** Those under {@code rpo: zero}, for the next process that boots. */
  Set<ServiceName> zero;

  final List<String> overlaps = new ArrayList<>();
  private final PriorityQueue<Event> queue = new PriorityQueue<>();
  private long order;
  long now;
  boolean linked = true;
  double loss;
  double twice;
  long delay = 20 * MS;

  /** Whether what fails to answer may be alive: the evidence is false then. */
  boolean lying;

  /** Holders give their role up now and then. */
  boolean releases = true;

  private record Event(long at, long order, Runnable action) implements Comparable<Event> {
    @Override
    public int compareTo(Event o) {
      return at != o.at ? Long.compare(at, o.at) : Long.compare(order, o.order);
    }
  }

  PairWorld(long seed, int count) {
    random = new Random(seed);
    services = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      services.add(new ServiceName("s" + i + ".example.com"));
    }
    zero = Set.copyOf(services);
    for (SiteId s : List.of(A, B)) {
      nodes.put(s, new Node(s));
    }
  }

  void at(long when, Runnable action) {
    queue.add(new Event(when, order++, action));
  }

  void run(long until) {
    while (!queue.isEmpty() && queue.peek().at() <= until) {
      Event e = queue.remove();
      now = Math.max(now, e.at());
      e.action().run();
      judge();
    }
    now = until;
    judge();
  }

  private long later() {
    return now + MS + (long) (random.nextDouble() * delay);
  }

  private void transmit(PairMessage m) {
    SiteId to = m.from().equals(A) ? B : A;
    int copies = random.nextDouble() < twice ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      if (random.nextDouble() >= loss) {
        at(
            later(),
            () -> {
              if (linked) {
                node(to).in(new PairInput.Received(m));
              }
            });
      }
    }
  }

  Node node(SiteId s) {
    return nodes.get(s);
  }

  /** Never two that may act; never one epoch of two sites. */
  private void judge() {
    for (ServiceName s : services) {
      if (node(A).acts(s) && node(B).acts(s)) {
        throw new AssertionError(
            "%s: both act at %d ms, epochs %d and %d"
                .formatted(
                    s,
                    now / MS,
                    node(A).clock(s).grant().epoch(),
                    node(B).clock(s).grant().epoch()));
      }
    }
  }

  private void granted(Grant g) {
    g.holder()
        .ifPresent(
            h -> {
              SiteId before =
                  epochs
                      .computeIfAbsent(g.service(), x -> new HashMap<>())
                      .putIfAbsent(g.epoch(), h);
              if (before != null && !before.equals(h)) {
                throw new AssertionError(g.service() + " epoch " + g.epoch() + ": two holders");
              }
            });
  }

  boolean oneState() {
    return node(A).ledger().view().equals(node(B).ledger().view());
  }

  String states() {
    return node(A).ledger() + "\n" + node(B).ledger();
  }

  Optional<SiteId> actor(ServiceName s) {
    return nodes.values().stream().filter(n -> n.acts(s)).map(n -> n.site).findFirst();
  }

  /** One site: its process, its disk and what it sees of the world. */
  final class Node {
    final SiteId site;
    boolean powered = true;
    boolean stalled;
    boolean world = true;
    boolean wants = true;
    PairStored disk = PairStored.EMPTY;
    private boolean reach = true;
    private long sawAt = LeaseClock.NEVER;
    private long lostWorldAt = LeaseClock.NEVER;
    private @Nullable PairLedger ledger;
    private Map<ServiceName, LeaseClock> clocks = Map.of();
    private final Map<Long, Long> proposals = new HashMap<>();
    private final List<PairInput> held = new ArrayList<>();
    private PairPicture picture = new PairPicture(false, false, false, Map.of());
    private int runs;
    private long sequence;
    private long freshSince = LeaseClock.NEVER;
    private long beatAt;
    private long claimAt;

    Node(SiteId site) {
      this.site = site;
    }

    String incarnation() {
      return site + "-" + runs;
    }

    PairLedger ledger() {
      return java.util.Objects.requireNonNull(ledger);
    }

    LeaseClock clock(ServiceName s) {
      return java.util.Objects.requireNonNull(clocks.get(s));
    }

    void boot() {
      runs++;
      powered = true;
      stalled = false;
      held.clear();
      proposals.clear();
      freshSince = LeaseClock.NEVER;
      picture = new PairPicture(false, false, false, Map.of());
      SiteId peer = site.equals(A) ? B : A;
      PairLedger l =
          new PairLedger(
              new PairConfig(
                  site,
                  peer,
                  incarnation(),
                  A,
                  Set.copyOf(services),
                  zero,
                  List.of(
                      new Target(Target.Kind.EDGE, Optional.empty(), "edge of " + peer),
                      new Target(Target.Kind.MPP, Optional.empty(), "mpp of " + peer)),
                  TIMING),
              disk,
              now);
      ledger = l;
      clocks = new HashMap<>();
      for (ServiceName s : services) {
        LeaseClock c = new LeaseClock(s, site, incarnation(), LEASE);
        c.restored(l.view().grant(s), now);
        clocks.put(s, c);
      }
      int run = runs;
      at(now + MS, () -> tick(run));
    }

    void crash(boolean loseDisk) {
      powered = false;
      ledger = null;
      clocks = Map.of();
      if (loseDisk) {
        disk = PairStored.EMPTY;
      }
    }

    boolean acts(ServiceName s) {
      LeaseClock c = clocks.get(s);
      return powered && c != null && c.mayAct(now) && (stalled || !(picture.cut() && !reach));
    }

    private void tick(int run) {
      if (run != runs || !powered) {
        return;
      }
      at(now + 40 * MS + random.nextInt(20) * MS, () -> tick(run));
      if (!stalled) {
        in(new PairInput.Tick());
        think();
      }
    }

    void resume() {
      stalled = false;
      List<PairInput> late = List.copyOf(held);
      held.clear();
      late.forEach(this::in);
    }

    private void think() {
      if (world) {
        sawAt = now;
        lostWorldAt = LeaseClock.NEVER;
      } else if (lostWorldAt == LeaseClock.NEVER) {
        lostWorldAt = now;
      }
      boolean before = reach;
      reach = world || now - lostWorldAt < DETECTION / 2;
      if (before != reach || random.nextInt(5) == 0) {
        in(
            new PairInput.Reaches(
                reach
                    ? services.stream().collect(Collectors.toMap(s -> s, s -> sawAt))
                    : Map.of()));
      }
      if (now - beatAt >= LEASE.renew()) {
        beatAt = now;
        List<LedgerCommand.Held> mine = new ArrayList<>();
        clocks.forEach(
            (s, c) -> {
              if (c.holds(now)) {
                mine.add(new LedgerCommand.Held(s, c.grant().epoch()));
              }
            });
        propose(o -> mine.isEmpty() ? new LedgerCommand.Beat(o) : new LedgerCommand.Renew(o, mine));
      }
      if (wants && now - claimAt >= 700 * MS && !(picture.cut() && !reach)) {
        claimAt = now;
        for (ServiceName s : services) {
          LeaseClock c = clock(s);
          if (c.claimable(now) && !c.holds(now) && !picture.held().containsKey(s)) {
            Grant g = c.grant();
            propose(o -> new LedgerCommand.Claim(o, s, g.epoch(), g.renewal()));
          } else if (releases && c.holds(now) && random.nextInt(200) == 0) {
            release(s);
          } else if (c.holds(now) && random.nextInt(20) == 0) {
            propose(o -> new LedgerCommand.Serve(o, s, c.grant().epoch()));
          }
        }
      }
    }

    /** Why it does not claim, empty when nothing keeps it. */
    String withheld(ServiceName s) {
      return picture.held().getOrDefault(s, "");
    }

    void release(ServiceName s) {
      long epoch = clock(s).grant().epoch();
      propose(o -> new LedgerCommand.Release(o, s, epoch));
    }

    void propose(java.util.function.Function<Origin, LedgerCommand> command) {
      long seq = ++sequence;
      proposals.put(seq, now);
      in(new PairInput.Propose(command.apply(new Origin(site, incarnation(), seq))));
    }

    void in(PairInput input) {
      if (!powered) {
        return;
      }
      if (stalled) {
        held.add(input);
        return;
      }
      for (PairOutput o : ledger().on(input, now)) {
        perform(o);
      }
    }

    private void perform(PairOutput output) {
      int run = runs;
      switch (output) {
        case PairOutput.Send s -> transmit(s.message());
        case PairOutput.Persist p ->
            at(
                now + MS + random.nextInt(30) * MS,
                () -> {
                  if (run == runs && powered) {
                    disk = p.stored();
                    in(new PairInput.Persisted(p.generation()));
                  }
                });
        case PairOutput.Applied a -> applied(a.command(), a.outcome(), a.after());
        case PairOutput.Settled s -> proposals.remove(s.sequence());
        case PairOutput.GivenUp g -> proposals.remove(g.sequence());
        case PairOutput.Look l -> look(run);
        case PairOutput.Overlap o -> overlaps.add(o.toString());
        case PairOutput.Picture p -> picture = p.picture();
      }
    }

    private void applied(LedgerCommand command, LedgerOutcome outcome, LedgerState after) {
      Origin o = command.origin();
      boolean own = o.site().equals(site) && o.incarnation().equals(incarnation());
      Long at = own ? proposals.remove(o.sequence()) : null;
      long proposedAt = at == null ? LeaseClock.NEVER : at;
      if (outcome instanceof LedgerOutcome.Accepted a) {
        for (ServiceName s : a.services()) {
          granted(after.grant(s));
          clock(s).applied(command, after.grant(s), proposedAt, freshSince, now);
        }
      }
      if (proposedAt != LeaseClock.NEVER) {
        freshSince = Math.max(freshSince, proposedAt);
        clocks.values().forEach(c -> c.caughtUp(now));
      }
    }

    private void look(int run) {
      long started = now;
      at(
          now + 30 * MS + random.nextInt(900) * MS,
          () -> {
            if (run == runs && powered) {
              Node peer = node(site.equals(A) ? B : A);
              boolean sees = world && peer.world && !lying;
              Map<Target, Target.Answer> answers = new HashMap<>();
              SiteId p = peer.site;
              answers.put(
                  new Target(Target.Kind.EDGE, Optional.empty(), "edge of " + p),
                  sees ? Target.Answer.ANSWERED : Target.Answer.SILENT);
              answers.put(
                  new Target(Target.Kind.MPP, Optional.empty(), "mpp of " + p),
                  !sees
                      ? Target.Answer.SILENT
                      : peer.powered ? Target.Answer.ANSWERED : Target.Answer.REFUSED);
              in(new PairInput.Looked(started, answers));
            }
          });
    }
  }
}
