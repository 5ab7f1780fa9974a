package dev.mpp.core.pool;

import static dev.mpp.core.pool.Servers.Command.FENCE;
import static dev.mpp.core.pool.Servers.Command.NONE;
import static dev.mpp.core.pool.Servers.Command.PROMOTE;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PoolState.Node;
import dev.mpp.core.pool.PoolState.Pending;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What may never be seen of a pool, whatever happens to it in whatever order. It knows no rule by
 * which roles are given; it only looks at states, servers and commands. No text is built unless
 * something is wrong.
 */
final class Invariants implements Judge {
  private final PoolConfig config;
  private final int limit;
  private final int mostActive;
  private final int[] pollsUnknown;
  private final Patience patience;
  private final Set<String> reasons = new HashSet<>();
  private long moves;

  Invariants(PoolConfig config) {
    this.config = config;
    Ladder l = config.ladder();
    limit =
        switch (config.failAt()) {
          case OK_WARN -> l.warn();
          case OK_CRITICAL -> l.critical();
          case OK, OK_INFO, FAIL -> l.fail();
        };
    mostActive = config.roles() instanceof RoleRule.Cluster c ? c.max() : 1;
    pollsUnknown = new int[config.nodes().size()];
    patience = new Patience(config.nodes().size(), limit, mostActive);
  }

  /** By how many cycles the longest wait for a free role was longer than the limit. */
  int waitedBeyondLimit() {
    return patience.longest() - limit;
  }

  /** Where the play went: moves as {@code FROM>TO} and the reasons of commands. */
  void reached(Set<String> places) {
    for (State from : State.values()) {
      for (State to : State.values()) {
        if ((moves >> bit(from, to) & 1) == 1) {
          places.add(from + ">" + to);
        }
      }
    }
    places.addAll(reasons);
  }

  private static int bit(State from, State to) {
    return from.ordinal() * State.values().length + to.ordinal();
  }

  @Override
  public @Nullable String judge(PoolEvent event, PoolState before, PoolStep step, Servers servers) {
    PoolState after = step.state();
    String fault = counts(after, servers);
    for (int i = 0; fault == null && i < pollsUnknown.length; i++) {
      Node was = before.nodes().get(i);
      Node is = after.nodes().get(i);
      fault = servers(i, is, after, servers);
      fault = fault != null ? fault : status(is);
      fault = fault != null ? fault : counter(event, was, is);
      fault = fault != null ? fault : move(event, was, is);
      fault = fault != null ? fault : journal(was, is, step);
      fault = fault != null ? fault : unknown(i, event, is, servers);
    }
    fault = fault != null ? fault : commands(event, before, step);
    fault = fault != null ? fault : answer(event, before, step);
    return fault != null ? fault : patience.judge(event, before, servers);
  }

  @Override
  public @Nullable String restarted(PoolState before, PoolState after) {
    patience.forget();
    for (int i = 0; i < pollsUnknown.length; i++) {
      pollsUnknown[i] = 0;
      Node was = before.nodes().get(i);
      Node is = after.nodes().get(i);
      State expected = was.state().failed() ? was.state() : State.UNKNOWN;
      if (is.state() != expected
          || is.pending() != Pending.NONE
          || !is.override().isNone()
          || is.type() != config.nodes().get(i).type()) {
        return "restarted as " + is + " from " + was;
      }
    }
    return null;
  }

  private @Nullable String counts(PoolState after, Servers servers) {
    int active = 0;
    int mayWrite = 0;
    for (Node n : after.nodes()) {
      active += n.state() == State.ACTIVE ? 1 : 0;
      mayWrite += n.mayWrite() ? 1 : 0;
    }
    return servers.writable() > mostActive || active > mostActive || mayWrite > mostActive
        ? "%d writable, %d ACTIVE, %d may write, but %d at most"
            .formatted(servers.writable(), active, mayWrite, mostActive)
        : null;
  }

  /** The pool knows what it asked for, and forgets no server that may be writable. */
  private static @Nullable String servers(int i, Node is, PoolState after, Servers servers) {
    Servers.Command asked = servers.outstanding(i);
    boolean known =
        switch (is.pending()) {
          case NONE -> asked == NONE;
          case PROMOTING -> asked == PROMOTE;
          case FENCING -> asked == FENCE;
        };
    if (!known) {
      return "believes " + is.pending() + ", asked " + asked + " of " + is.address();
    }
    boolean active = is.state() == State.ACTIVE;
    if (active && !servers.writable(i)) {
      return is.address() + " is shown ACTIVE and is not writable";
    }
    if (servers.writable(i) && asked == NONE && !active) {
      return is.address() + " is writable, and nobody cares";
    }
    boolean mayHold = after.allowed() && is.override().held().isEmpty();
    if (!mayHold && (asked == PROMOTE || (active && asked != FENCE))) {
      return is.address() + " may not write and is not being fenced";
    }
    return asked == PROMOTE && is.state() != State.STANDBY
        ? is.address() + " is " + is.state() + " and being promoted"
        : null;
  }

  private @Nullable String status(Node is) {
    Ladder l = config.ladder();
    int req = is.req();
    Status climbed =
        req >= l.fail()
            ? Status.FAIL
            : req >= l.critical()
                ? Status.OK_CRITICAL
                : req >= l.warn() ? Status.OK_WARN : req >= l.info() ? Status.OK_INFO : Status.OK;
    Status worse = climbed.ordinal() > is.floor().ordinal() ? climbed : is.floor();
    boolean mayFail = is.state().failed() || is.override().held().isPresent();
    Status measured = worse == Status.FAIL && !mayFail ? Status.OK_CRITICAL : worse;
    if (is.measured() != measured) {
      return is.address() + " measures " + is.measured() + ", not " + measured;
    }
    if (is.status() != is.override().status().orElse(measured)) {
      return is.address() + " shows " + is.status() + ", measured " + measured;
    }
    boolean failedNow = is.state().failed() && is.override().held().isEmpty();
    boolean failing =
        is.lastPoll() == PoolState.LastPoll.CONNECT_FAILURE
            || is.lastPoll() == PoolState.LastPoll.REPLICATION_FAILURE;
    return failedNow && failing && req >= limit && measured != Status.FAIL
        ? is.address() + " has failed and measures " + measured
        : null;
  }

  private static @Nullable String counter(PoolEvent event, Node was, Node is) {
    if (!(event instanceof PoolEvent.Polled e)) {
      return null;
    }
    PollResult result = e.results().get(is.address());
    boolean right =
        switch (result) {
          case null -> is.req() == was.req();
          case PollResult.Healthy _ -> is.req() == 0 || (is.req() == 1 && is.mayWrite());
          case PollResult.ConnectFailure _, PollResult.ReplicationFailure _ ->
              is.req() == Math.max(was.req(), 0) + 1;
        };
    return right ? null : is.address() + " counts " + was.req() + " -> " + is.req();
  }

  private @Nullable String move(PoolEvent event, Node was, Node is) {
    State from = was.state();
    State to = is.state();
    if (from == to) {
      return null;
    }
    moves |= 1L << bit(from, to);
    boolean put = is.override().state().isPresent();
    boolean legal =
        switch (to) {
          case ACTIVE ->
              from == State.STANDBY
                  && was.pending() == Pending.PROMOTING
                  && event instanceof PoolEvent.Promoted p
                  && p.node().equals(is.address());
          case STANDBY ->
              switch (from) {
                case UNKNOWN -> put || healthy(event, is);
                case ACTIVE ->
                    was.pending() == Pending.FENCING
                        && event instanceof PoolEvent.Fenced f
                        && f.node().equals(is.address());
                case FAILED_ONLINE, FAILED_OFFLINE ->
                    put && !is.override().held().filter(State::failed).isPresent();
                case STANDBY -> true;
              };
          case FAILED_ONLINE, FAILED_OFFLINE ->
              put || event instanceof PoolEvent.PromotionFailed || is.req() >= limit;
          case UNKNOWN -> from != State.ACTIVE || was.pending() == Pending.FENCING;
        };
    return legal ? null : is.address() + " goes from " + from + " to " + to + " on " + event;
  }

  private static boolean healthy(PoolEvent event, Node node) {
    return event instanceof PoolEvent.Polled e
        && e.results().get(node.address()) instanceof PollResult.Healthy;
  }

  /** The reported changes of state lead from one state to the next, each of them legal. */
  private static @Nullable String journal(Node was, Node is, PoolStep step) {
    State at = was.state();
    for (PoolStep.Transition t : step.transitions()) {
      if (!t.node().equals(is.address())) {
        continue;
      }
      boolean legal =
          switch (t.to()) {
            case ACTIVE -> t.from() == State.STANDBY;
            case STANDBY -> t.from() == State.UNKNOWN || t.from() == State.ACTIVE;
            case UNKNOWN, FAILED_ONLINE, FAILED_OFFLINE -> t.from() != t.to();
          };
      if (t.from() != at || !legal) {
        return "the journal says " + t + " of a node that is " + at;
      }
      at = t.to();
    }
    return at == is.state() ? null : "the journal ends at " + at + " for " + is;
  }

  /** Judged within {@code limit} polls; a node that is still being fenced cannot be. */
  private @Nullable String unknown(int i, PoolEvent event, Node is, Servers servers) {
    boolean anew = event instanceof PoolEvent.Recover || event instanceof PoolEvent.SetOverride;
    if (is.state() != State.UNKNOWN || servers.outstanding(i) != NONE || anew) {
      pollsUnknown[i] = 0;
      return null;
    }
    boolean polled = event instanceof PoolEvent.Polled e && e.results().containsKey(is.address());
    pollsUnknown[i] += polled ? 1 : 0;
    return pollsUnknown[i] >= limit ? is.address() + " stays UNKNOWN" : null;
  }

  private @Nullable String commands(PoolEvent event, PoolState before, PoolStep step) {
    PoolState after = step.state();
    for (PoolCommand command : step.commands()) {
      Node was = before.node(command.node()).orElseThrow();
      Node is = after.node(command.node()).orElseThrow();
      boolean pinned = is.override().pins();
      switch (command) {
        case PoolCommand.Promote p -> {
          reasons.add(p.reason());
          boolean barred = is.override().status().filter(s -> s == Status.FAIL).isPresent();
          boolean free =
              was.pending() == Pending.NONE
                  || (event instanceof PoolEvent.Fenced done && done.node().equals(is.address()));
          if (!after.allowed() || (barred && !pinned) || !free) {
            return "may not be promoted: " + is;
          }
        }
        case PoolCommand.Fence f -> {
          reasons.add(f.reason());
          boolean served = was.state() == State.ACTIVE && was.pending() == Pending.NONE;
          boolean kept = pinned || (after.paused() && !anyPin(after));
          if (served && kept && event instanceof PoolEvent.Polled) {
            return "a poll takes the role from " + is;
          }
        }
      }
    }
    return null;
  }

  private static boolean anyPin(PoolState state) {
    for (Node n : state.nodes()) {
      if (n.override().pins()) {
        return true;
      }
    }
    return false;
  }

  /** Operators get OK or ERROR, nobody else an answer, and an ERROR has changed nothing. */
  private static @Nullable String answer(PoolEvent event, PoolState before, PoolStep step) {
    boolean order =
        event instanceof PoolEvent.Recover
            || event instanceof PoolEvent.RecoverPool
            || event instanceof PoolEvent.ActivatePrimary
            || event instanceof PoolEvent.SetOverride;
    String answer = step.answer();
    boolean error = answer.startsWith("ERROR: ");
    if (order ? !error && !answer.startsWith("OK: ") : !answer.isEmpty()) {
      return "answers " + event + " with \"" + answer + "\"";
    }
    boolean nothing = step.commands().isEmpty() && step.state().equals(before);
    return error && !(event instanceof PoolEvent.RecoverPool) && !nothing
        ? "\"" + answer + "\" and yet something changed"
        : null;
  }
}
