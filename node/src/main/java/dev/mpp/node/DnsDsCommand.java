package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.dns.Dnskey;
import dev.mpp.dns.KeyFileException;
import dev.mpp.dns.KeyRing;
import dev.mpp.dns.SigningKey;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mpp dns ds}. */
@Command(
    name = "ds",
    mixinStandardHelpOptions = true,
    description = {
      "Prints the DS records of a zone for its parent: one line a digest, SHA-256 and SHA-384.",
      "Registrars take either; SHA-256 is enough. A parent that reads CDS records (RFC 8078)"
          + " follows later changes by itself.",
    },
    footer = {
      "",
      "Give them to the parent only when every site signs: mpp dns check.",
      "",
      "Example:",
      "  mpp dns ds example.com --dir /etc/mpp/dnssec",
      "",
      "Exit status: 0 done, 1 the keys cannot be used, 2 wrong usage.",
    })
final class DnsDsCommand implements Callable<Integer> {
  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private DnsKeyOptions keys = new DnsKeyOptions();

  DnsDsCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    try {
      KeyRing ring = keys.directory().read(keys.zone());
      PrintWriter out = cli.terminal().out();
      for (SigningKey key : ring.at(DnsKeyOptions.now()).entryPoints()) {
        for (Dnskey.Digest digest : Dnskey.Digest.values()) {
          out.println(key.key().dsText(ring.zone(), digest));
        }
      }
      out.flush();
      return 0;
    } catch (KeyFileException e) {
      e.problems().forEach(cli.terminal().err()::println);
      cli.terminal().err().flush();
      return 1;
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }
}
