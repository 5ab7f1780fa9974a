package dev.mpp.cli;

import dev.mpp.tls.Identity;
import dev.mpp.tls.Material;
import dev.mpp.tls.PeerRule;
import dev.mpp.tls.SiteTls;
import dev.mpp.tls.TlsFiles;
import dev.mpp.tls.TlsProblem;
import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The operator's own certificate; without one, plaintext, for nodes on this machine. */
final class Certificates {
  @Option(
      names = "--tls",
      paramLabel = "DIR",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:MPP_TLS}",
      description =
          "Directory with your certificate: operator-NAME.crt and .key (one of them), authority.crt"
              + " (default: environment MPP_TLS).")
  private Optional<Path> directory = Optional.empty();

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:MPP_TLS_CERT}",
      description = "Your certificate, PEM, in place of the directory's (MPP_TLS_CERT).")
  private Optional<Path> certificate = Optional.empty();

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:MPP_TLS_KEY}",
      description = "Its key, PEM, PKCS #8 (MPP_TLS_KEY).")
  private Optional<Path> key = Optional.empty();

  @Option(
      names = "--tls-authority",
      paramLabel = "FILE",
      scope = ScopeType.INHERIT,
      defaultValue = "${env:MPP_TLS_AUTHORITY}",
      description = "Who signs the sites' certificates, PEM (MPP_TLS_AUTHORITY).")
  private Optional<Path> authority = Optional.empty();

  /** A node must show the certificate of a site of the operator's own deployment. */
  ChannelCredentials credentials() {
    Optional<TlsFiles> files = files();
    if (files.isEmpty()) {
      return InsecureChannelCredentials.create();
    }
    try {
      Identity own = Material.load(files.get(), InstantSource.system().instant()).identity();
      SiteTls tls = SiteTls.open(files.get(), own, InstantSource.system());
      return TlsChannelCredentials.newBuilder()
          .keyManager(tls.keys())
          .trustManager(tls.trust(PeerRule.anySite(own.deployment())))
          .build();
    } catch (TlsProblem e) {
      throw CliFailure.usage(String.valueOf(e.getMessage()));
    }
  }

  private Optional<TlsFiles> files() {
    if (directory.isEmpty() && certificate.isEmpty() && key.isEmpty() && authority.isEmpty()) {
      return Optional.empty();
    }
    Optional<TlsFiles> there =
        directory.map(d -> TlsFiles.in(d, certificate.isPresent() ? "operator" : only(d)));
    return Optional.of(
        new TlsFiles(
            given("--tls-cert", certificate.or(() -> there.map(TlsFiles::certificate))),
            given("--tls-key", key.or(() -> there.map(TlsFiles::key))),
            given("--tls-authority", authority.or(() -> there.map(TlsFiles::authority)))));
  }

  private static Path given(String option, Optional<Path> file) {
    return file.orElseThrow(
        () ->
            CliFailure.usage(
                option
                    + " is missing: certificate, key and authority belong together (or --tls DIR)"));
  }

  /** The name, without its ending, of the only operator's certificate in a directory. */
  private static String only(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      List<String> names =
          files
              .map(f -> f.getFileName().toString())
              .filter(n -> n.startsWith("operator-") && n.endsWith(".crt"))
              .sorted()
              .toList();
      if (names.size() != 1) {
        throw CliFailure.usage(
            "--tls "
                + directory
                + (names.isEmpty()
                    ? " holds no operator-NAME.crt (mpp certs issue DIR --operator NAME)"
                    : " holds several operators, name one with --tls-cert and --tls-key"));
      }
      return names.getFirst().replaceFirst("\\.crt$", "");
    } catch (IOException e) {
      throw CliFailure.usage("--tls " + directory + " cannot be read: " + e.getMessage());
    }
  }
}
