package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.dns.DnssecAlgorithm;
import dev.mpp.dns.KeyDirectory;
import dev.mpp.dns.KeyFileException;
import dev.mpp.dns.SigningKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mpp dns keygen}. */
@Command(
    name = "keygen",
    mixinStandardHelpOptions = true,
    description = {
      "Makes keys for a zone. One CSK is enough: it signs everything.",
      "With a ZSK beside it, it signs the DNSKEY set alone (then it is called KSK), and ZSKs follow"
          + " each other by themselves: each signs from its own date on.",
      "Make keys on one site and copy the directory to all others before the date that is printed.",
    },
    footer = {
      "",
      "Examples:",
      "  mpp dns keygen example.com --dir /etc/mpp/dnssec",
      "  mpp dns keygen example.com --dir /etc/mpp/dnssec --zsk --count 8 --every 90",
      "  mpp dns keygen example.com --dir /etc/mpp/dnssec --zsk --active-from 2027-07-01",
      "",
      "Exit status: 0 done, 1 refused, 2 wrong usage.",
    })
final class DnsKeygenCommand implements Callable<Integer> {
  private static final int REFUSED = 1;
  private static final int MOST = 50;

  private final Cli cli;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Mixin private DnsKeyOptions keys = new DnsKeyOptions();

  @Option(
      names = "--algorithm",
      paramLabel = "NAME",
      defaultValue = "ecdsap256sha256",
      description = "ecdsap256sha256 (13) or ed25519 (15). Default: ${DEFAULT-VALUE}.")
  private String algorithm = "ecdsap256sha256";

  @ArgGroup private @Nullable Role role;

  /** At most one of them. */
  static final class Role {
    @Option(names = "--csk", description = "A key that signs everything (default).")
    private boolean csk;

    @Option(names = "--ksk", description = "The same key; says that a ZSK is to come beside it.")
    private boolean ksk;

    @Option(names = "--zsk", description = "A key that signs the zone, to be changed often.")
    private boolean zsk;

    private String text() {
      return zsk ? "ZSK" : ksk && !csk ? "KSK" : "CSK";
    }
  }

  @Option(
      names = "--active-from",
      paramLabel = "DATE",
      description =
          "When it begins to sign the zone: YYYY-MM-DD (UTC), two days from now at the earliest."
              + " Default: now for the first key of a zone, otherwise in 7 days, or --every days"
              + " after the last ZSK that is there.")
  private Optional<String> activeFrom = Optional.empty();

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1",
      description = "How many ZSKs, each to follow the one before.")
  private int count = 1;

  @Option(
      names = "--every",
      paramLabel = "DAYS",
      defaultValue = "90",
      description = "Days between them, at least 7. Default: ${DEFAULT-VALUE}.")
  private int everyDays = 90;

  DnsKeygenCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() {
    try {
      return make();
    } catch (KeyFileException e) {
      e.problems().forEach(cli.terminal().err()::println);
    } catch (IOException e) {
      cli.terminal().err().println("mpp dns keygen: cannot write: " + e);
    } catch (IllegalArgumentException e) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    cli.terminal().err().flush();
    return REFUSED;
  }

  private int make() throws KeyFileException, IOException {
    boolean zsk = role != null && role.zsk;
    require(count >= 1 && count <= MOST, "--count takes 1 to " + MOST);
    require(everyDays >= 7 && everyDays <= 3650, "--every takes 7 to 3650 days");
    require(zsk || count == 1, "--count is for --zsk");
    DnssecAlgorithm chosen =
        DnssecAlgorithm.named(algorithm)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "--algorithm "
                            + algorithm
                            + " is not offered; write ecdsap256sha256 or ed25519"));
    KeyDirectory directory = keys.directory();
    long now = DnsKeyOptions.now();
    OptionalLong from = activeFrom.isEmpty() ? OptionalLong.empty() : date(activeFrom.get());
    for (int i = 0; i < count; i++) {
      SigningKey made = directory.next(keys.zone(), !zsk, chosen, now, from, everyDays);
      from = OptionalLong.empty();
      tell(directory, made, now);
    }
    return 0;
  }

  private void tell(KeyDirectory directory, SigningKey made, long now) {
    PrintWriter out = cli.terminal().out();
    boolean later = made.times().active() > now;
    out.println(
        directory.path().resolve(made.fileName())
            + ".private: "
            + (role == null ? "CSK" : role.text())
            + " "
            + made.key().tag()
            + (later
                ? ", signs the zone from "
                    + DnsKeyOptions.shown(made.times().active())
                    + " UTC; every site needs it before "
                    + DnsKeyOptions.shown(made.times().active() - KeyDirectory.COPIED_BEFORE)
                : ", signs at once"));
    if (made.key().secureEntryPoint()) {
      out.println("then: copy to every site, mpp dns check, and give the parent: mpp dns ds");
    }
    out.flush();
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  private static OptionalLong date(String text) {
    try {
      return OptionalLong.of(LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toEpochSecond());
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "--active-from " + text + " is no date; write YYYY-MM-DD", e);
    }
  }
}
