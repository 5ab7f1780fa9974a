package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.node.ConfiguredServers.Server;
import dev.mpp.node.ConfiguredServers.Unusable;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.Preparation;
import dev.mpp.node.mysql.ServerCheck.ReplicationLogin;
import dev.mpp.node.mysql.ServerSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mpp mysql prepare}: as an administrator, over SQL. */
@Command(
    name = "prepare",
    mixinStandardHelpOptions = true,
    description = {
      "Makes on a server what MPP needs: its account with the least privileges, the dead-man event,"
          + " the procedure of every opening, the schema mpp; with replication: managed the account"
          + " with which servers follow each other; and the settings that can be set while the"
          + " server runs. What needs the configuration and a restart is printed.",
      "It writes nothing to the binary log and verifies that. It may be run again at any time, also"
          + " on a server in use: what is there already is left alone.",
    },
    footer = {
      "",
      "Run it on every server of a service, and again after an update of MPP. It needs an account"
          + " that may create accounts, for example root: --admin (default root), its password from"
          + " a file, a variable or the prompt. The accounts it makes and their passwords are"
          + " those of mpp.yml.",
      "",
      "Examples:",
      "  mpp mysql prepare 10.1.0.1:3306 --dry-run",
      "  mpp mysql prepare 10.1.0.1:3306 --admin root --admin-password-file /root/.mysql-root",
      "  mpp mysql prepare --all --config /etc/mpp/mpp.yml",
      "",
      "Exit status: 0 prepared, 1 failed, or lines for the configuration remain, 2 wrong usage, 3 a"
          + " server cannot be reached.",
    })
final class MySqlPrepareCommand implements Callable<Integer> {
  private final Cli cli;

  @Parameters(arity = "0..*", paramLabel = "NODE", description = "HOST:PORT as in mpp.yml.")
  private List<String> nodes = new ArrayList<>();

  @Option(names = "--all", description = "Every server of mpp.yml.")
  private boolean all;

  @Option(
      names = "--dry-run",
      description = "Print the SQL, with passwords left out, and change nothing.")
  private boolean dry;

  @Option(
      names = "--manager-host",
      paramLabel = "HOST",
      defaultValue = "%",
      description =
          "Where MPP connects from, as in an account name, for example 10.0.0.%% (default:"
              + " %%). It needs all sites: each fences the others' servers.")
  private String host = "%";

  @Option(
      names = "--replication-host",
      paramLabel = "HOST",
      defaultValue = "%",
      description =
          "With replication: managed: where the servers connect from to each other, as in an account"
              + " name (default: %%).")
  private String replicas = "%";

  @Mixin private ConfiguredServers servers = new ConfiguredServers();
  @Mixin private Administrator administrator = new Administrator();

  MySqlPrepareCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    PrintWriter err = cli.terminal().err();
    List<Server> chosen;
    try {
      if (all == !nodes.isEmpty()) {
        throw new Unusable("name servers, or say --all");
      }
      chosen = servers.chosen(nodes, err);
    } catch (Unusable e) {
      err.println("mpp mysql prepare: " + e.getMessage());
      return Cli.USAGE;
    }
    int status = 0;
    for (Server server : chosen) {
      status = Math.max(status, prepare(server));
    }
    return status;
  }

  private int prepare(Server server) {
    PrintWriter out = cli.terminal().out();
    try (ServerSession session =
        ServerSession.open(
            server.address(),
            administrator.credentials("root", cli.terminal()).with(server.encryption()),
            servers.timeout())) {
      Preparation plan =
          Preparation.plan(session, server.manager(), host, server.wanted(replicas), works(server));
      out.println(server.address() + " (" + session.version() + ")");
      try {
        if (dry) {
          print(plan);
        } else {
          plan.steps().forEach(s -> out.println("  " + firstLine(s.shown())));
          Preparation.Outcome outcome = plan.apply();
          out.printf(
              "  %s; %s%n",
              outcome.done() == 0 ? "nothing to do" : outcome.done() + " steps done",
              outcome.binaryLog());
        }
        lines(plan, session.section());
        return plan.lines().isEmpty() ? 0 : Cli.REFUSED;
      } catch (IOException e) {
        cli.terminal().err().println("mpp mysql prepare: " + e.getMessage());
        return Cli.REFUSED;
      } finally {
        out.flush();
      }
    } catch (IOException | UncheckedIOException e) {
      cli.terminal().err().println("mpp mysql prepare: " + e.getMessage());
      return Cli.UNREACHABLE;
    }
  }

  /** A password that works is not set again. */
  private Set<String> works(Server server) {
    return Stream.concat(
            Stream.of(server.manager()),
            server.wanted().replication().map(ReplicationLogin::account).stream())
        .filter(account -> works(server, account))
        .map(Credentials::user)
        .collect(Collectors.toSet());
  }

  private boolean works(Server server, Credentials account) {
    try (ServerSession unused = ServerSession.open(server.address(), account, servers.timeout())) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void print(Preparation plan) {
    PrintWriter out = cli.terminal().out();
    if (plan.steps().isEmpty()) {
      out.println("  nothing to do");
      return;
    }
    out.println("DELIMITER //");
    plan.script().forEach(sql -> out.println(sql + "//"));
    out.println("DELIMITER ;");
  }

  private void lines(Preparation plan, String section) {
    PrintWriter out = cli.terminal().out();
    if (!plan.lines().isEmpty()) {
      out.println("  add to the server's configuration, section " + section + ", and restart it:");
      plan.lines().forEach(l -> out.printf("    %-24s # without it %s%n", l.text(), l.why()));
    }
  }

  private static String firstLine(String sql) {
    String line = sql.lines().findFirst().orElse("").strip();
    return sql.lines().count() > 1 ? line + " …" : line;
  }
}
