package dev.mpp.cli;

import dev.mpp.proto.v1.Health;
import dev.mpp.proto.v1.NodeView;
import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.State;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = {
      "Prints one line about one MySQL server, for scripts.",
      "STATUS/STATE (TYPE) req=N HOST:PORT [override …] message",
    },
    footer = {
      "",
      "The words before the message never contain a space but where shown. What is old is marked:"
          + " 'stale' and its age stand before the message.",
      "",
      "Example:",
      "  $ mpp report eraser_site1 10.0.0.1:3306",
      "  OK/ACTIVE (PRIMARY) req=0 10.0.0.1:3306 PRIMARY instatement to ACTIVE complete.",
      "",
      "Exit status: 0 the state is not FAILED_* and the status not FAIL; 1 otherwise, and also when it"
          + " was never polled or the picture is old; 2 wrong usage; 3 no node can be reached.",
    })
final class ReportCommand implements Callable<Integer> {
  private final Cli cli;

  @Parameters(index = "0", paramLabel = "POOL", description = "Name of the pool or the service.")
  private String pool = "";

  @Parameters(
      index = "1",
      paramLabel = "HOST:PORT",
      description = "The server; the port 3306 may be left out.")
  private String node = "";

  ReportCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    StatusReply reply = cli.nodes().ask(stub -> stub.status(StatusRequest.getDefaultInstance()));
    Found found = Found.in(reply, pool, node);
    NodeView n = found.node();
    boolean stale = found.site().stale();
    cli.terminal().out().println(line(found));
    return good(n) && !stale ? 0 : Cli.REFUSED;
  }

  private static boolean good(NodeView n) {
    boolean known = n.getReq() >= 0;
    boolean failed =
        n.getState() == State.STATE_FAILED_ONLINE
            || n.getState() == State.STATE_FAILED_OFFLINE
            || n.getState() == State.STATE_UNSPECIFIED
            || n.getState() == State.UNRECOGNIZED;
    return known
        && !failed
        && !Names.classic(n.getStatus()).equals(Names.classic(Health.HEALTH_FAIL));
  }

  private static String line(Found found) {
    NodeView n = found.node();
    Shown site = found.site();
    String override = OverrideText.of(n);
    String text =
        "%s/%s (%s) req=%d %s%s%s %s"
            .formatted(
                Names.of(n.getStatus()),
                Names.of(n.getState()),
                Names.of(n.getType()),
                n.getReq(),
                Pools.address(n),
                override.isEmpty() ? "" : " [override " + override + "]",
                site.stale() ? " stale" : "",
                site.message(n.getMessage()));
    return Text.clean(text).stripTrailing();
  }

  /** A node, its pool and the site that said so. */
  record Found(Shown site, PoolView pool, NodeView node) {

    /**
     * @param pool empty: any
     * @throws CliFailure when there is none
     */
    static Found in(StatusReply reply, String pool, String node) {
      String wanted = Nodes.Address.parse(node, 3306).toString();
      for (Shown site : Shown.of(reply)) {
        for (PoolView p : site.view().getPoolsList()) {
          if (pool.isEmpty() || p.getName().equals(pool) || p.getService().equalsIgnoreCase(pool)) {
            for (NodeView n : p.getNodesList()) {
              if (Pools.address(n).equals(wanted)) {
                return new Found(site, p, n);
              }
            }
          }
        }
      }
      throw CliFailure.refused(
          wanted
              + " is not a node"
              + (pool.isEmpty() ? "" : " of a pool or service " + Text.clean(pool))
              + "; mpp pool list shows what there is");
    }
  }
}
