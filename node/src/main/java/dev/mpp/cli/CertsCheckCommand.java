package dev.mpp.cli;

import dev.mpp.tls.Identity;
import dev.mpp.tls.Material;
import dev.mpp.tls.Pem;
import dev.mpp.tls.TlsFiles;
import dev.mpp.tls.TlsProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Checks certificates: whom they are of, when they end, that the key beside them (NAME.key) is"
          + " theirs and nobody else can read it, and that the authority (authority.crt beside them)"
          + " signed them.",
    },
    footer = {
      "",
      "Exit status: 0 usable, 1 something is wrong, 2 wrong usage. An end within 30 days is a warning.",
      "",
      "Example:",
      "  mpp certs check /etc/mpp/tls",
    })
final class CertsCheckCommand implements Callable<Integer> {
  private static final Duration SOON = Duration.ofDays(30);

  private final Cli cli;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description = "NAME.crt, or a directory of them.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--authority",
      paramLabel = "FILE",
      description = "The authority's certificate, if it is not authority.crt beside each.")
  private Optional<Path> authority = Optional.empty();

  CertsCheckCommand(Cli cli) {
    this.cli = cli;
  }

  @Override
  public Integer call() throws IOException {
    Instant now = InstantSource.system().instant();
    boolean good = true;
    for (Path file : certificates()) {
      try {
        cli.terminal().print(file + ": " + verdict(file, now) + "\n");
      } catch (TlsProblem e) {
        good = false;
        cli.terminal()
            .print(file + ": WRONG: " + Text.clean(String.valueOf(e.getMessage())) + "\n");
      }
    }
    return good ? 0 : Cli.REFUSED;
  }

  private List<Path> certificates() throws IOException {
    List<Path> all = new ArrayList<>();
    for (Path file : files) {
      if (!Files.isDirectory(file)) {
        all.add(file);
        continue;
      }
      try (Stream<Path> inside = Files.list(file)) {
        List<Path> found = inside.filter(f -> f.toString().endsWith(".crt")).sorted().toList();
        if (found.isEmpty()) {
          throw CliFailure.usage(file + " holds no .crt");
        }
        all.addAll(found);
      }
    }
    return all;
  }

  private String verdict(Path file, Instant now) throws TlsProblem, IOException {
    if (!Files.isReadable(file)) {
      throw new TlsProblem("no file that can be read");
    }
    Path directory = Optional.ofNullable(file.toAbsolutePath().getParent()).orElse(Path.of("/"));
    String name = file.getFileName().toString().replaceFirst("\\.[^.]*$", "");
    TlsFiles beside = TlsFiles.in(directory, name);
    X509Certificate first = Pem.certificates(file, Files.readAllBytes(file)).getFirst();
    if (first.getBasicConstraints() >= 0) {
      if (Files.exists(beside.key())) {
        requirePrivate(beside.key());
      }
      return "authority, " + until(first.getNotAfter().toInstant(), now);
    }
    Material material =
        Material.load(new TlsFiles(file, beside.key(), authority.orElse(beside.authority())), now);
    requirePrivate(beside.key());
    Identity identity = material.identity();
    return identity + ", " + until(material.expires(), now);
  }

  private static String until(Instant end, Instant now) throws TlsProblem {
    Duration left = Duration.between(now, end);
    if (left.isNegative()) {
      throw new TlsProblem("it expired on " + end);
    }
    return "until "
        + end
        + (left.compareTo(SOON) < 0 ? ", WARNING: " + left.toDays() + " days left" : "");
  }

  private static void requirePrivate(Path key) throws TlsProblem, IOException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(key);
      if (permissions.contains(PosixFilePermission.OTHERS_READ)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)
          || permissions.contains(PosixFilePermission.GROUP_READ)
          || permissions.contains(PosixFilePermission.GROUP_WRITE)) {
        throw new TlsProblem(key + " can be read or written by others: chmod 0600 it");
      }
    } catch (UnsupportedOperationException e) {
      // A file system without POSIX permissions: nothing to judge.
    }
  }
}
