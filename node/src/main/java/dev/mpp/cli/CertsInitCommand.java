package dev.mpp.cli;

import dev.mpp.certs.Authority;
import dev.mpp.tls.TlsProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "init",
    mixinStandardHelpOptions = true,
    description = {
      "Makes an authority: authority.crt, which every site and operator needs, and authority.key,"
          + " which signs.",
      "Whoever has authority.key can speak for every site: keep it off the sites.",
    },
    footer = {"", "Example:", "  mpp certs init /root/mpp-authority --deployment shop"})
final class CertsInitCommand implements Runnable {
  private final Cli cli;

  @Parameters(
      paramLabel = "DIR",
      description = "Where to; made if missing, nothing is overwritten.")
  private Path directory = Path.of(".");

  @Option(
      names = "--deployment",
      required = true,
      paramLabel = "NAME",
      description = "As in mpp.yml.")
  private String deployment = "";

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "3650",
      description = "How long it is valid (default: ${DEFAULT-VALUE}).")
  private int days = 3650;

  CertsInitCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public void run() {
    Cli.positive("--days", days);
    if (!deployment.matches("[a-z]([a-z0-9-]{0,61}[a-z0-9])?")) {
      throw CliFailure.refused(
          "no mpp.yml can name a deployment \""
              + Text.clean(deployment)
              + "\": lower-case letters, digits and hyphens, a letter first, at most 63");
    }
    try {
      Authority made =
          Authority.init(
              directory, deployment, Duration.ofDays(days), InstantSource.system().instant());
      cli.terminal()
          .print(
              "authority of %s until %s in %s%n"
                  .formatted(made.deployment(), made.expires(), directory));
    } catch (TlsProblem | IllegalArgumentException e) {
      throw CliFailure.refused(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw CliFailure.refused("cannot write: " + e);
    }
  }
}
