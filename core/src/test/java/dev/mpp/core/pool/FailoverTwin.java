package dev.mpp.core.pool;

import static dev.mpp.core.model.State.ACTIVE;
import static dev.mpp.core.model.State.FAILED_OFFLINE;
import static dev.mpp.core.model.State.FAILED_ONLINE;
import static dev.mpp.core.model.State.STANDBY;
import static dev.mpp.core.model.State.UNKNOWN;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.State;
import java.util.ArrayList;
import java.util.List;

/**
 * The transition table once more, slow and obvious, sharing nothing with the code it judges: nodes
 * are maps of plain words, statuses are numbers, every rule is spelled out where it applies.
 */
final class FailoverTwin {
  static final class N {
    String host = "";
    boolean primary;
    int req = -1;
    int floor;
    State state = UNKNOWN;
    String message = "";
    boolean healthy;
    boolean promoting;
    boolean fencing;
    String say = "";

    int status() {
      int ladder = req <= 0 ? 0 : req >= 4 ? 4 : req;
      int worst = ladder > floor ? ladder : floor;
      boolean failed = state == FAILED_ONLINE || state == FAILED_OFFLINE;
      return !failed && worst == 4 ? 3 : worst;
    }

    boolean busy() {
      return promoting || fencing;
    }

    boolean failed() {
      return state == FAILED_ONLINE || state == FAILED_OFFLINE;
    }
  }

  private static final String M1 = "PRIMARY instatement to ACTIVE complete.";
  private static final String M2 = "FAILOVER: Taking over ACTIVE state.";
  private static final String M3 = "Ready to relinquish ACTIVE state to PRIMARY.";
  private static final String M4 = "Relinquishing ACTIVE state to PRIMARY.";
  private static final String M5 =
      "Waiting for SECONDARY to stand down before instatement to ACTIVE.";
  private static final String M8 = "Manual Recovery Initiated.";
  private static final String M9 = "PRIMARY Manually reinstated as ACTIVE.";
  private static final String M11 = "Hostile takeover for ACTIVE reinstatement initiated.";
  private static final String PREFIX = "(recovering) ";

  final List<N> nodes = new ArrayList<>();
  final List<String> commands = new ArrayList<>();
  final int limit;
  final boolean hostile;
  final boolean proven;
  boolean allowed;

  FailoverTwin(PoolConfig config) {
    limit = config.failAt().ordinal();
    hostile = config.roles().equals(new RoleRule.Failover(Failback.HOSTILE));
    proven = config.provenRecovery();
    for (PoolConfig.Member member : config.nodes()) {
      N n = new N();
      n.host = member.address().toString();
      n.primary = nodes.isEmpty();
      nodes.add(n);
    }
  }

  void play(PoolEvent event) {
    commands.clear();
    if (event instanceof PoolEvent.Polled e) {
      for (N n : nodes) {
        poll(n, e.results().get(NodeAddress.parse(n.host)));
      }
    } else if (event instanceof PoolEvent.Permission e) {
      permission(e.allowed(), e.reason());
    } else if (event instanceof PoolEvent.Promoted e) {
      N n = find(e.node());
      if (n.promoting) {
        n.promoting = false;
        n.state = ACTIVE;
        n.req += n.say.equals(M9) ? 0 : 1;
        n.floor = 0;
        n.message = n.say;
        n.say = "";
      }
    } else if (event instanceof PoolEvent.PromotionFailed e) {
      promotionFailed(find(e.node()), e.error());
    } else if (event instanceof PoolEvent.Fenced e) {
      fenced(find(e.node()));
    } else if (event instanceof PoolEvent.ProvenClean e) {
      N n = find(e.node());
      if (proven && n.failed() && n.healthy && !n.busy()) {
        unknown(n, "Automatic recovery: " + e.proof() + ".");
      }
    } else if (event instanceof PoolEvent.Recover e) {
      recover(find(e.node()));
    } else if (event instanceof PoolEvent.RecoverPool) {
      for (N n : nodes) {
        if (n.failed()) {
          recover(n);
        }
      }
    } else if (event instanceof PoolEvent.ActivatePrimary) {
      activatePrimary();
    }
  }

  private void poll(N n, PollResult result) {
    State was = n.state;
    int reqBefore = n.req;
    String before = n.message;
    String prefix = "";
    if (result instanceof PollResult.ConnectFailure f) {
      failure(n, "Could not connect to mysql host " + n.host + ": " + f.error(), true);
    } else if (result instanceof PollResult.ReplicationFailure f) {
      failure(n, f.error(), false);
    } else if (result instanceof PollResult.Healthy) {
      prefix = reqBefore >= 1 ? PREFIX : "";
      n.req = 0;
      n.healthy = true;
      if (!(was == UNKNOWN && n.fencing)) {
        n.floor = 0;
      }
      if (was == UNKNOWN) {
        if (reqBefore >= 1 && !before.isEmpty()) {
          n.message = PREFIX + bare(before);
        } else {
          n.message = bare(before);
        }
        if (!n.busy()) {
          n.state = STANDBY;
        }
      } else if (n.failed()) {
        n.floor = n.primary ? 2 : 0;
        n.message =
            prefix
                + (n.primary ? "FAILED PRIMARY" : "FAILED")
                + " server is reporting recovery. "
                + (proven
                    ? "Waiting for hold-down and proof of clean data."
                    : "Manual intervention required.");
      } else {
        boolean bareBefore = !before.startsWith(PREFIX) && !before.isEmpty();
        n.message = reqBefore >= 1 && bareBefore ? PREFIX + before : "";
        if (!n.busy() && was == STANDBY && n.primary) {
          standbyPrimary(n, prefix);
        } else if (!n.busy() && was == ACTIVE && !n.primary) {
          activeSecondary(n, prefix, bare(before).equals(M3));
        }
      }
    }
    boolean justArrived = was == UNKNOWN && result != null;
    if (!n.primary && !justArrived && mayTakeOver(n)) {
      promote(n, prefix + M2);
    }
  }

  private void failure(N n, String error, boolean connect) {
    n.req = n.req < 0 ? 1 : n.req + 1;
    n.healthy = false;
    n.message = error;
    if (!n.busy()) {
      n.say = "";
    }
    boolean holder = n.state == ACTIVE || n.promoting;
    if (holder && !connect) {
      n.floor = Math.max(n.floor, 2);
    } else if (n.req >= limit) {
      n.floor = 4;
      n.state = connect ? FAILED_OFFLINE : FAILED_ONLINE;
      if (holder || n.fencing) {
        fence(n, error);
      }
    }
  }

  private void standbyPrimary(N n, String prefix) {
    N other = null;
    for (N o : nodes) {
      if (o != n && (o.state == ACTIVE || o.busy())) {
        other = o;
      }
    }
    if (other == null) {
      if (mayTakeOver(n)) {
        promote(n, prefix + M1);
      }
    } else if (other.state == ACTIVE && !hostile) {
      n.floor = 2;
      n.message = prefix + M5;
    } else if (other.state == ACTIVE && allowed) {
      if (!other.fencing) {
        fence(other, M4);
      }
      n.say = prefix + M11;
    }
  }

  private void activeSecondary(N n, String prefix, boolean saidReady) {
    N p = nodes.get(0);
    boolean primaryReady = p.state == STANDBY && p.healthy && !p.busy();
    if (p.state == ACTIVE || (primaryReady && hostile)) {
      fence(n, prefix + M4);
    } else if (primaryReady && saidReady) {
      n.floor = 2;
      fence(n, prefix + M4);
    } else if (primaryReady) {
      n.req = n.req + 1;
      n.message = prefix + M3;
    }
  }

  private void permission(boolean now, String reason) {
    allowed = now;
    if (now) {
      boolean nobody = true;
      for (N n : nodes) {
        nobody &= n.state != ACTIVE && !n.busy();
      }
      if (nobody) {
        everyTakeOver(true);
      }
    } else {
      for (N n : nodes) {
        if (!n.busy()) {
          n.say = "";
        }
        if (n.promoting || (n.state == ACTIVE && !n.fencing)) {
          fence(n, reason);
        }
      }
    }
  }

  private void promotionFailed(N n, String error) {
    if (n.promoting) {
      n.promoting = false;
      n.say = "";
      n.req = n.req < 0 ? 1 : n.req + 1;
      n.healthy = false;
      n.message = "Promotion failed: " + error;
      int before = commands.size();
      everyTakeOver(true);
      if (commands.size() > before) {
        n.floor = 4;
        n.state = FAILED_ONLINE;
      }
    }
  }

  private void fenced(N n) {
    if (!n.fencing) {
      return;
    }
    n.fencing = false;
    String say = n.say;
    n.say = "";
    if (say.equals(M8)) {
      unknown(n, M8);
    } else if (n.state == ACTIVE) {
      n.req += bare(say).equals(M4) ? 1 : 0;
      n.state = STANDBY;
      n.message = say;
    } else if (n.state == STANDBY) {
      n.message = say;
    }
    everyTakeOver(!bare(say).equals(M4));
  }

  private void recover(N n) {
    boolean mayBeWritable = n.state == ACTIVE || (n.state == STANDBY && n.busy());
    if (mayBeWritable) {
      fence(n, M8);
    } else {
      unknown(n, M8);
    }
  }

  private void unknown(N n, String message) {
    n.state = UNKNOWN;
    n.req = 0;
    n.floor = 2;
    n.message = message;
    n.healthy = false;
    if (!n.busy()) {
      n.say = "";
    }
  }

  private void activatePrimary() {
    N p = nodes.get(0);
    if (!allowed || p.state != STANDBY || !p.healthy || p.busy()) {
      return;
    }
    N other = null;
    for (N o : nodes) {
      if (o != p && (o.state == ACTIVE || o.busy())) {
        other = o;
      }
    }
    if (other == null) {
      promote(p, M9);
      return;
    }
    if (!other.fencing) {
      fence(other, M4);
    }
    p.say = M9;
  }

  private void everyTakeOver(boolean primaryToo) {
    for (N n : nodes) {
      if (!n.busy()) {
        String say = n.say;
        n.say = "";
        if (mayTakeOver(n) && (!n.primary || primaryToo || !say.isEmpty())) {
          promote(n, !say.isEmpty() ? say : n.primary ? M1 : M2);
        }
      }
    }
  }

  private boolean mayTakeOver(N n) {
    if (!allowed || n.state != STANDBY || !n.healthy || n.busy()) {
      return false;
    }
    boolean above = true;
    for (N o : nodes) {
      if (o == n) {
        above = false;
      } else if (o.state == ACTIVE || o.busy()) {
        return false;
      } else if (above && !o.failed() && !(o.state == STANDBY && !o.healthy)) {
        return false;
      }
    }
    return true;
  }

  private void promote(N n, String say) {
    n.promoting = true;
    n.say = say;
    commands.add("promote " + n.host);
  }

  private void fence(N n, String say) {
    if (!n.fencing) {
      commands.add("fence " + n.host);
    }
    n.promoting = false;
    n.fencing = true;
    n.say = say;
  }

  private N find(NodeAddress address) {
    for (N n : nodes) {
      if (n.host.equals(address.toString())) {
        return n;
      }
    }
    throw new AssertionError(address);
  }

  private static String bare(String text) {
    return text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
  }

  /** Everything that counts, as text. */
  String picture() {
    StringBuilder out = new StringBuilder().append(allowed).append(' ').append(commands);
    for (N n : nodes) {
      out.append('\n')
          .append(
              String.join(
                  "|",
                  n.host,
                  "" + n.req,
                  "" + n.status(),
                  "" + n.floor,
                  "" + n.state,
                  n.message,
                  "" + n.healthy,
                  n.promoting ? "PROMOTING" : n.fencing ? "FENCING" : "NONE",
                  n.say));
    }
    return out.toString();
  }
}
