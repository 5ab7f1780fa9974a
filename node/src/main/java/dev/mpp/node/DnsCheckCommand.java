package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.node.config.ConfigException;
import dev.mpp.node.config.ConfigReport;
import dev.mpp.node.config.MppConfig;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mpp dns check}. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description =
        "Checks the zone as the world sees it: every name server over UDP and TCP, whether they"
            + " agree, their keys and signatures, the delegation at the parent, its glue and DS.",
    footer = {
      "",
      "Examples:",
      "  mpp dns check --config /etc/mpp/mpp.yml",
      "  mpp dns check --config /etc/mpp/mpp.yml --resolver 9.9.9.9",
      "  mpp dns check --config mpp.yml --resolver none",
      "",
      "Exit status: 0 nothing is wrong, 1 something is, 2 wrong usage.",
    })
final class DnsCheckCommand implements Callable<Integer> {
  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--resolver",
      paramLabel = "ADDRESS[:PORT]",
      description =
          "Whom to ask for the delegation: a resolver that sees the public DNS, or none. Default:"
              + " the first one of /etc/resolv.conf.")
  private Optional<String> resolver = Optional.empty();

  @Mixin private DnsServers servers = new DnsServers();

  DnsCheckCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    try {
      Optional<MppConfig> config = servers.config();
      if (config.isEmpty()) {
        throw new IllegalArgumentException("--config FILE is missing");
      }
      List<DnsServers.Server> chosen = servers.chosen(config);
      DnsCheck check = new DnsCheck(config.get(), InstantSource.system().instant());
      List<DnsCheck.Line> lines = check.run(chosen, resolver());
      PrintWriter out = cli.terminal().out();
      lines.forEach(l -> out.println((l.good() ? "ok     " : "WRONG  ") + l.text()));
      out.flush();
      return lines.stream().allMatch(DnsCheck.Line::good) ? 0 : 1;
    } catch (ConfigException e) {
      ConfigReport.print(System.err, e);
      return Cli.USAGE;
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Optional<InetSocketAddress> resolver() {
    String text = resolver.orElseGet(DnsCheck::systemResolver);
    return text.equals("none") ? Optional.empty() : Optional.of(HostPort.literal(text, 53));
  }
}
