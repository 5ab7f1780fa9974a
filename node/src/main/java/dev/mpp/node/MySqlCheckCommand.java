package dev.mpp.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.cli.Cli;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.ConfiguredServers.Server;
import dev.mpp.node.ConfiguredServers.Unusable;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.Finding;
import dev.mpp.node.mysql.Finding.Level;
import dev.mpp.node.mysql.ServerCheck;
import dev.mpp.node.mysql.ServerCheck.Identity;
import dev.mpp.node.mysql.ServerSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code mpp mysql check}: looks, over SQL, and changes nothing. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Says what is missing or dangerous on servers: settings, the dead-man, accounts and"
          + " privileges, replication. It changes nothing.",
      "Without --admin it sees what MPP's own account may see, and says what that is not.",
    },
    footer = {
      "",
      "ERROR: MPP cannot do what it promises. WARNING: one day it hurts. UNSEEN: the server does"
          + " not tell it; look yourself. Every word in capitals is in docs/mysql.md.",
      "",
      "Examples:",
      "  mpp mysql check",
      "  mpp mysql check 10.1.0.1:3306 --admin root --admin-password-file /root/.mysql-root",
      "  mpp mysql check --json | jq '.[].findings[] | select(.level == \"ERROR\")'",
      "",
      "Exit status: 0 no error, 1 errors, 2 wrong usage, 3 a server cannot be reached.",
    })
final class MySqlCheckCommand implements Callable<Integer> {
  private final Cli cli;

  @Parameters(
      arity = "0..*",
      paramLabel = "NODE",
      description = "HOST:PORT as in mpp.yml; none: every server.")
  private List<String> nodes = new ArrayList<>();

  @Option(names = "--json", description = "Print one JSON array instead.")
  private boolean json;

  @Option(names = "--verbose", description = "Print what is as it should be, too.")
  private boolean verbose;

  @Mixin private ConfiguredServers servers = new ConfiguredServers();
  @Mixin private Administrator administrator = new Administrator();

  MySqlCheckCommand(Cli cli) {
    this.cli = cli;
  }

  /** What came of one server; a problem when it could not be looked at. */
  private record Looked(
      Server server, String version, Identity identity, List<Finding> findings, String problem) {}

  @Override
  public Integer call() {
    List<Server> chosen;
    try {
      chosen = servers.chosen(nodes, cli.terminal().err());
    } catch (Unusable e) {
      cli.terminal().err().println("mpp mysql check: " + e.getMessage());
      return Cli.USAGE;
    }
    List<Looked> looked = among(chosen.stream().map(this::look).toList());
    PrintWriter out = cli.terminal().out();
    if (json) {
      out.println(json(looked));
    } else {
      looked.forEach(l -> print(out, l));
    }
    out.flush();
    if (looked.stream().anyMatch(l -> !l.problem().isEmpty())) {
      return Cli.UNREACHABLE;
    }
    return looked.stream().anyMatch(l -> count(l, Level.ERROR) > 0) ? Cli.REFUSED : 0;
  }

  private Looked look(Server server) {
    try {
      Credentials account =
          administrator.given()
              ? administrator.credentials("root", cli.terminal()).with(server.encryption())
              : server.manager();
      try (ServerSession session =
          ServerSession.open(server.address(), account, servers.timeout())) {
        ServerCheck.Report report = ServerCheck.of(session, server.wanted());
        return new Looked(server, session.version(), report.identity(), report.findings(), "");
      }
    } catch (IOException | UncheckedIOException e) {
      return new Looked(server, "", Identity.NONE, List.of(), String.valueOf(e.getMessage()));
    }
  }

  /** Adds what several servers of one service say together. */
  private static List<Looked> among(List<Looked> looked) {
    return looked.stream()
        .map(
            l -> {
              Map<NodeAddress, Identity> service = new LinkedHashMap<>();
              looked.stream()
                  .filter(o -> o.problem().isEmpty())
                  .filter(o -> o.server().service().name().equals(l.server().service().name()))
                  .forEach(o -> service.put(o.server().address(), o.identity()));
              List<Finding> all = new ArrayList<>(l.findings());
              all.addAll(ServerCheck.among(l.server().address(), service));
              return new Looked(l.server(), l.version(), l.identity(), all, l.problem());
            })
        .toList();
  }

  private static long count(Looked l, Level level) {
    return l.findings().stream().filter(f -> f.level() == level).count();
  }

  private void print(PrintWriter out, Looked l) {
    if (!l.problem().isEmpty()) {
      out.println(l.problem());
      return;
    }
    out.printf(
        "%s (%s, %s): %s, %s, %d unseen, %d right%n",
        l.server().address(),
        l.server().service().name(),
        l.version(),
        several(count(l, Level.ERROR), "error"),
        several(count(l, Level.WARNING), "warning"),
        count(l, Level.UNSEEN),
        count(l, Level.OK));
    for (Level level : Level.values()) {
      for (Finding f : l.findings()) {
        if (f.level() == level && (verbose || level != Level.OK)) {
          out.printf("  %-7s  %s  %s%n", level, f.check(), f.what());
          if (!f.remedy().isEmpty()) {
            out.printf("             -> %s%n", f.remedy());
          }
        }
      }
    }
  }

  private static String several(long n, String what) {
    return n + " " + what + (n == 1 ? "" : "s");
  }

  private static String json(List<Looked> looked) {
    ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
    ArrayNode array = mapper.createArrayNode();
    for (Looked l : looked) {
      ObjectNode o = array.addObject();
      o.put("node", l.server().address().toString());
      o.put("service", l.server().service().name().name());
      o.put("version", l.version());
      o.put("problem", l.problem());
      ArrayNode findings = o.putArray("findings");
      for (Finding f : l.findings()) {
        findings
            .addObject()
            .put("level", f.level().name())
            .put("check", f.check())
            .put("what", f.what())
            .put("remedy", f.remedy());
      }
    }
    try {
      return mapper.writeValueAsString(array);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
