package dev.mpp.core.plan;

import dev.mpp.core.lease.Acting;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which of the site's two instances acts. The ledger alone decides: an instance acts from the
 * moment its own {@code Adopt} was applied here until another one was. What the group on the LAN
 * says is only a reason to propose one, sooner or later:
 *
 * <pre>
 * the acting one, by the LAN      and in the ledger                this instance adopts
 * hands over                      -                                at once
 * gone, or another run of it      silent for SILENCE               if it knows what the other did
 *                                 silent for SILENCE + 1-2 s       if it does not (first, second)
 * there                           silent for half a lease          the ledger cannot hear it
 * gone                            renews (the LAN is split)        never
 * nobody ever acted               -                                after SILENCE; the second later
 * </pre>
 *
 * SILENCE is one and a half renewals and a quarter of a second. It counts only while this replica
 * follows the ledger: a command of this process must have been committed after the other's last.
 *
 * <p>An adoption that was not called for harms nobody: the ledger makes it a clean hand-over.
 */
final class TwinSeat {
  enum Role {
    PASSIVE,
    ACTING,
    /** Does and proposes nothing any more, and keeps the dead-man locks until it is replaced. */
    HANDING
  }

  private static final long SLACK = 250_000_000L;
  private static final long RANK = 1_000_000_000L;
  private static final long ADOPT_RETRY = 700_000_000L;
  private static final long HANDING = 1_500_000_000L;

  /** A follower that committed nothing for that long cannot tell silence from its own lag. */
  private static final long FRESH = 1_500_000_000L;

  /** A loop that did not run for that long was suspended. */
  private static final long ASLEEP = 1_000_000_000L;

  private final SiteId self;
  private final String incarnation;
  private final BrainConfig.Twin twin;
  private final LeaseTiming timing;

  private Role role = Role.PASSIVE;
  private Acting acting = Acting.NOBODY;
  private long knownTerm;
  private boolean up;
  private @Nullable TwinState heard;
  private long heardAt = LeaseClock.NEVER;

  /** The newest word of the instance that acts. */
  private @Nullable TwinState known;

  private long knownAt = LeaseClock.NEVER;
  private long signAt = LeaseClock.NEVER;
  private final Map<ServiceName, Long> stated = new HashMap<>();
  private @Nullable Inheritance inheritance;
  private long learntAt = LeaseClock.NEVER;
  private long nextAdopt = LeaseClock.NEVER;
  private long handingUntil = LeaseClock.NEVER;
  private long lastAt = LeaseClock.NEVER;
  private long wokeAt = LeaseClock.NEVER;

  TwinSeat(BrainConfig config, BrainConfig.Twin twin) {
    this.self = config.self();
    this.incarnation = config.incarnation();
    this.twin = twin;
    this.timing = config.timing();
  }

  /**
   * What is known of the instance that acted before.
   *
   * @param state its newest word, if any
   * @param stateAt when that was heard
   * @param stated sequences of the newest in-sync statements of it that were committed
   * @param lastSignAt when the last of its commands was applied here
   */
  record Inheritance(
      Optional<TwinState> state, long stateAt, Map<ServiceName, Long> stated, long lastSignAt) {

    /**
     * Whether its last word still tells what it may have made writable. Every promotion commits a
     * statement first, and none of it is accepted after the adoption: if there was none since it
     * spoke, and none was under way then, none can be under way now.
     */
    boolean complete(ServiceName service) {
      return state.isPresent()
          && !state.get().busy().contains(service)
          && stated.getOrDefault(service, 0L) <= state.get().sequence();
    }
  }

  Role role() {
    return role;
  }

  boolean passive() {
    return role == Role.PASSIVE;
  }

  /** Whether this instance decides about its servers now. */
  boolean decides(long now) {
    return role == Role.ACTING && !waking(now);
  }

  /** Whether it was suspended and has not seen the ledger since. */
  boolean waking(long now) {
    return wokeAt != LeaseClock.NEVER && now - wokeAt < ASLEEP;
  }

  /** Called with every event. */
  void tick(long now) {
    if (lastAt != LeaseClock.NEVER && now - lastAt > ASLEEP) {
      wokeAt = now;
    }
    lastAt = now;
  }

  void link(boolean isUp) {
    up = isUp;
  }

  void heard(TwinState state, long now) {
    heard = state;
    heardAt = now;
    if (state.acting() && state.term() >= acting.term()) {
      knownTerm = Math.max(knownTerm, state.term());
      if (known == null
          || !known.incarnation().equals(state.incarnation())
          || known.view().sequence() <= state.view().sequence()) {
        known = state;
        knownAt = now;
      }
    }
  }

  void restored(Acting now) {
    acting = now;
    // A snapshot does not say what was stated since these words.
    known = null;
    stated.clear();
    learntAt = LeaseClock.NEVER;
    signAt = LeaseClock.NEVER;
  }

  /** A command was applied; the leases know of it already. */
  void applied(BrainEvent.LedgerApplied a, boolean own, long now) {
    Acting after = a.after().acting(self);
    boolean accepted = a.outcome() instanceof LedgerOutcome.Accepted;
    if (!own && a.command().origin().site().equals(self)) {
      sign(a.command(), accepted, now);
    }
    if (after.equals(acting)) {
      return;
    }
    if (after.incarnation().equals(incarnation)) {
      TwinState last = known;
      boolean his = last != null && last.incarnation().equals(acting.incarnation());
      inheritance =
          new Inheritance(
              his ? Optional.ofNullable(last) : Optional.empty(),
              knownAt,
              Map.copyOf(stated),
              signAt == LeaseClock.NEVER ? now : signAt);
    } else {
      signAt = now;
    }
    acting = after;
    knownTerm = Math.max(knownTerm, after.term());
    stated.clear();
  }

  private void sign(LedgerCommand command, boolean accepted, long now) {
    if (acting.term() > 0 && !command.origin().incarnation().equals(acting.incarnation())) {
      return;
    }
    signAt = now;
    if (accepted && command instanceof LedgerCommand.InSync i) {
      stated.put(i.service(), i.origin().sequence());
    }
  }

  /** A command of this very process was applied that was proposed then. */
  void caughtUp(long proposedAt, long now) {
    if (learntAt == LeaseClock.NEVER) {
      learntAt = now;
    }
    if (wokeAt != LeaseClock.NEVER && proposedAt >= wokeAt) {
      wokeAt = LeaseClock.NEVER;
    }
  }

  // ---- acting -------------------------------------------------------------------------------

  /** Whether the other instance is known to act in this one's place. */
  boolean superseded() {
    return !passive() && (knownTerm > acting.term() || !mine());
  }

  private boolean mine() {
    return acting.incarnation().equals(incarnation);
  }

  /** Whether this instance may begin to act: the ledger, as it is now, says so. */
  boolean entitled(long freshSince, long now) {
    return passive() && mine() && acting.term() >= knownTerm && fresh(freshSince, now);
  }

  private boolean fresh(long freshSince, long now) {
    return learntAt != LeaseClock.NEVER
        && freshSince != LeaseClock.NEVER
        && now - freshSince <= FRESH;
  }

  /** What the former left; empty when this instance acted before and acts again. */
  Optional<Inheritance> act() {
    role = Role.ACTING;
    Optional<Inheritance> left = Optional.ofNullable(inheritance);
    inheritance = null;
    return left;
  }

  void retire() {
    role = Role.PASSIVE;
    wokeAt = LeaseClock.NEVER;
  }

  /** Whether the other instance could take over at this instant. */
  boolean twinReady(long now) {
    TwinState h = heard;
    return up && h != null && h.ready() && !h.acting() && now - heardAt <= FRESH;
  }

  void handOver(long now) {
    role = Role.HANDING;
    handingUntil = now + HANDING;
  }

  /** Whether the other instance did not take what it was handed. */
  boolean handingFailed(long now) {
    if (role == Role.HANDING && now >= handingUntil) {
      role = Role.ACTING;
      return true;
    }
    return false;
  }

  // ---- passive ------------------------------------------------------------------------------

  /** Whether everything is there to take over at once. */
  boolean ready(long freshSince, long now) {
    return passive()
        && fresh(freshSince, now)
        && known != null
        && known.incarnation().equals(acting.incarnation())
        && now - knownAt <= FRESH;
  }

  /** Why an adoption is due now; empty when it is not. */
  Optional<String> due(long freshSince, long now) {
    if (!passive()
        || mine()
        || !fresh(freshSince, now)
        || (nextAdopt != LeaseClock.NEVER && now < nextAdopt)) {
      return Optional.empty();
    }
    Optional<String> why = reason(freshSince, now);
    if (why.isPresent()) {
      nextAdopt = now + ADOPT_RETRY;
    }
    return why;
  }

  private Optional<String> reason(long freshSince, long now) {
    long silence = timing.renew() * 3 / 2 + SLACK;
    long since = Math.max(signAt, learntAt);
    TwinState h = heard;
    TwinState k = known;
    if (acting.term() == 0) {
      long wait = twin.first() ? silence : silence + 2 * RANK;
      return now - learntAt >= wait ? Optional.of("nobody ever acted") : Optional.empty();
    }
    boolean knows = k != null && k.incarnation().equals(acting.incarnation());
    if (k != null && knows && up && k.handing() && now - knownAt <= FRESH) {
      return Optional.of(twin.other() + " hands over");
    }
    if (freshSince <= signAt) {
      return Optional.empty();
    }
    boolean there = up && h != null && h.incarnation().equals(acting.incarnation());
    if (there) {
      return now - since >= timing.duration() / 2
          ? Optional.of(twin.other() + " is there, but the ledger does not hear it")
          : Optional.empty();
    }
    long wait = silence + (knows ? 0 : twin.first() ? RANK : 2 * RANK);
    return now - since >= wait
        ? Optional.of(
            twin.other() + (up ? " was restarted" : " is gone") + ", silent in the ledger too")
        : Optional.empty();
  }

  long term() {
    return acting.term();
  }

  // ---- pictures -----------------------------------------------------------------------------

  /** The newest word of the acting instance, while it is that. */
  Optional<TwinState> known() {
    TwinState k = known;
    return k != null && k.incarnation().equals(acting.incarnation())
        ? Optional.of(k)
        : Optional.empty();
  }

  boolean up() {
    return up;
  }

  Optional<TwinState> heard() {
    return Optional.ofNullable(heard);
  }

  long heardAt() {
    return heardAt;
  }

  String instance() {
    return twin.instance();
  }

  String other() {
    return twin.other();
  }

  boolean votes() {
    return twin.first();
  }

  /** What this instance is and why, in one sentence. */
  String sentence(boolean ready) {
    return switch (role) {
      case ACTING ->
          "%s acts for %s (term %d); %s"
              .formatted(
                  twin.instance(),
                  self,
                  acting.term(),
                  up ? twin.other() + " is there" : "ALONE: " + twin.other() + " is not there");
      case HANDING -> "%s hands over to %s".formatted(twin.instance(), twin.other());
      case PASSIVE ->
          acting.term() == 0
              ? "%s is passive: nobody acts for %s yet".formatted(twin.instance(), self)
              : "%s is passive, %s acts for %s (term %d); %s"
                  .formatted(
                      twin.instance(),
                      twin.other(),
                      self,
                      acting.term(),
                      ready ? "ready to take over" : "not ready to take over at once");
    };
  }
}
