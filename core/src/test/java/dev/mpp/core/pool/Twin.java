package dev.mpp.core.pool;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.NodeAddress;
import java.util.Map;
import java.util.TreeSet;

/**
 * BEHAVIOUR sections 3, 4 and 8 once more, slow and obvious, sharing nothing with the code it
 * judges but the events. What both kinds of pool have in common.
 */
abstract class Twin extends TwinNodes {
  static final String M8 = "Manual Recovery Initiated.";
  static final String PINNED = "Made ACTIVE by an operator's override.";
  static final String YIELDED = "Standing down for a node that an override makes ACTIVE.";
  static final String HELD = "Held by an operator's override.";
  static final String LIFTED = "The operator's override is lifted.";

  final int limit;
  final boolean proven;
  boolean allowed;
  boolean paused;

  /** Hosts that keep the role while the pool is paused. */
  final TreeSet<String> keepers = new TreeSet<>();

  /** "OK", "ERROR" or nothing. */
  String answer = "";

  Twin(PoolConfig config) {
    Ladder l = config.ladder();
    int[] ladder = {l.info(), l.warn(), l.critical(), l.fail()};
    limit = ladder[config.failAt().ordinal() - 1];
    proven = config.provenRecovery();
    for (PoolConfig.Member member : config.nodes()) {
      nodes.add(new TwinNode(member.address().toString(), nodes.size(), ladder));
    }
    settleTypes();
  }

  static Twin of(PoolConfig config) {
    return config.roles() instanceof RoleRule.Failover
        ? new FailoverTwin(config)
        : new ClusterTwin(config);
  }

  // ---- what each kind says for itself -------------------------------------------------------

  abstract void failing(TwinNode n, boolean connect, String error);

  /** A healthy poll, after the counter, the message and the floor are what they are for all. */
  abstract void healthy(TwinNode n, String before, String prefix);

  abstract void afterPoll(TwinNode n, boolean judgedNow, String prefix);

  abstract void promoted(TwinNode n);

  abstract void promotionFailed(TwinNode n);

  /** A fenced node that nobody wants to be anything else. */
  abstract void stoodDown(TwinNode n, String say);

  abstract void afterFence(String say);

  abstract void permitted();

  abstract void resumed();

  abstract String activatePrimary();

  abstract int mostPinned();

  /** At the end of every event that was not refused. */
  abstract void settle(PoolEvent event);

  // ---- events -------------------------------------------------------------------------------

  void play(PoolEvent event) {
    commands.clear();
    journal.clear();
    answer = "";
    switch (event) {
      case PoolEvent.Polled e -> polled(e.results());
      case PoolEvent.Permission e -> permission(e.allowed(), e.reason());
      case PoolEvent.Promoted e -> {
        TwinNode n = find(e.node());
        if (n.promoting) {
          promoted(n);
        }
      }
      case PoolEvent.PromotionFailed e -> {
        TwinNode n = find(e.node());
        if (n.promoting) {
          n.promoting = false;
          n.say = "";
          count(n, "never", "Promotion failed: " + e.error());
          promotionFailed(n);
        }
      }
      case PoolEvent.Fenced e -> fenced(find(e.node()));
      case PoolEvent.ProvenClean e -> {
        TwinNode n = find(e.node());
        if (proven && n.failed() && n.healthy() && !n.held() && !n.busy()) {
          judgeAnew(n, "Automatic recovery: " + e.proof() + ".");
        }
      }
      case PoolEvent.Returned e -> {
        for (TwinNode n : inOrder()) {
          if (n.is("STANDBY") && !n.busy() && !n.held()) {
            judgeAnew(n, "Automatic recovery: " + e.proof() + ".");
          }
        }
      }
      case PoolEvent.Paused e -> paused(e.paused());
      case PoolEvent.Recover e -> answer = recover(find(e.node()));
      case PoolEvent.RecoverPool _ -> {
        for (TwinNode n : inOrder()) {
          if (n.failed()) {
            String said = recover(n);
            answer = answer.isEmpty() ? said : answer;
          }
        }
        answer = answer.isEmpty() ? "OK" : answer;
      }
      case PoolEvent.ActivatePrimary _ -> answer = activatePrimary();
      case PoolEvent.SetOverride e -> answer = override(find(e.node()), e);
    }
    if (!answer.equals("ERROR")) {
      settle(event);
    }
  }

  /** Only failures are remembered; and who was ACTIVE, for a pool that is paused. */
  void restart() {
    commands.clear();
    journal.clear();
    answer = "";
    keepers.clear();
    for (TwinNode n : nodes) {
      if (n.is("ACTIVE")) {
        keepers.add(n.host);
      }
      n.promoting = false;
      n.fencing = false;
      n.say = "";
      n.setState = "";
      n.setStatus = -1;
      n.setType = "";
      n.setWeight = -1;
      n.lastPoll = "never";
      if (!n.failed()) {
        n.state = "UNKNOWN";
        n.message = "";
        n.floor = 0;
        n.req = n.req < 0 ? -1 : 0;
      }
    }
    settleTypes();
  }

  private void polled(Map<NodeAddress, PollResult> results) {
    for (TwinNode n : inOrder()) {
      PollResult result = results.get(NodeAddress.parse(n.host));
      boolean judgedNow = n.is("UNKNOWN") && result != null;
      String prefix = "";
      if (result instanceof PollResult.ConnectFailure f) {
        String error = "Could not connect to mysql host " + n.host + ": " + f.error();
        count(n, "connect", error);
        n.vouched = !f.vouched().isEmpty() && n.is("ACTIVE") && !n.busy();
        failing(n, true, error);
        if (n.vouched && n.req >= limit && keepsVouched()) {
          n.message = error + "; kept ACTIVE: " + f.vouched();
        }
        n.vouched = false;
      } else if (result instanceof PollResult.ReplicationFailure f) {
        count(n, "replication", f.error());
        failing(n, false, f.error());
      } else if (result != null) {
        prefix = n.req >= 1 ? TwinNode.PREFIX : "";
        well(n, prefix);
        String warning = ((PollResult.Healthy) result).warning();
        if (!warning.isEmpty() && !n.held() && (n.is("ACTIVE") || n.is("STANDBY"))) {
          n.floor = Math.max(n.floor, 2);
          n.message = n.message.isEmpty() ? warning : n.message;
        }
      }
      afterPoll(n, judgedNow, prefix);
    }
  }

  static void count(TwinNode n, String poll, String error) {
    n.req = n.req < 0 ? 1 : n.req + 1;
    n.lastPoll = poll;
    n.message = error;
  }

  /** Whether a replica's word counts for the role. */
  abstract boolean keepsVouched();

  private void well(TwinNode n, String prefix) {
    String before = n.message;
    boolean bareBefore = !before.isEmpty() && !before.startsWith(TwinNode.PREFIX);
    n.req = 0;
    n.lastPoll = "healthy";
    n.message = !prefix.isEmpty() && bareBefore ? prefix + before : "";
    if (!(n.is("UNKNOWN") && n.busy())) {
      n.floor = 0;
    }
    if (n.held()) {
      return;
    }
    if (n.is("UNKNOWN")) {
      String bare = TwinNode.bare(before);
      n.message = bare.isEmpty() ? "" : prefix + bare;
      if (!n.busy()) {
        become(n, "STANDBY");
      }
    } else if (n.failed()) {
      n.message =
          prefix
              + (n.primary ? "FAILED PRIMARY" : "FAILED")
              + " server is reporting recovery. "
              + (proven
                  ? "Waiting for hold-down and proof of clean data."
                  : "Manual intervention required.");
    }
    healthy(n, before, prefix);
  }

  private void permission(boolean now, String reason) {
    allowed = now;
    if (now) {
      permitted();
      return;
    }
    for (TwinNode n : inOrder()) {
      if (!n.busy()) {
        n.say = "";
      }
      if (n.promoting || (n.is("ACTIVE") && !n.fencing)) {
        fence(n, reason);
      }
    }
  }

  private void fenced(TwinNode n) {
    if (!n.fencing) {
      return;
    }
    n.fencing = false;
    String say = n.say;
    n.say = "";
    if (n.held()) {
      hold(n);
    } else if (say.equals(M8) || say.equals(LIFTED)) {
      judgeAnew(n, say);
    } else if (n.is("ACTIVE") || n.is("STANDBY")) {
      stoodDown(n, say);
    }
    afterFence(say);
  }

  private void paused(boolean now) {
    if (now == paused) {
      return;
    }
    paused = now;
    if (!paused) {
      keepers.clear();
      resumed();
      return;
    }
    TreeSet<String> holders = new TreeSet<>();
    for (TwinNode n : nodes) {
      if (n.is("ACTIVE") || n.promoting) {
        holders.add(n.host);
      }
    }
    if (!holders.isEmpty()) {
      keepers.clear();
      keepers.addAll(holders);
    }
  }

  boolean keeps(TwinNode n) {
    return keepers.isEmpty() ? n.primary : keepers.contains(n.host);
  }

  // ---- operators ----------------------------------------------------------------------------

  private String recover(TwinNode n) {
    if (!n.setState.isEmpty()) {
      return "ERROR";
    }
    if (n.is("ACTIVE") || (n.is("STANDBY") && n.busy())) {
      fence(n, M8);
    } else {
      judgeAnew(n, M8);
    }
    return "OK";
  }

  private String override(TwinNode n, PoolEvent.SetOverride e) {
    String state = e.override().state().map(Enum::name).orElse("");
    String type = e.override().type().map(Enum::name).orElse("");
    boolean pin = state.equals("ACTIVE");
    int pins = 0;
    int otherPrimaries = 0;
    int otherSecondaries = 0;
    for (TwinNode o : nodes) {
      pins += o != n && o.pinned() ? 1 : 0;
      otherPrimaries += o != n && o.setType.equals("PRIMARY") ? 1 : 0;
      otherSecondaries += o != n && o.setType.equals("SECONDARY") ? 1 : 0;
    }
    if ((type.equals("PRIMARY") && otherPrimaries > 0)
        || (type.equals("SECONDARY") && otherSecondaries == nodes.size() - 1)
        || (pin && pins >= mostPinned())
        || (pin && !n.pinned() && !n.answers() && !n.is("ACTIVE"))) {
      return "ERROR";
    }
    String stateBefore = n.setState;
    n.setState = state;
    n.setStatus = e.override().status().map(Enum::ordinal).orElse(-1);
    n.setType = type;
    n.setWeight = e.override().weight().orElse(-1);
    settleTypes();
    if (!stateBefore.equals(state)) {
      stateSet(n, stateBefore);
    }
    return "OK";
  }

  private void stateSet(TwinNode n, String before) {
    if (before.equals("ACTIVE") && !n.busy()) {
      n.say = "";
    }
    boolean wasHeld = !before.isEmpty() && !before.equals("ACTIVE");
    if (n.held() && n.mayWrite()) {
      fence(n, HELD);
    } else if (n.held()) {
      hold(n);
    } else if (wasHeld && n.busy() && !n.failed()) {
      n.say = LIFTED;
    } else if (wasHeld) {
      judgeAnew(n, LIFTED);
    }
  }

  private void hold(TwinNode n) {
    n.floor = 0;
    n.message = HELD;
    n.say = "";
    if (n.failed() && n.setState.equals("STANDBY")) {
      become(n, "UNKNOWN");
    }
    become(n, n.setState);
  }
}
