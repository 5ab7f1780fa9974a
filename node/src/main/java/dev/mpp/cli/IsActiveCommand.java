package dev.mpp.cli;

import dev.mpp.proto.v1.NodeView;
import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.ServiceStatus;
import dev.mpp.proto.v1.State;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import io.grpc.Status;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "is-active",
    mixinStandardHelpOptions = true,
    description = {
      "Says whether a MySQL server is ACTIVE now: yes only from its own site's MPP, while that holds"
          + " the lease.",
      "What is old is never a yes: a stuck loop, a lapsed lease and another site's hearsay are a no.",
    },
    footer = {
      "",
      "Ask a node of the server's site; of several --node the one that has it is found.",
      "",
      "Example, in a cron job on the database's host:",
      "  mpp is-active 10.1.0.1:3306 --quiet && run-the-backup",
      "",
      "Exit status: 0 yes, 1 no, 2 wrong usage, 3 no node can be reached.",
    })
final class IsActiveCommand implements Callable<Integer> {
  private final Cli cli;

  @Parameters(paramLabel = "HOST:PORT", description = "The server; the port 3306 may be left out.")
  private String node = "";

  @Option(
      names = {"-q", "--quiet"},
      description = "Print nothing; only the exit status.")
  private boolean quiet;

  IsActiveCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    String wanted = Nodes.Address.parse(node, 3306).toString();
    String no =
        cli.nodes().ask(stub -> why(stub.status(StatusRequest.getDefaultInstance()), wanted));
    if (!quiet) {
      cli.terminal()
          .out()
          .println(
              Text.clean(no.isEmpty() ? wanted + " is ACTIVE" : wanted + " is not ACTIVE: " + no));
    }
    return no.isEmpty() ? 0 : Cli.REFUSED;
  }

  /** Why not; empty for yes. Another site's server is left to the next node that may be asked. */
  private static String why(StatusReply reply, String wanted) {
    for (PoolView pool : reply.getLocal().getPoolsList()) {
      for (NodeView n : pool.getNodesList()) {
        if (Pools.address(n).equals(wanted)) {
          return why(reply, pool, n);
        }
      }
    }
    throw Status.NOT_FOUND
        .withDescription(
            wanted
                + " is not a node of "
                + reply.getLocal().getSite()
                + ": ask a node of its own site (--node)")
        .asRuntimeException();
  }

  private static String why(StatusReply reply, PoolView pool, NodeView n) {
    if (Shown.local(reply).stale()) {
      return "the asked node decided nothing for " + Text.duration(reply.getAgeMillis());
    }
    if (n.getState() != State.STATE_ACTIVE) {
      return "it is " + Names.of(n.getState());
    }
    if (Names.classic(pool.getStatus()).equals("FAIL")) {
      return "its pool is FAIL";
    }
    boolean holds =
        reply.getServicesList().stream()
            .filter(s -> s.getService().equals(pool.getService()))
            .anyMatch(IsActiveCommand::holds);
    return holds ? "" : reply.getLocal().getSite() + " does not hold the lease";
  }

  private static boolean holds(ServiceStatus s) {
    return s.getHolding() && s.hasOwnLeftMillis() && s.getOwnLeftMillis() > 0;
  }
}
