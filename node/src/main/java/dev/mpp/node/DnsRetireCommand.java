package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.dns.KeyFileException;
import dev.mpp.dns.SigningKey;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mpp dns retire}. */
@Command(
    name = "retire",
    mixinStandardHelpOptions = true,
    description = {
      "Takes an old KSK or CSK out of use: out of CDS and mpp dns ds now, out of the DNSKEY set"
          + " after the days given.",
      "Only when the DS record of another one is at the parent, and has been for longer than its"
          + " TTL: mpp dns check.",
    },
    footer = {
      "",
      "Copy the changed file to every site.",
      "",
      "Example:",
      "  mpp dns retire example.com --key 12345 --dir /etc/mpp/dnssec",
      "",
      "Exit status: 0 done, 1 refused, 2 wrong usage.",
    })
final class DnsRetireCommand implements Callable<Integer> {
  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private DnsKeyOptions keys = new DnsKeyOptions();

  @Option(names = "--key", required = true, paramLabel = "TAG", description = "Its key tag.")
  private int tag;

  @Option(
      names = "--after",
      paramLabel = "DAYS",
      defaultValue = "7",
      description =
          "Days until it is gone, 3 to 365: the parent must have dropped its DS record by then."
              + " Default: ${DEFAULT-VALUE}.")
  private int afterDays = 7;

  DnsRetireCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    try {
      if (afterDays < 3 || afterDays > 365) {
        throw new IllegalArgumentException("--after takes 3 to 365 days");
      }
      SigningKey key =
          keys.directory().retire(keys.zone(), tag, DnsKeyOptions.now(), afterDays * 86_400L);
      cli.terminal()
          .out()
          .println(
              key.fileName()
                  + ".private changed: not for DS any more, gone "
                  + DnsKeyOptions.shown(key.times().delete().orElseThrow())
                  + " UTC; copy it to every site");
      cli.terminal().out().flush();
      return 0;
    } catch (KeyFileException e) {
      e.problems().forEach(cli.terminal().err()::println);
    } catch (IOException e) {
      cli.terminal().err().println("mpp dns retire: cannot write: " + e);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    cli.terminal().err().flush();
    return 1;
  }
}
