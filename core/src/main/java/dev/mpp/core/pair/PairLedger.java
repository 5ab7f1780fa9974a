package dev.mpp.core.pair;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.lease.Origin;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One side of the ledger of two sites. Inputs in, outputs out; it reads no clock and does no I/O.
 * Confined to one thread.
 *
 * <p>Each service is a register with one owner, which alone puts its commands in order. A command
 * is committed when the peer has acknowledged it, on disk for all but renewals; or, the peer not
 * acknowledging for a while, when the owner may go on alone:
 *
 * <pre>
 * who                       commits without its peer
 * the owner                 while its reach is sufficient, and was without a break longer than a
 *                           lease since it last had all that the peer knew ({@link Standing})
 * the other, or the owner   a claim only: after long silence on every way, with sufficient reach
 * after such a break or a   and a proof that the peer is gone ({@link PeerEvidence}), or forced by
 * restart                   an operator. It owns the register from then on
 * </pre>
 *
 * <p>Copies are ordered by {@link Version}. Whoever learns of a higher one adopts it, whatever it
 * believed before: when the two meet again, the higher epoch wins.
 */
public final class PairLedger {
  private static final long FORCED_FOR = 60_000_000_000L;
  private static final int ANSWERS = 256;

  private final PairConfig config;
  private final PairTiming timing;
  private final EpochRule epochs;
  private final Contact contact;
  private final Standing standing;
  private final PeerEvidence evidence;

  private final Map<ServiceName, Register> registers;

  private final Map<SiteId, Ordered> orders;
  private final Map<SiteId, Ordered> toldOrders;

  /** What the registers say together, commands included that are not committed yet. */
  private LedgerState ahead;

  /** What was told to the brain. */
  private LedgerState view;

  private final List<Tentative> tentative = new ArrayList<>();
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final List<Marker> markers = new ArrayList<>();
  private final Map<ServiceName, Register> adopted = new LinkedHashMap<>();
  private final Map<ServiceName, Long> tookAt = new HashMap<>();
  private final Map<ServiceName, Long> heldUntil = new HashMap<>();
  private final Map<ServiceName, Forced> forced = new HashMap<>();

  /** Until when a lease of this site may run that a higher epoch of the peer has ended. */
  private final Map<ServiceName, Long> displaced = new HashMap<>();

  private final Map<Origin, Answered> answers =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Origin, Answered> eldest) {
          return size() > ANSWERS;
        }
      };

  /** The peer's commands that wait for an answer. */
  private Set<Origin> current = Set.of();

  private Set<Long> asked = Set.of();

  /** By which run of a checkpoint the reach here is sufficient. */
  private Map<ServiceName, Long> seenAt = Map.of();

  /** Since when without a break it has been, by runs that were recent enough. */
  private final Map<ServiceName, Long> reaches = new HashMap<>();

  /** When the oldest of these runs is too old; nothing changes before. */
  private long staleAt = PairInput.Reaches.ALWAYS;

  private final long startedAt;
  private boolean met;

  /** When the two met last, or this process began; and the epochs then of what was opened since. */
  private long metAt;

  private final Map<ServiceName, Long> opened = new HashMap<>();
  private Map<ServiceName, Version> persisted;
  private Map<ServiceName, Version> persisting = Map.of();
  private Map<SiteId, Ordered> persistedOrders;
  private Map<SiteId, Ordered> persistingOrders = Map.of();
  private long generation;
  private boolean dirty;
  private boolean writing;

  private long lastSend = LeaseClock.NEVER;
  private boolean sendNow;
  private boolean askNow;
  private boolean looking;
  private long lastLook = LeaseClock.NEVER;
  private @Nullable PairPicture picture;
  private List<PairOutput> out = new ArrayList<>();

  /** An own proposal that is not in order yet. */
  private record Waiting(LedgerCommand command, long since) {}

  /**
   * An own command that changed nothing: it is told once this replica is proved fresh.
   *
   * @param message number of the first message that was sent after it
   */
  private record Marker(LedgerCommand command, LedgerOutcome outcome, long message, long since) {}

  /** What the peer gets to hear, once {@code after} is on disk. */
  private record Answered(LedgerOutcome outcome, Optional<Register> after) {}

  private record Forced(Register.Forced by, long until) {}

  /**
   * @param stored what was on disk; {@link PairStored#EMPTY} for a new storage
   */
  public PairLedger(PairConfig config, PairStored stored, long now) {
    this.config = config;
    this.timing = config.timing();
    this.startedAt = now;
    this.metAt = now;
    this.epochs = new EpochRule(config.self(), config.peer());
    this.standing = new Standing(timing.lease());
    this.evidence = new PeerEvidence(config.targets(), stored.answered(), 5 * timing.lookSilent());
    this.registers = new TreeMap<>(stored.registers());
    this.persisted = versions(registers);
    this.contact = new Contact(persisted, now);
    this.orders = new TreeMap<>(stored.orders());
    this.toldOrders = new HashMap<>(stored.orders());
    this.persistedOrders = stored.orders();
    this.met = stored.met();
    stored.displaced().forEach(s -> displaced.put(s, now + timing.lease()));
    this.ahead = stored.state();
    this.view = ahead;
  }

  /** What the brain knows at the start. */
  public LedgerState view() {
    return view;
  }

  private static Map<ServiceName, Version> versions(Map<ServiceName, Register> registers) {
    Map<ServiceName, Version> out = new HashMap<>();
    registers.forEach((s, r) -> out.put(s, r.version()));
    return out;
  }

  /**
   * Handles one input and everything that is due.
   *
   * @param now monotonic nanoseconds, never less than before
   */
  public List<PairOutput> on(PairInput input, long now) {
    out = new ArrayList<>();
    switch (input) {
      case PairInput.Tick t -> {}
      case PairInput.Propose p -> propose(p.command(), now);
      case PairInput.Received r -> received(r.message(), now);
      case PairInput.Heard h -> contact.heard(now);
      case PairInput.Persisted p -> persisted(p.generation(), now);
      case PairInput.Reaches r -> {
        seenAt = r.seenAt();
        staleAt = now;
      }
      case PairInput.Looked l -> {
        looking = false;
        dirty |= evidence.looked(l.startedAt(), l.answers(), heard(now));
      }
      case PairInput.Force f ->
          forced.put(
              f.service(), new Forced(new Register.Forced(f.by(), f.reason()), now + FORCED_FOR));
    }
    sight(now);
    standing.reaches(reaches.keySet(), now);
    takeBack(now);
    order(now);
    settle(now);
    tellMarkers(now);
    persist();
    look(now);
    send(now);
    show(now);
    return out;
  }

  /**
   * Until then ticks change nothing unless something else happens; {@code now} or less while the
   * peer is silent. One tick is owed before the process is suspended: it is the proof that it
   * lived.
   */
  public long dueAt(long now) {
    if (!heard(now) || !acknowledged(now) || lastSend == LeaseClock.NEVER) {
      return now;
    }
    long due = Math.min(contact.heardAt(), contact.provenAt()) + timing.alone();
    due = Math.min(due, lastSend + timing.heartbeat());
    if (!looking && !config.targets().isEmpty()) {
      due = Math.min(due, lastLook + timing.lookCalm());
    }
    for (Waiting w : waiting) {
      due = Math.min(due, w.since() + timing.cut() + 1);
    }
    for (Marker m : markers) {
      due = Math.min(due, m.since() + timing.lease() + 1);
    }
    return Math.min(due, staleAt);
  }

  /** How far this site sees, forgetting what was seen too long ago. */
  private void sight(long now) {
    if (now < staleAt) {
      return;
    }
    staleAt = PairInput.Reaches.ALWAYS;
    reaches.keySet().retainAll(seenAt.keySet());
    seenAt.forEach(
        (s, at) -> {
          if (at == PairInput.Reaches.ALWAYS) {
            reaches.putIfAbsent(s, now);
          } else if (now - at <= timing.sight()) {
            reaches.putIfAbsent(s, now);
            staleAt = Math.min(staleAt, at + timing.sight() + 1);
          } else {
            reaches.remove(s);
          }
        });
  }

  // ---- what holds now -----------------------------------------------------------------------

  private boolean heard(long now) {
    return now - contact.heardAt() < timing.alone();
  }

  private boolean acknowledged(long now) {
    return !contact.peer().isEmpty() && now - contact.provenAt() < timing.alone();
  }

  private SiteId owner(ServiceName service) {
    Register r = registers.get(service);
    return r == null ? config.first() : r.owner();
  }

  /** Whether this site puts the service's commands in order now. */
  private boolean orders(ServiceName service, long now) {
    return owner(service).equals(config.self()) && standing.right(service, now);
  }

  /** Whether it may commit them without its peer. */
  private boolean alone(ServiceName service, long now) {
    return !acknowledged(now) && orders(service, now) && reaches.containsKey(service);
  }

  /** A claim without the peer and without the right of an owner: why not, empty when it may. */
  private Optional<String> hindrance(ServiceName service, long now) {
    String peer = config.peer().name();
    if (heard(now)) {
      return Optional.of(peer + " is heard, but did not agree yet");
    }
    if (!met) {
      return Optional.of(
          "this site's ledger is new and "
              + peer
              + " is silent: it does not know which epochs were used");
    }
    Long sighted = reaches.get(service);
    if (sighted == null) {
      return Optional.of(peer + " is silent and the reach here is not sufficient");
    }
    Forced f = forced.get(service);
    if (f != null && now < f.until()) {
      return Optional.empty();
    }
    PeerEvidence.Verdict v =
        evidence.judge(service, Math.max(contact.heardAt(), sighted), timing.takeover(), now);
    return v.gone()
        ? missing(service, now)
        : Optional.of(peer + " is silent, which does not prove that it is gone: " + v.sentence());
  }

  /**
   * Whether the peer may have gone on without this site in sync: it does so only {@link
   * PairTiming#desert} after it got a message of this site.
   */
  private Optional<String> missing(ServiceName service, long now) {
    if (config.zero().contains(service) && !standing.met()) {
      // What it has on disk may be older than what the peer did alone, the list included.
      return Optional.of(
          config.peer()
              + " is gone, but this site has not met it since it was started: acknowledged writes"
              + " may be missing here (rpo: zero)");
    }
    boolean sure =
        standing.met() && now - contact.provenAt() < timing.desert() - timing.lease() / 6;
    return sure || !config.zero().contains(service) || !inSync(ahead.grant(service), config.peer())
        ? Optional.empty()
        : Optional.of(
            config.peer()
                + " is gone, but was alone for too long: it may have acknowledged writes that are"
                + " missing here (rpo: zero)");
  }

  /** Whether the site has every acknowledged write: all have while there is no list. */
  private static boolean inSync(Grant grant, SiteId site) {
    return grant.inSync().isEmpty() || grant.inSync().contains(site);
  }

  /**
   * Whether the command, committed without the peer, would take it off the sites that are in sync
   * while it may still rely on being one.
   *
   * @param before the entry that the command meets
   */
  private boolean deserts(LedgerCommand command, Grant before, long now) {
    return command instanceof LedgerCommand.InSync i
        && !acknowledged(now)
        && config.zero().contains(i.service())
        && !i.sites().contains(config.peer())
        && inSync(before, config.peer())
        && !tookUnheard(i.service())
        && now - contact.heardAt() < timing.desert();
  }

  /** The role was taken from the peer, which was not heard since: it knows nothing of it. */
  private boolean tookUnheard(ServiceName service) {
    Long at = tookAt.get(service);
    return at != null && contact.heardAt() < at;
  }

  /**
   * A statement without the peer that it did not acknowledge in time is taken back, and with it
   * what came after it: renewals must not wait for it. Whoever got it nevertheless only knows too
   * little.
   */
  private void takeBack(long now) {
    while (stating() && takeBackOne(now)) {
      // Each service may have one, and all of them would be committed next.
    }
  }

  private boolean stating() {
    for (Tentative t : tentative) {
      if (t.command() instanceof LedgerCommand.InSync) {
        return true;
      }
    }
    return false;
  }

  private boolean takeBackOne(long now) {
    Map<ServiceName, Grant> before = new HashMap<>();
    for (Tentative t : List.copyOf(tentative)) {
      for (Register r : List.copyOf(t.after().values())) {
        Grant base = before.getOrDefault(r.service(), view.grant(r.service()));
        before.put(r.service(), r.grant());
        if (!contact.peerHas(r.service(), r.version()) && deserts(t.command(), base, now)) {
          takeBack(r.service(), base, t);
          return true;
        }
      }
    }
    return false;
  }

  private void takeBack(ServiceName service, Grant base, Tentative from) {
    Register now = Objects.requireNonNull(registers.get(service));
    for (Tentative t : tentative.subList(tentative.indexOf(from), tentative.size())) {
      if (t.after().remove(service) != null && t.after().isEmpty() && own(t.origin())) {
        out.add(
            new PairOutput.GivenUp(
                t.origin().sequence(), config.peer() + " may still rely on being in sync"));
      }
    }
    tentative.removeIf(t -> t.after().isEmpty());
    LedgerCommand.Renew again =
        new LedgerCommand.Renew(
            new Origin(config.self(), config.incarnation(), 0),
            List.of(new LedgerCommand.Held(service, base.epoch())));
    Grant renewed =
        new Grant(
            service,
            base.epoch(),
            base.holder(),
            base.incarnation(),
            now.grant().renewal() + 1,
            base.serving(),
            base.servedBy(),
            base.inSync(),
            base.stated(),
            base.openedBy(),
            base.directives());
    Register r =
        Register.after(now.version().changes(), now.durable(), renewed, config.self(), again)
            .forcedBy(now.forced());
    Register durable =
        new Register(r.grant(), r.owner(), r.version(), r.version(), r.last(), r.forced());
    put(durable);
    ahead = ahead.with(List.of(renewed));
    tentative.add(new Tentative(again, List.of(durable)));
  }

  // ---- own proposals ------------------------------------------------------------------------

  private void propose(LedgerCommand command, long now) {
    if (command instanceof LedgerCommand.Beat) {
      mark(command, new LedgerOutcome.Accepted(List.of()), now);
    } else if (command instanceof LedgerCommand.OrderSite o) {
      orderSite(o, now);
    } else {
      waiting.add(new Waiting(command, now));
    }
  }

  /** In force here once it is on disk, and at the peer when that hears of it. */
  private void orderSite(LedgerCommand.OrderSite command, long now) {
    LedgerState.Applied applied = ahead.apply(command);
    if (applied.outcome() instanceof LedgerOutcome.Refused r) {
      mark(command, r, now);
      return;
    }
    Ordered before = orders.get(command.site());
    orders.put(command.site(), new Ordered(before == null ? 1 : before.changes() + 1, command));
    ahead = applied.state();
    dirty = true;
  }

  private void adoptOrder(Ordered o) {
    Ordered mine = orders.get(o.site());
    if (mine == null || o.newerThan(mine)) {
      orders.put(o.site(), o);
      ahead = PairStored.with(ahead, o);
      dirty = true;
    }
  }

  /** Orders that have reached the disk. */
  private void tellOrders() {
    for (Ordered o : orders.values()) {
      if (o.equals(persistedOrders.get(o.site())) && !o.equals(toldOrders.get(o.site()))) {
        toldOrders.put(o.site(), o);
        view = PairStored.with(view, o);
        told(o.last(), new LedgerOutcome.Accepted(List.of()));
      }
    }
  }

  private void mark(LedgerCommand command, LedgerOutcome outcome, long now) {
    markers.add(new Marker(command, outcome, contact.next(), now));
    askNow = true;
  }

  /** Puts in order what can be, and gives up what waited too long. */
  private void order(long now) {
    for (int i = waiting.size(); i > 0; i--) {
      Waiting w = waiting.remove();
      if (now - w.since() > timing.cut()) {
        out.add(
            new PairOutput.GivenUp(
                w.command().origin().sequence(), config.peer() + " did not agree in time"));
      } else if (!order(w.command(), now)) {
        waiting.add(w);
      }
    }
  }

  private boolean order(LedgerCommand command, long now) {
    if (command instanceof LedgerCommand.Renew r) {
      return renew(r, now);
    }
    ServiceName service = service(command);
    boolean expected = acknowledged(now) || alone(service, now);
    if (deserts(command, ahead.grant(service), now)) {
      return false;
    }
    if (orders(service, now) && (opens(command) ? acknowledged(now) : expected)) {
      apply(command, now);
      return true;
    }
    if (opens(command) && hindrance(service, now).isEmpty()) {
      takeAlone(command, now);
      return true;
    }
    if (owner(service).equals(config.peer())) {
      sendNow |= !asked.contains(command.origin().sequence());
    }
    return false;
  }

  /** The part that is this site's to renew now; the rest is as good as lost. */
  private boolean renew(LedgerCommand.Renew r, long now) {
    List<LedgerCommand.Held> mine = new ArrayList<>(r.held().size());
    for (LedgerCommand.Held h : r.held()) {
      if (orders(h.service(), now) && (acknowledged(now) || alone(h.service(), now))) {
        mine.add(h);
      }
    }
    if (mine.isEmpty()) {
      return false;
    }
    apply(mine.size() == r.held().size() ? r : new LedgerCommand.Renew(r.origin(), mine), now);
    return true;
  }

  private static boolean ofOneService(LedgerCommand command) {
    return !(command instanceof LedgerCommand.Renew
        || command instanceof LedgerCommand.Beat
        || command instanceof LedgerCommand.Adopt
        || command instanceof LedgerCommand.OrderSite);
  }

  /** Whether it opens an epoch. */
  static boolean opens(LedgerCommand command) {
    return command instanceof LedgerCommand.Claim;
  }

  /** Whether its holder, fenced, gives the role up with it. */
  private static boolean givesUp(LedgerCommand command) {
    return command instanceof LedgerCommand.Release || command instanceof LedgerCommand.Handover;
  }

  private static ServiceName service(LedgerCommand command) {
    return switch (command) {
      case LedgerCommand.Claim c -> c.service();
      case LedgerCommand.Release r -> r.service();
      case LedgerCommand.Serve s -> s.service();
      case LedgerCommand.InSync i -> i.service();
      case LedgerCommand.Pause p -> p.service();
      case LedgerCommand.Adopt a ->
          throw new IllegalArgumentException("a site of a pair has one instance: " + a);
      case LedgerCommand.BeginMove m -> m.service();
      case LedgerCommand.EndMove m -> m.service();
      case LedgerCommand.Handover h -> h.service();
      case LedgerCommand.Prefer p -> p.service();
      case LedgerCommand.Renew r -> throw new IllegalArgumentException("not of one service: " + r);
      case LedgerCommand.OrderSite o ->
          throw new IllegalArgumentException("not of one service: " + o);
      case LedgerCommand.Beat b -> throw new IllegalArgumentException("not of one service: " + b);
    };
  }

  /** As the owner: computes what the command does and keeps it as tentative. */
  private LedgerOutcome apply(LedgerCommand command, long now) {
    return apply(command, now, false);
  }

  private LedgerOutcome apply(LedgerCommand command, long now, boolean taking) {
    LedgerState.Applied applied = ahead.apply(command);
    boolean own = own(command.origin());
    switch (applied.outcome()) {
      case LedgerOutcome.Refused r -> {
        if (own) {
          mark(command, r, now);
        }
      }
      case LedgerOutcome.Accepted a -> {
        List<Register> changed = new ArrayList<>(a.services().size());
        for (ServiceName n : a.services()) {
          changed.add(changed(applied.state().grant(n), command, now, taking));
        }
        changed.forEach(this::put);
        // A claim's epoch is adjusted; of everything else the entries are what was applied.
        ahead = opens(command) ? ahead.with(grants(changed)) : applied.state();
        keep(command, changed, now);
      }
    }
    return applied.outcome();
  }

  private Register changed(Grant next, LedgerCommand command, long now, boolean taking) {
    Register before = registers.get(next.service());
    Grant grant =
        !opens(command)
            ? next
            : taking
                ? epochs.adjustAlone(
                    next, common(next.service()), now - metAt, forced.containsKey(next.service()))
                : epochs.adjust(next);
    Register after =
        Register.after(
            before == null ? 0 : before.version().changes(),
            before == null ? Version.NONE : before.durable(),
            grant,
            owner(next.service()),
            command);
    return opens(command) || before == null ? after : after.forcedBy(before.forced());
  }

  /** The service's epoch when the two met last, or this process began. */
  private long common(ServiceName service) {
    return opened.getOrDefault(service, version(service).epoch());
  }

  private void put(Register r) {
    if (r.version().epoch() > version(r.service()).epoch()) {
      opened.putIfAbsent(r.service(), version(r.service()).epoch());
    }
    registers.put(r.service(), r);
    dirty |= !persistedVersion(r.service()).atLeast(r.durable());
    sendNow = true;
    askNow = true;
  }

  private void keep(LedgerCommand command, List<Register> changed, long now) {
    Register first = changed.getFirst();
    if (!first.owner().equals(config.self())) {
      // The peer's claim: from here on it alone decides; what was tentative here is overtaken.
      overtaken(first.service());
      tell(command, changed);
      return;
    }
    tentative.add(new Tentative(command, changed));
    boolean grants = opens(command) || command instanceof LedgerCommand.Renew;
    if (grants && own(command.origin())) {
      changed.forEach(r -> heldUntil.put(r.service(), now + timing.lease()));
    }
  }

  /** A claim with a proof, or forced; the register is this site's from here on. */
  private void takeAlone(LedgerCommand claim, long now) {
    ServiceName service = service(claim);
    if (apply(claim, now, true) instanceof LedgerOutcome.Accepted) {
      standing.taken(service, now);
      tookAt.put(service, now);
      Forced f = forced.remove(service);
      Register taken = registers.get(service);
      if (f != null && taken != null) {
        registers.put(service, taken.forcedBy(Optional.of(f.by())));
      }
    }
  }

  private boolean own(Origin o) {
    return o.site().equals(config.self()) && o.incarnation().equals(config.incarnation());
  }

  // ---- commits ------------------------------------------------------------------------------

  /** Commits what the peer has acknowledged, and what may be committed alone. */
  private void settle(long now) {
    boolean any = false;
    for (Tentative t : tentative) {
      Set<ServiceName> ready = ready(t, now);
      if (!ready.isEmpty()) {
        any = true;
        List<Register> done = new ArrayList<>(ready.size());
        ready.forEach(s -> done.add(Objects.requireNonNull(t.after().remove(s))));
        tell(t.part(ready), done);
      }
    }
    if (any) {
      tentative.removeIf(t -> t.after().isEmpty());
    }
  }

  /** The services, in order, for which the command can be committed now. */
  private Set<ServiceName> ready(Tentative t, long now) {
    Set<ServiceName> ready = Set.of();
    for (Register r : t.after().values()) {
      ServiceName s = r.service();
      if (contact.peerHas(s, r.version())
          || (persistedVersion(s).atLeast(r.durable())
              && alone(s, now)
              && mayOpenAlone(t.command(), s, now))) {
        ready = ready.isEmpty() ? new TreeSet<>() : ready;
        ready.add(s);
      }
    }
    return ready;
  }

  /**
   * An owner that is alone goes on with a role it holds, but takes one that was given up only as
   * the other site would: that one may have had the proof meanwhile that this site serves nobody.
   */
  private boolean mayOpenAlone(LedgerCommand command, ServiceName service, long now) {
    return !opens(command) || tookUnheard(service) || hindrance(service, now).isEmpty();
  }

  private void tell(LedgerCommand command, List<Register> changed) {
    view = view.with(grants(changed));
    LedgerOutcome outcome =
        new LedgerOutcome.Accepted(
            changed.size() == 1
                ? List.of(changed.getFirst().service())
                : changed.stream().map(Register::service).toList());
    told(command, outcome);
  }

  private static List<Grant> grants(List<Register> registers) {
    List<Grant> grants = new ArrayList<>(registers.size());
    for (Register r : registers) {
      grants.add(r.grant());
    }
    return grants;
  }

  private void told(LedgerCommand command, LedgerOutcome outcome) {
    out.add(new PairOutput.Applied(command, outcome, view));
    if (own(command.origin())) {
      long sequence = command.origin().sequence();
      waiting.removeIf(w -> w.command().origin().sequence() == sequence);
      out.add(new PairOutput.Settled(sequence, outcome));
    }
  }

  /** What changes nothing is told once everything that the peer knew before it is here. */
  private void tellMarkers(long now) {
    if (markers.isEmpty()) {
      return;
    }
    boolean all = contact.ackedSince(markers.getLast().message());
    boolean fresh = !all && fresh(now);
    for (Marker m : List.copyOf(markers)) {
      if (fresh || contact.ackedSince(m.message())) {
        markers.remove(m);
        told(m.command(), m.outcome());
      } else if (now - m.since() > timing.lease()) {
        markers.remove(m);
        out.add(
            new PairOutput.GivenUp(m.command().origin().sequence(), config.peer() + " is silent"));
      }
    }
  }

  /** Whether this replica needs nothing of the peer to be the newest. */
  private boolean fresh(long now) {
    for (ServiceName s : config.services()) {
      if (alone(s, now) || (!heard(now) && hindrance(s, now).isEmpty())) {
        return true;
      }
    }
    return false;
  }

  private void overtaken(ServiceName service) {
    for (Tentative t : tentative) {
      Register after = t.after().remove(service);
      if (after != null && t.after().isEmpty() && own(t.origin())) {
        if (givesUp(t.command())) {
          tell(t.command(), List.of(after)); // nobody but its holder could refuse
        } else {
          out.add(new PairOutput.GivenUp(t.origin().sequence(), "overtaken: the role has moved"));
        }
      }
    }
    tentative.removeIf(t -> t.after().isEmpty());
    adopted.remove(service);
  }

  // ---- the peer's messages ------------------------------------------------------------------

  private void received(PairMessage m, long now) {
    if (!m.from().equals(config.peer())) {
      return;
    }
    contact.from(m.incarnation());
    contact.heard(now);
    forced.clear();
    boolean copy = contact.knows(m.sequence());
    Map<ServiceName, Version> durable = new HashMap<>();
    List<Register> news = new ArrayList<>();
    List<Grant> changed = new ArrayList<>();
    for (PairMessage.Copy c : m.copies()) {
      Register r = c.register();
      contact.has(r.service(), r.version());
      durable.put(r.service(), r.durable());
      if (r.version().compareTo(version(r.service())) > 0) {
        adopt(c, news, now);
        changed.add(r.grant());
      }
    }
    ahead = ahead.with(changed);
    m.orders().forEach(this::adoptOrder);
    tellAdopted(news);
    boolean newest = contact.received(m.sequence(), durable);
    if (m.to().equals(config.incarnation())) {
      dirty |= !met;
      met = true;
      opened.clear();
      if (!copy) {
        contact.acked(m.acked(), m.holds());
      }
      // It may have been on its way for long: it says what the peer knew when it sent it, which was
      // after it got what it acknowledges.
      standing.contact(contact.provenAt());
      metAt = Math.max(metAt, contact.provenAt());
      tookAt.keySet().removeIf(s -> contact.peerHas(s, new Version(version(s).epoch(), 0)));
      m.answers().forEach(this::answered);
    }
    if (newest) {
      answer(m.forwards(), now);
    }
    if (m.ask()) {
      sendNow = true;
    }
  }

  private Version version(ServiceName service) {
    Register r = registers.get(service);
    return r == null ? Version.NONE : r.version();
  }

  private Version persistedVersion(ServiceName service) {
    return persisted.getOrDefault(service, Version.NONE);
  }

  private void adopt(PairMessage.Copy c, List<Register> news, long now) {
    Register r = c.register();
    ServiceName service = r.service();
    overlap(c, now);
    displace(r, now);
    overtaken(service);
    tookAt.remove(service);
    boolean gap = r.version().changes() > version(service).changes() + 1;
    registers.put(service, r);
    dirty |= !persistedVersion(service).atLeast(r.durable());
    if (r.grant().heldBy(config.self(), config.incarnation())) {
      // Granted by the peer: nothing is done with it before it is on disk.
      waiting.removeIf(w -> w.command().origin().equals(r.last().origin()));
      adopted.put(service, r);
    } else {
      if (gap) {
        bridge(r);
      }
      news.add(r);
    }
  }

  /**
   * A higher epoch ends what this site held alone, or its former run, but not at once: what the
   * peer opens next is agreed to when that lease is over.
   */
  private void displace(Register by, long now) {
    Register before = registers.get(by.service());
    if (before == null
        || by.grant().epoch() <= before.grant().epoch()
        || !before.grant().holder().equals(Optional.of(config.self()))) {
      return;
    }
    Long until =
        before.grant().heldBy(config.self(), config.incarnation())
            ? heldUntil.get(by.service())
            : Long.valueOf(startedAt + timing.lease());
    if (until != null && now < until) {
      displaced.merge(by.service(), until, Math::max);
    }
  }

  /** What was missed may have been a grant: everybody but the holder counts from now. */
  private void bridge(Register r) {
    if (opens(r.last())
        || r.last() instanceof LedgerCommand.Renew
        || r.grant().holder().isEmpty()) {
      return;
    }
    Origin origin = new Origin(r.grant().holder().get(), r.grant().incarnation(), 0);
    tell(
        new LedgerCommand.Renew(
            origin, List.of(new LedgerCommand.Held(r.service(), r.grant().epoch()))),
        List.of(r));
  }

  /** One renewal of many services is told as one. */
  private void tellAdopted(List<Register> news) {
    if (news.isEmpty()) {
      return;
    }
    Map<Origin, List<Register>> renewals = new LinkedHashMap<>();
    for (Register r : news) {
      if (r.last() instanceof LedgerCommand.Renew) {
        renewals.computeIfAbsent(r.last().origin(), o -> new ArrayList<>()).add(r);
      } else {
        tell(r.last(), List.of(r));
      }
    }
    renewals
        .values()
        .forEach(
            same ->
                tell(
                    same.stream()
                        .map(r -> (LedgerCommand.Renew) r.last())
                        .reduce(Register::join)
                        .orElseThrow(),
                    same));
  }

  private void overlap(PairMessage.Copy c, long now) {
    Register before = registers.get(c.register().service());
    Long until = heldUntil.get(c.register().service());
    if (before == null
        || until == null
        || c.claimedAgo() < 0
        || c.register().grant().epoch() <= before.grant().epoch()
        || !before.grant().heldBy(config.self(), config.incarnation())) {
      return;
    }
    long untilAgo = Math.max(0, now - until);
    if (c.claimedAgo() > untilAgo) {
      out.add(
          new PairOutput.Overlap(
              c.register().service(),
              before.grant().epoch(),
              c.register().grant().epoch(),
              c.claimedAgo(),
              untilAgo,
              c.register().forced()));
    }
  }

  /**
   * Whether the lease of a former run of this process may still run. Renewals are not on disk: what
   * that run went on with alone is known to nobody now, the claimant's waiting included.
   */
  private boolean ranHere(ServiceName service, long now) {
    Grant g = ahead.grant(service);
    return g.holder().equals(Optional.of(config.self()))
        && !g.heldBy(config.self(), config.incarnation())
        && now - startedAt < timing.lease();
  }

  /** The peer's commands for what this site owns. */
  private void answer(List<LedgerCommand> forwards, long now) {
    current = new HashSet<>();
    for (LedgerCommand f : forwards) {
      Origin origin = f.origin();
      current.add(origin);
      boolean theirs = origin.site().equals(config.peer());
      if (!answers.containsKey(origin)
          && theirs
          && ofOneService(f)
          && orders(service(f), now)
          && !(opens(f) && ranHere(service(f), now))) {
        LedgerOutcome outcome = apply(f, now);
        answers.put(
            origin,
            new Answered(
                outcome,
                outcome instanceof LedgerOutcome.Accepted
                    ? Optional.ofNullable(registers.get(service(f)))
                    : Optional.empty()));
      }
    }
  }

  private void answered(PairMessage.Answer a) {
    for (Waiting w : List.copyOf(waiting)) {
      if (w.command().origin().sequence() == a.sequence()) {
        told(w.command(), a.outcome());
      }
    }
  }

  // ---- disk ---------------------------------------------------------------------------------

  private void persist() {
    if (dirty && !writing) {
      dirty = false;
      writing = true;
      persisting = versions(registers);
      persistingOrders = Map.copyOf(orders);
      out.add(
          new PairOutput.Persist(
              ++generation,
              new PairStored(met, registers, orders, evidence.answered(), displaced.keySet())));
    }
  }

  private void persisted(long done, long now) {
    if (done != generation || !writing) {
      return;
    }
    writing = false;
    persisted = persisting;
    contact.persisted(persisted);
    persistedOrders = persistingOrders;
    tellOrders();
    for (Register r : List.copyOf(adopted.values())) {
      if (persistedVersion(r.service()).atLeast(r.durable())) {
        adopted.remove(r.service());
        tell(r.last(), List.of(r));
        heldUntil.put(r.service(), now + timing.lease());
      }
    }
    sendNow = true;
  }

  // ---- messages and looks -------------------------------------------------------------------

  private void send(long now) {
    boolean due = lastSend == LeaseClock.NEVER || now - lastSend >= timing.heartbeat();
    if (!due && !sendNow && !askNow) {
      return;
    }
    List<PairMessage.Copy> copies = new ArrayList<>();
    Map<ServiceName, Version> versions = new HashMap<>();
    for (Register r : registers.values()) {
      if (!contact.peerHas(r) && persistedVersion(r.service()).atLeast(r.durable())) {
        Long took = tookAt.get(r.service());
        copies.add(new PairMessage.Copy(r, took == null ? -1 : now - took));
        versions.put(r.service(), r.version());
      }
    }
    List<LedgerCommand> forwards = forwards();
    List<PairMessage.Answer> replies = replies();
    boolean ask = due || askNow;
    List<Long> acked = contact.acknowledge();
    dirty |= displaced.values().removeIf(until -> now >= until);
    long sequence = contact.send(versions, now);
    out.add(
        new PairOutput.Send(
            new PairMessage(
                config.self(),
                config.incarnation(),
                contact.peer(),
                sequence,
                ask,
                copies,
                List.copyOf(persistedOrders.values()),
                acked,
                displaced.keySet(),
                forwards,
                replies)));
    if (due) {
      lastSend = now;
    }
    sendNow = false;
    askNow = false;
  }

  private List<LedgerCommand> forwards() {
    if (waiting.isEmpty()) {
      asked = Set.of();
      return List.of();
    }
    List<LedgerCommand> forwards = new ArrayList<>();
    asked = new HashSet<>();
    for (Waiting w : waiting) {
      LedgerCommand c = w.command();
      if (ofOneService(c) && owner(service(c)).equals(config.peer())) {
        forwards.add(c);
        asked.add(c.origin().sequence());
      }
    }
    return forwards;
  }

  /** What became of what the peer waits for. */
  private List<PairMessage.Answer> replies() {
    if (current.isEmpty()) {
      return List.of();
    }
    List<PairMessage.Answer> replies = new ArrayList<>();
    answers.forEach(
        (origin, a) -> {
          if (current.contains(origin)
              && a.after()
                  .map(r -> persistedVersion(r.service()).atLeast(r.durable()))
                  .orElse(true)) {
            replies.add(new PairMessage.Answer(origin.sequence(), a.outcome()));
          }
        });
    return replies;
  }

  private void look(long now) {
    boolean calm = heard(now);
    long every = calm ? timing.lookCalm() : timing.lookSilent();
    if (!looking
        && !config.targets().isEmpty()
        && (lastLook == LeaseClock.NEVER || now - lastLook >= every)) {
      looking = true;
      lastLook = now;
      out.add(new PairOutput.Look(!calm && now - contact.heardAt() >= timing.cut()));
    }
  }

  private void show(long now) {
    boolean heard = heard(now);
    boolean acknowledged = acknowledged(now);
    boolean cut = now - Math.max(contact.heardAt(), contact.provenAt()) >= timing.cut();
    PairPicture last = picture;
    if (heard
        && last != null
        && last.heard()
        && last.acknowledged() == acknowledged
        && last.cut() == cut
        && last.held().isEmpty()) {
      return;
    }
    Map<ServiceName, String> held = new TreeMap<>();
    for (ServiceName s : config.services()) {
      if (!heard && (!orders(s, now) || ahead.grant(s).holder().isEmpty())) {
        hindrance(s, now).ifPresent(why -> held.put(s, why));
      }
    }
    PairPicture next = new PairPicture(heard, acknowledged, cut, held);
    if (!next.equals(last)) {
      picture = next;
      out.add(new PairOutput.Picture(next));
    }
  }

  /** For tests and logs. */
  @Override
  public String toString() {
    return "%s: registers %s, told %s, tentative %s, waiting %s"
        .formatted(config.self(), registers.values(), view.grants().values(), tentative, waiting);
  }
}
