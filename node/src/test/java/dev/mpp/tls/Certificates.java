package dev.mpp.tls;

import dev.mpp.certs.Authority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** A deployment's certificates in a temporary directory, as {@code mpp certs} makes them. */
public final class Certificates {
  private static final Duration DAYS = Duration.ofDays(30);

  private final Path directory;
  private final Authority authority;
  private int issued;

  public Certificates(Path directory, String deployment) {
    this.directory = directory;
    try {
      this.authority = Authority.init(directory, deployment, Duration.ofDays(365), Instant.now());
    } catch (IOException | TlsProblem e) {
      throw new IllegalStateException(e);
    }
  }

  public String deployment() {
    return authority.deployment();
  }

  public TlsFiles site(String name) {
    return issue(Identity.site(deployment(), name), DAYS, Instant.now());
  }

  public TlsFiles operator(String name) {
    return issue(Identity.operator(deployment(), name), DAYS, Instant.now());
  }

  /** Into a directory of its own each time. */
  public TlsFiles issue(Identity identity, Duration valid, Instant now) {
    try {
      return authority.issue(
          identity,
          List.of("127.0.0.1", "localhost"),
          valid,
          now,
          directory.resolve("n" + issued++));
    } catch (IOException | TlsProblem e) {
      throw new IllegalStateException(e);
    }
  }

  /** What a process of that site would have. */
  public SiteTls opened(String site) {
    return open(site(site), Identity.site(deployment(), site));
  }

  public SiteTls openedOperator(String name) {
    return open(operator(name), Identity.operator(deployment(), name));
  }

  public static SiteTls open(TlsFiles files, Identity identity) {
    try {
      return SiteTls.open(files, identity, InstantSource.system());
    } catch (TlsProblem e) {
      throw new IllegalStateException(e);
    }
  }

  /** Puts other files where these are, one after the other, as an operator would. */
  public static void replace(TlsFiles old, TlsFiles with) throws IOException {
    replace(old.key(), with.key());
    replace(old.certificate(), with.certificate());
  }

  public static void replace(Path old, Path with) throws IOException {
    Path next = old.resolveSibling(old.getFileName() + ".next");
    Files.copy(with, next, StandardCopyOption.REPLACE_EXISTING);
    Files.move(next, old, StandardCopyOption.ATOMIC_MOVE);
  }
}
