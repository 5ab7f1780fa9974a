package dev.mpp.cli;

import dev.mpp.proto.v1.OrderReply;
import dev.mpp.proto.v1.Override;
import dev.mpp.proto.v1.SetNodeRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "set",
    mixinStandardHelpOptions = true,
    description = {
      "Overrides what MPP thinks of one MySQL server: its state, status, type or weight.",
      "Polling goes on beneath it, and the override is shown wherever the server is. It survives a"
          + " restart of MPP and ends with --for or mpp node unset. Parts that are set already stay;"
          + " the new --for, --reason and --user then hold for all of them.",
    },
    footer = {
      "",
      "An override never makes two servers writable: a server that is to become ACTIVE waits until"
          + " the other is fenced and this site holds the lease; one that is held away from ACTIVE is"
          + " fenced first.",
      "Ask a node of the server's site; of several --node the one that has it is found.",
      "",
      "Examples:",
      "  mpp node set 10.1.0.2:3306 --weight 0 --reason \"slow disk\"",
      "  mpp node set 10.1.0.2:3306 --state STANDBY --for 2h --reason \"schema change\"",
      "  mpp node set 10.1.0.2:3306 --state ACTIVE --for 30m --reason \"PRIMARY is drained\"",
      "  mpp node set 10.1.0.1:3306 --status FAIL --reason \"out of the load balancer\"",
      "",
      "Exit status: 0 in force, 1 refused, 2 wrong usage, 3 no node can be reached.",
    })
final class NodeSetCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "HOST:PORT", description = "The MySQL server, as mpp list prints it.")
  private String node = "";

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description =
          "ACTIVE pins the role to it: made ACTIVE as soon as that is safe, and no failure moves the"
              + " role away. STANDBY, FAILED_ONLINE (FAIL_ONLINE) and FAILED_OFFLINE (FAIL_OFFLINE)"
              + " hold it there, fenced.")
  private @Nullable String state;

  @Option(
      names = "--status",
      paramLabel = "STATUS",
      description =
          "OK, OK_INFO, OK_WARN, OK_CRITICAL or FAIL: shown, and given to load balancers, in place of"
              + " the measured one. FAIL also keeps it from being promoted; no value makes a failed"
              + " server eligible.")
  private @Nullable String status;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description = "PRIMARY or SECONDARY: who counts as the PRIMARY of the pool.")
  private @Nullable String type;

  @Option(
      names = "--weight",
      paramLabel = "N",
      description =
          "0 to 1000, 100 without an override: among SECONDARYs the higher is promoted first; 0 is"
              + " never promoted by itself.")
  private @Nullable String weight;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "How long: 90s, 30m, 2h, 3d; 1s to 30d (default: until mpp node unset).")
  private @Nullable String lasts;

  @Option(
      names = "--pool",
      paramLabel = "NAME",
      description = "Needed when the server is in several pools.")
  private String pool = "";

  @Mixin private Who who = new Who();

  NodeSetCommand(Cli cli) {
    this.cli = cli;
  }

  @java.lang.Override
  public void run() {
    Override.Builder what = Override.newBuilder();
    if (state != null) {
      what.setState(Words.state(state));
    }
    if (status != null) {
      what.setStatus(Words.status(status));
    }
    if (type != null) {
      what.setType(Words.type(type));
    }
    if (weight != null) {
      what.setWeight(Words.weight(weight));
    }
    if (what.build().equals(Override.getDefaultInstance())) {
      throw CliFailure.usage("nothing to set: give --state, --status, --type or --weight");
    }
    SetNodeRequest request =
        SetNodeRequest.newBuilder()
            .setNode(node)
            .setPool(pool)
            .setWhat(what)
            .setForSeconds(lasts == null ? 0 : Words.seconds("--for", lasts))
            .setReason(who.needReason("mpp node set"))
            .setUser(who.user())
            .build();
    OrderReply reply = cli.nodes().ask(stub -> stub.setNode(request));
    Answers.print(cli.terminal(), reply);
  }
}
