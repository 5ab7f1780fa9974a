package dev.mpp.core.pool;

import org.jspecify.annotations.Nullable;

/** The failover pool once more: one ACTIVE node at most. */
final class FailoverTwin extends Twin {
  private static final String M1 = "PRIMARY instatement to ACTIVE complete.";
  private static final String M2 = "FAILOVER: Taking over ACTIVE state.";
  private static final String M3 = "Ready to relinquish ACTIVE state to PRIMARY.";
  private static final String M4 = "Relinquishing ACTIVE state to PRIMARY.";
  private static final String M5 =
      "Waiting for SECONDARY to stand down before instatement to ACTIVE.";
  private static final String M9 = "PRIMARY Manually reinstated as ACTIVE.";
  private static final String M11 = "Hostile takeover for ACTIVE reinstatement initiated.";

  private final String failback;

  FailoverTwin(PoolConfig config) {
    super(config);
    failback = ((RoleRule.Failover) config.roles()).failback().name();
  }

  @Override
  void failing(TwinNode n, boolean connect, String error) {
    if (!n.busy()) {
      n.say = "";
    }
    if (n.held()) {
      return;
    }
    boolean holder = n.is("ACTIVE") || n.promoting;
    boolean stays = n.is("ACTIVE") && !n.busy() && (paused || n.pinned() || n.vouched);
    if (holder && (!connect || stays)) {
      n.floor = Math.max(n.floor, 2);
      return;
    }
    if (n.req < limit) {
      return;
    }
    if (n.pinned() && !connect && !(n.failed() && n.fencing)) {
      return; // it answers, and a pin asks for no more
    }
    n.floor = 4;
    become(n, connect ? "FAILED_OFFLINE" : "FAILED_ONLINE");
    if (holder || n.fencing) {
      fence(n, error);
    }
  }

  @Override
  boolean keepsVouched() {
    return true;
  }

  @Override
  void healthy(TwinNode n, String before, String prefix) {
    if (n.failed()) {
      n.floor = n.primary ? 2 : 0;
    }
    if (n.busy()) {
      return;
    }
    // A node that was UNKNOWN until this poll has had its move, and is no PRIMARY in STANDBY yet.
    boolean judgedNow = journal.contains(n.host + " UNKNOWN>STANDBY");
    if (n.is("STANDBY") && n.primary && !judgedNow) {
      standbyPrimary(n, prefix);
    } else if (n.is("ACTIVE") && !n.primary) {
      activeSecondary(n, prefix, TwinNode.bare(before).equals(M3));
    }
  }

  private void standbyPrimary(TwinNode n, String prefix) {
    TwinNode other = writerBut(n);
    if (other == null) {
      if (turn(n)) {
        promote(n, prefix + M1);
      }
      return;
    }
    if (!other.is("ACTIVE") || paused || other.pinned() || !n.eligible()) {
      return;
    }
    if (failback.equals("AUTO")) {
      n.floor = 2;
      n.message = prefix + M5;
    } else if (failback.equals("HOSTILE") && allowed) {
      promise(n, other, prefix + M11);
    }
  }

  private void activeSecondary(TwinNode n, String prefix, boolean saidReady) {
    TwinNode p = primary();
    if (paused || n.pinned() || !p.eligible() || failback.equals("MANUAL")) {
      return;
    }
    if (failback.equals("HOSTILE")) {
      fence(n, prefix + M4);
    } else if (saidReady) {
      n.floor = 2;
      fence(n, prefix + M4);
    } else {
      n.req = n.req + 1;
      n.message = prefix + M3;
    }
  }

  @Override
  void afterPoll(TwinNode n, boolean judgedNow, String prefix) {
    if (!n.primary && !judgedNow && writerBut(n) == null && turn(n)) {
      promote(n, prefix + M2);
    }
  }

  @Override
  void promoted(TwinNode n) {
    n.req += TwinNode.bare(n.say).equals(M9) ? 0 : 1;
    n.floor = 0;
    n.message = n.say;
    n.promoting = false;
    n.say = "";
    keepers.clear();
    if (paused) {
      keepers.add(n.host);
    }
    become(n, "ACTIVE");
  }

  @Override
  void promotionFailed(TwinNode n) {
    everybody(true);
    if (writerBut(n) != null) {
      n.floor = 4;
      become(n, "FAILED_ONLINE");
    }
  }

  @Override
  void stoodDown(TwinNode n, String say) {
    if (n.is("ACTIVE") && TwinNode.bare(say).equals(M4)) {
      n.req++;
    }
    n.message = say;
    become(n, "STANDBY");
  }

  @Override
  void afterFence(String say) {
    everybody(!TwinNode.bare(say).equals(M4));
  }

  @Override
  void permitted() {
    if (writers() == 0) {
      everybody(true);
    }
  }

  @Override
  void resumed() {
    everybody(true);
  }

  @Override
  String activatePrimary() {
    TwinNode p = primary();
    if ((p.is("ACTIVE") && !p.busy()) || p.promoting) {
      return "OK";
    }
    TwinNode pin = pin();
    if (!allowed || (pin != null && pin != p) || !p.ready()) {
      return "ERROR";
    }
    TwinNode other = writerBut(p);
    if (other == null) {
      promote(p, M9);
    } else {
      promise(p, other, M9);
    }
    return "OK";
  }

  @Override
  int mostPinned() {
    return 1;
  }

  @Override
  void settle(PoolEvent event) {
    if (event instanceof PoolEvent.Polled) {
      workOnPin();
    } else if (event instanceof PoolEvent.SetOverride) {
      everybody(true);
    }
  }

  private @Nullable TwinNode writerBut(TwinNode self) {
    for (TwinNode n : nodes) {
      if (n != self && n.mayWrite()) {
        return n;
      }
    }
    return null;
  }

  private @Nullable TwinNode pin() {
    for (TwinNode n : nodes) {
      if (n.pinned()) {
        return n;
      }
    }
    return null;
  }

  private void promise(TwinNode n, TwinNode other, String say) {
    if (!other.fencing) {
      fence(other, say.equals(PINNED) ? YIELDED : M4);
    }
    n.say = say;
  }

  /** Whether the role, which nobody has, goes to this node by itself. */
  private boolean turn(TwinNode n) {
    if (!allowed || !n.eligible() || pin() != null) {
      return false;
    }
    if (paused) {
      return keeps(n);
    }
    for (TwinNode above : inOrder()) {
      if (above == n) {
        return true;
      }
      boolean barred = above.held() || above.weight() == 0 || above.setStatus == 4;
      boolean unfit = above.failed() || (above.is("STANDBY") && !above.healthy());
      if (!barred && !unfit) {
        return false;
      }
    }
    throw new AssertionError(n.host);
  }

  private void workOnPin() {
    TwinNode n = pin();
    if (n == null || n.mayWrite() || !n.answers()) {
      return;
    }
    standBy(n);
    TwinNode other = writerBut(n);
    if (allowed && other == null) {
      promote(n, PINNED);
    } else if (allowed && other != null) {
      promise(n, other, PINNED);
    }
  }

  private void everybody(boolean primaryToo) {
    workOnPin();
    for (TwinNode n : inOrder()) {
      if (writers() > 0) {
        return;
      }
      String say = n.say;
      n.say = "";
      if (!say.isEmpty()) {
        if (allowed && pin() == null && n.ready()) {
          promote(n, say);
        }
      } else if ((primaryToo || !n.primary) && turn(n)) {
        promote(n, n.primary ? M1 : M2);
      }
    }
  }
}
