package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.node.DnsServers.Server;
import dev.mpp.node.config.ConfigException;
import dev.mpp.node.config.ConfigReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mpp dns query}. */
@Command(
    name = "query",
    mixinStandardHelpOptions = true,
    description = "Asks every name server of the deployment, side by side, as resolvers do.",
    footer = {
      "",
      "Each server answers from its own replica of the ledger. A TTL of 0 means that nobody's lease"
          + " stands behind the address at that moment; SERVFAIL that the server's replica is older"
          + " than a lease.",
      "",
      "Examples:",
      "  mpp dns query mysql.example.com --config /etc/mpp/mpp.yml",
      "  mpp dns query mysql.example.com TXT --server 192.0.2.53",
      "",
      "Exit status: 0 every server answered without an error, 1 one did not, 2 wrong usage.",
    })
final class DnsQueryCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);

  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(index = "0", paramLabel = "NAME", description = "The name; absolute, dot or not.")
  private String name = "";

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "TYPE",
      defaultValue = "A",
      description = "A if not given.")
  private String type = "A";

  @Mixin private DnsServers servers = new DnsServers();

  DnsQueryCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    try {
      List<Server> chosen = servers.chosen(servers.config());
      Name asked = Name.fromString(name, Name.root);
      int number = Type.value(type.toUpperCase(Locale.ROOT), true);
      if (number < 0) {
        throw new IllegalArgumentException("\"" + type + "\" is no record type");
      }
      PrintWriter out = cli.terminal().out();
      boolean good = true;
      for (Server server : chosen) {
        good &= ask(server, DnsClient.question(asked, number, false), out);
      }
      out.flush();
      return good ? 0 : 1;
    } catch (ConfigException e) {
      ConfigReport.print(System.err, e);
      return Cli.USAGE;
    } catch (IllegalArgumentException | TextParseException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private static boolean ask(Server server, Message query, PrintWriter out) {
    try {
      DnsClient.Answer answer = new DnsClient(server.address(), TIMEOUT).ask(query);
      Message m = answer.message();
      out.println(
          String.format(
              Locale.ROOT,
              "%s  %s%s  %.1f ms",
              server.text(),
              Rcode.string(m.getRcode()),
              m.getHeader().getFlag(Flags.AA) ? "" : ", not authoritative",
              answer.nanos() / 1e6));
      m.getSection(Section.ANSWER).forEach(r -> print(r, out));
      if (m.getSection(Section.ANSWER).isEmpty()) {
        m.getSection(Section.AUTHORITY).forEach(r -> print(r, out));
      }
      return m.getRcode() == Rcode.NOERROR;
    } catch (IOException e) {
      out.println(server.text() + "  " + e.getMessage());
      return false;
    }
  }

  private static void print(Record r, PrintWriter out) {
    out.println(
        "  "
            + r.getName()
            + "  "
            + r.getTTL()
            + "  "
            + Type.string(r.getType())
            + "  "
            + r.rdataToString());
  }
}
