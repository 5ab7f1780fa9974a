package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.dns.KeyFileException;
import dev.mpp.dns.KeyRing;
import dev.mpp.dns.SigningKey;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code mpp dns keys}. */
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = "Shows the keys of a zone, what each does now, and when the next one takes over.",
    footer = {
      "",
      "Example:",
      "  mpp dns keys example.com --dir /etc/mpp/dnssec",
      "",
      "Exit status: 0 done, 1 the keys cannot be used, 2 wrong usage.",
    })
final class DnsKeysCommand implements Callable<Integer> {
  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private DnsKeyOptions keys = new DnsKeyOptions();

  DnsKeysCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    try {
      print(keys.directory().read(keys.zone()), DnsKeyOptions.now());
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

  private void print(KeyRing ring, long now) {
    PrintWriter out = cli.terminal().out();
    KeyRing.Stage stage = ring.at(now);
    for (SigningKey key : ring.keys()) {
      out.printf(
          "%-32s %-10s from %s UTC  %s%n",
          key.fileName(),
          key.key().secureEntryPoint() ? "KSK or CSK" : "ZSK",
          DnsKeyOptions.shown(key.times().active()),
          String.join(", ", does(key, stage)));
    }
    out.println(
        ring.nextRoll(now).isPresent()
            ? "next key takes over " + DnsKeyOptions.shown(ring.nextRoll(now).getAsLong()) + " UTC"
            : "no key is there to take over");
    out.flush();
  }

  private static List<String> does(SigningKey key, KeyRing.Stage stage) {
    List<String> does = new ArrayList<>();
    if (stage.published().contains(key)) {
      does.add("published");
    }
    if (stage.keySigners().contains(key)) {
      does.add("signs DNSKEY");
    }
    if (stage.zoneSigner() == key) {
      does.add("signs the zone");
    }
    if (stage.entryPoints().contains(key)) {
      does.add("for DS");
    }
    return does.isEmpty() ? List.of("not in use now") : does;
  }
}
