package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;

/**
 * The duty to make one node refuse writes, from the moment it is wanted until it is verified. It
 * repeats the fence until one is verified, or until the dead-man of that server must have acted:
 * its lock was given up when the duty began.
 */
final class FenceDuty {
  private static final long RETRY = 150_000_000L;

  /** An attempt without an answer for that much longer than its budget is taken for lost. */
  private static final long LOST = 1_000_000_000L;

  private static final long HOOK_RETRY = 30_000_000_000L;

  private final ServiceName service;
  private final NodeAddress node;
  private final long budget;
  private final long deadMan;
  private boolean wanted;
  private String reason = "";
  private long since = LeaseClock.NEVER;
  private long inFlight;
  private long sentAt = LeaseClock.NEVER;
  private long nextTry = LeaseClock.NEVER;
  private String last = "";
  private long othersUntil = LeaseClock.NEVER;

  /** It may have been writable: what an operator's command does to it is warranted. */
  private boolean writer;

  private long hook;
  private long hookSince = LeaseClock.NEVER;
  private long nextHook = LeaseClock.NEVER;

  FenceDuty(ServiceName service, NodeAddress node, long budget, long deadMan) {
    this.service = service;
    this.node = node;
    this.budget = budget;
    this.deadMan = deadMan;
  }

  boolean wanted() {
    return wanted;
  }

  String reason() {
    return reason;
  }

  String lastFailure() {
    return last;
  }

  void want(String why, Turn turn) {
    begin(why, true, turn);
  }

  /** Of a server of which nothing is known yet. */
  void wantAtStart(String why, Turn turn) {
    begin(why, false, turn);
  }

  private void begin(String why, boolean mayWrite, Turn turn) {
    if (wanted) {
      writer |= mayWrite;
      return;
    }
    wanted = true;
    writer = mayWrite;
    nextHook = LeaseClock.NEVER;
    reason = why;
    since = turn.now();
    inFlight = 0;
    nextTry = turn.now();
    last = "";
    turn.add(new BrainCommand.DropDeadMan(service, node));
  }

  /** An unfencing that was under way may have come after the last fence: fence again. */
  void again(Turn turn) {
    if (wanted) {
      inFlight = 0;
      nextTry = turn.now();
    }
  }

  /** Issues the next attempt when it is due. */
  void pursue(Turn turn, CommandIds ids) {
    if (inFlight != 0 && turn.now() - sentAt > budget + LOST) {
      inFlight = 0;
      last = "an attempt was never answered";
    }
    if (wanted && inFlight == 0 && turn.now() >= nextTry) {
      inFlight = ids.next();
      sentAt = turn.now();
      turn.add(new BrainCommand.FenceNode(service, node, inFlight, budget, reason));
    }
  }

  /** Whether this answer is the current attempt's; a failed one is retried shortly. */
  boolean answered(BrainEvent.FenceDone done, Turn turn) {
    if (!wanted || done.commandId() != inFlight) {
      return false;
    }
    inFlight = 0;
    nextTry = turn.now() + RETRY;
    last = done.safe() ? "" : done.outcome() + ": " + done.detail();
    return true;
  }

  /**
   * Whether the operator's commands are due after an attempt of this duty. One run at a time, and
   * again some time after one that did not fence.
   */
  boolean hookDue(long now) {
    return writer && hook == 0 && (nextHook == LeaseClock.NEVER || now >= nextHook);
  }

  void hookBegins(long commandId, long now) {
    hook = commandId;
    hookSince = since;
    nextHook = now + HOOK_RETRY;
  }

  /** Whether this is the answer of the last run. */
  boolean hookAnswered(BrainEvent.HookDone done, long now) {
    if (done.commandId() != hook) {
      return false;
    }
    hook = 0;
    nextHook = now + HOOK_RETRY;
    return true;
  }

  /** Whether the run that was answered last began in the present duty. */
  boolean hookCounts() {
    return wanted && hookSince == since;
  }

  /** Until then the lock may be held by the instance that acted before this one. */
  void othersUntil(long instant) {
    othersUntil = instant;
  }

  /** Whether the server's own dead-man has fenced it by now, unless the server does not run. */
  boolean deadManPassed(long now) {
    return wanted
        && since != LeaseClock.NEVER
        && now - since >= deadMan
        && (othersUntil == LeaseClock.NEVER || now >= othersUntil);
  }

  long startedAt() {
    return since;
  }

  void done() {
    wanted = false;
    inFlight = 0;
  }
}
