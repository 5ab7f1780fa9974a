package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import java.util.ArrayList;
import java.util.List;

/** The nodes of a twin: who is PRIMARY, in which order they count, and what is done to them. */
abstract class TwinNodes {
  /** As configured. */
  final List<TwinNode> nodes = new ArrayList<>();

  final List<String> commands = new ArrayList<>();
  final List<String> journal = new ArrayList<>();

  /** Somebody is PRIMARY: who was asked to be, else the first that was not asked not to be. */
  void settleTypes() {
    TwinNode chosen = null;
    for (TwinNode n : nodes) {
      n.primary = false;
      if (n.setType.equals("PRIMARY")) {
        chosen = n;
      }
    }
    if (chosen == null && !nodes.getFirst().setType.equals("SECONDARY")) {
      chosen = nodes.getFirst();
    }
    if (chosen == null) {
      for (TwinNode n : inOrder()) {
        if (chosen == null && !n.setType.equals("SECONDARY")) {
          chosen = n;
        }
      }
    }
    if (chosen == null) {
      throw new AssertionError("nobody is PRIMARY");
    }
    chosen.primary = true;
  }

  /** The PRIMARY, then heavier before lighter, then as configured. */
  List<TwinNode> inOrder() {
    List<TwinNode> order = new ArrayList<>(nodes);
    order.sort(
        (a, b) -> {
          if (a.primary != b.primary) {
            return a.primary ? -1 : 1;
          }
          return a.weight() != b.weight() ? b.weight() - a.weight() : a.place - b.place;
        });
    return order;
  }

  TwinNode primary() {
    return inOrder().getFirst();
  }

  int writers() {
    int count = 0;
    for (TwinNode n : nodes) {
      count += n.mayWrite() ? 1 : 0;
    }
    return count;
  }

  void judgeAnew(TwinNode n, String message) {
    n.req = 0;
    n.floor = 2;
    n.message = message;
    n.lastPoll = "never";
    n.say = n.busy() ? n.say : "";
    become(n, "UNKNOWN");
  }

  /** Who is to be ACTIVE because an operator says so stands by, whatever it was. */
  void standBy(TwinNode n) {
    if (!n.is("STANDBY")) {
      become(n, "UNKNOWN");
      n.floor = 0;
      become(n, "STANDBY");
    }
  }

  void become(TwinNode n, String state) {
    if (!n.is(state)) {
      journal.add(n.host + " " + n.state + ">" + state);
      n.state = state;
    }
  }

  void promote(TwinNode n, String say) {
    n.promoting = true;
    n.say = say;
    commands.add("promote " + n.host + " " + TwinNode.bare(say));
  }

  void fence(TwinNode n, String say) {
    if (!n.fencing) {
      commands.add("fence " + n.host + " " + TwinNode.bare(say));
    }
    n.promoting = false;
    n.fencing = true;
    n.say = say;
  }

  TwinNode find(NodeAddress address) {
    for (TwinNode n : nodes) {
      if (n.host.equals(address.toString())) {
        return n;
      }
    }
    throw new AssertionError(address);
  }
}
