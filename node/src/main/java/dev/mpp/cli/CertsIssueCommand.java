package dev.mpp.cli;

import dev.mpp.certs.Authority;
import dev.mpp.tls.Identity;
import dev.mpp.tls.TlsFiles;
import dev.mpp.tls.TlsProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "issue",
    mixinStandardHelpOptions = true,
    description = {
      "Makes a key and a certificate for one site (NAME.crt, NAME.key) or one operator"
          + " (operator-NAME.crt, operator-NAME.key).",
      "Copy them with authority.crt to where they are used; a running node takes them within seconds.",
    },
    footer = {
      "",
      "Examples:",
      "  mpp certs issue /root/mpp-authority --site site1 --address 10.1.0.10",
      "  mpp certs issue /root/mpp-authority --operator ann --days 90",
      "  mpp certs issue /root/mpp-authority --site site1 --out /root/next      to replace one",
    })
final class CertsIssueCommand implements Runnable {
  private final Cli cli;

  @Parameters(paramLabel = "DIR", description = "The authority's directory.")
  private Path directory = Path.of(".");

  @ArgGroup(exclusive = true, multiplicity = "1")
  private @Nullable Whom whom;

  private static final class Whom {
    @Option(names = "--site", paramLabel = "NAME", description = "A site or witness of mpp.yml.")
    private Optional<String> site = Optional.empty();

    @Option(
        names = "--operator",
        paramLabel = "NAME",
        description = "A person or a script; the name goes to the journal with every order.")
    private Optional<String> operator = Optional.empty();
  }

  @Option(
      names = "--address",
      split = ",",
      paramLabel = "HOST",
      description =
          "IP or host name to put into a site's certificate too, for other programs: MPP itself goes"
              + " by the site's name.")
  private List<String> addresses = new ArrayList<>();

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "365",
      description = "How long it is valid (default: ${DEFAULT-VALUE}).")
  private int days = 365;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where to (default: the authority's directory); nothing is overwritten.")
  private Optional<Path> out = Optional.empty();

  CertsIssueCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    Cli.positive("--days", days);
    try {
      Authority authority = Authority.open(directory);
      Whom named = Objects.requireNonNull(whom, "picocli demands one");
      Identity identity =
          named
              .site
              .map(name -> Identity.site(authority.deployment(), name))
              .or(() -> named.operator.map(n -> Identity.operator(authority.deployment(), n)))
              .orElseThrow();
      TlsFiles made =
          authority.issue(
              identity,
              addresses,
              Duration.ofDays(days),
              InstantSource.system().instant(),
              out.orElse(directory));
      cli.terminal().print("%s: %s, %s%n".formatted(identity, made.certificate(), made.key()));
    } catch (TlsProblem | IllegalArgumentException e) {
      throw CliFailure.refused(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw CliFailure.refused("cannot write: " + e);
    }
  }
}
