package dev.mpp.core.pool;

import java.util.List;

/** The cluster pool once more: several ACTIVE nodes, no preemption. */
final class ClusterTwin extends Twin {
  private static final String JOINING = "Taking over ACTIVE state beside the other nodes.";
  private final int min;
  private final int max;

  ClusterTwin(PoolConfig config) {
    super(config);
    min = ((RoleRule.Cluster) config.roles()).min();
    max = ((RoleRule.Cluster) config.roles()).max();
  }

  boolean unfit() {
    int usable = 0;
    for (TwinNode n : nodes) {
      usable += n.failed() || n.held() ? 0 : 1;
    }
    return usable < min;
  }

  @Override
  void failing(TwinNode n, boolean connect, String error) {
    if (n.held()) {
      return;
    }
    if (n.is("ACTIVE") && !n.busy() && (paused || n.pinned())) {
      n.floor = Math.max(n.floor, 2);
      return;
    }
    if (n.req < limit || (n.pinned() && !connect && !n.mayWrite())) {
      return;
    }
    boolean writes = n.mayWrite();
    n.floor = 4;
    become(n, connect ? "FAILED_OFFLINE" : "FAILED_ONLINE");
    if (writes) {
      fence(n, error);
    }
  }

  @Override
  boolean keepsVouched() {
    return false;
  }

  @Override
  void healthy(TwinNode n, String before, String prefix) {} // the members are equals

  @Override
  void afterPoll(TwinNode n, boolean judgedNow, String prefix) {}

  @Override
  void promoted(TwinNode n) {
    n.req++;
    n.floor = 0;
    n.message = n.say;
    n.say = "";
    n.promoting = false;
    if (paused) {
      keepers.add(n.host);
    } else {
      keepers.clear();
    }
    become(n, "ACTIVE");
  }

  @Override
  void promotionFailed(TwinNode n) {
    if (n.req >= limit) {
      n.floor = 4;
      become(n, "FAILED_ONLINE");
    }
  }

  @Override
  void stoodDown(TwinNode n, String say) {
    n.message = say;
    n.lastPoll = "never";
    become(n, "STANDBY");
  }

  @Override
  void afterFence(String say) {}

  @Override
  void permitted() {}

  @Override
  void resumed() {}

  @Override
  String activatePrimary() {
    return "ERROR";
  }

  @Override
  int mostPinned() {
    return max;
  }

  @Override
  void settle(PoolEvent event) {
    List<TwinNode> order = inOrder();
    for (TwinNode n : order) {
      if (n.pinned() && !n.mayWrite() && n.answers()) {
        standBy(n);
        if (allowed && writers() < max) {
          promote(n, PINNED);
        } else if (allowed) {
          makeRoom(order);
        }
      }
    }
    for (TwinNode n : order) {
      boolean stoodBy = true;
      for (String move : journal) {
        stoodBy &= !move.startsWith(n.host + " ");
      }
      boolean turn = paused ? keeps(n) : true;
      if (allowed && writers() < max && n.eligible() && stoodBy && turn) {
        promote(n, JOINING);
      }
    }
  }

  private void makeRoom(List<TwinNode> order) {
    TwinNode last = null;
    for (TwinNode n : order) {
      if (n.fencing) {
        return;
      }
      if (n.mayWrite() && !n.pinned()) {
        last = n;
      }
    }
    if (last != null) {
      fence(last, YIELDED);
    }
  }
}
