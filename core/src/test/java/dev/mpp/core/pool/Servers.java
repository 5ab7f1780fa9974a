package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The servers as they really are, whatever the pool believes: writable from the command to promote
 * until the answer to a fence. An answer nobody waits for changes nothing here.
 */
final class Servers {
  enum Command {
    NONE,
    PROMOTE,
    FENCE
  }

  private final List<PoolConfig.Member> members;
  private final Command[] outstanding;
  private final boolean[] writable;

  Servers(PoolConfig config) {
    members = config.nodes();
    outstanding = new Command[members.size()];
    writable = new boolean[members.size()];
    restart();
  }

  /** What was commanded is lost, and the dead-man fences what MPP does not hold any more. */
  void restart() {
    Arrays.fill(outstanding, Command.NONE);
    Arrays.fill(writable, false);
  }

  int index(NodeAddress node) {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).address().equals(node)) {
        return i;
      }
    }
    throw new AssertionError(node);
  }

  Command outstanding(int node) {
    return outstanding[node];
  }

  boolean writable(int node) {
    return writable[node];
  }

  boolean idle() {
    for (Command c : outstanding) {
      if (c != Command.NONE) {
        return false;
      }
    }
    return true;
  }

  int writable() {
    int count = 0;
    for (boolean w : writable) {
      count += w ? 1 : 0;
    }
    return count;
  }

  /** First what the event tells of the servers, then what the step commands. */
  @Nullable String play(PoolEvent event, List<PoolCommand> commands) {
    switch (event) {
      case PoolEvent.Promoted e -> answered(e.node(), Command.PROMOTE, true);
      case PoolEvent.PromotionFailed e -> answered(e.node(), Command.PROMOTE, false);
      case PoolEvent.Fenced e -> answered(e.node(), Command.FENCE, false);
      default -> {}
    }
    for (PoolCommand command : commands) {
      int node = index(command.node());
      boolean promote = command instanceof PoolCommand.Promote;
      if (outstanding[node] == Command.FENCE || (promote && writable[node])) {
        return "commanded again: " + command;
      }
      outstanding[node] = promote ? Command.PROMOTE : Command.FENCE;
      writable[node] |= promote;
    }
    return null;
  }

  private void answered(NodeAddress address, Command command, boolean writes) {
    int node = index(address);
    if (outstanding[node] == command) {
      outstanding[node] = Command.NONE;
      writable[node] = writes;
    }
  }
}
