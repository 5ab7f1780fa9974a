package dev.mpp.node.config;

import dev.mpp.core.model.SiteId;
import dev.mpp.tls.TlsFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Reads {@code tls:}, this site's certificates. {@code {site}} in a path is the site's name. */
final class TlsReader {
  private static final String SITE = "{site}";

  private final Path base;
  private final Optional<SiteId> self;

  /**
   * @param base directory that relative paths start from
   */
  TlsReader(Path base, Optional<SiteId> self) {
    this.base = base;
    this.self = self;
  }

  Optional<TlsFiles> read(Section top, boolean insecure) {
    if (!top.has("tls")) {
      return Optional.empty();
    }
    if (insecure) {
      top.problem(
          "insecure",
          "is true although \"tls\" is given",
          "remove it: with tls nothing between sites is plain");
    }
    Section section = top.section("tls");
    Optional<Path> certificate = file(section, "certificate");
    Optional<Path> key = file(section, "key");
    Optional<Path> authority = file(section, "authority");
    if (self.isPresent()) {
      key.filter(Files::isReadable).ifPresent(k -> checkPrivate(section, k));
    }
    section.close();
    return certificate.flatMap(c -> key.flatMap(k -> authority.map(a -> new TlsFiles(c, k, a))));
  }

  private static void checkPrivate(Section section, Path key) {
    try {
      if (SecretReader.exposed(Files.getPosixFilePermissions(key))) {
        section.warning(
            "key",
            "names " + key + ", which others than its owner can read or write",
            "chmod 0600 it; if they may have read it, issue another (mpp certs issue)");
      }
    } catch (UnsupportedOperationException | IOException e) {
      // A file system without POSIX permissions, or gone meanwhile: nothing to judge.
    }
  }

  private Optional<Path> file(Section section, String name) {
    Optional<Path> path =
        section
            .need(name, Form.TEXT)
            .map(
                written ->
                    base.resolve(written.value().replace(SITE, self.map(SiteId::name).orElse(SITE)))
                        .normalize());
    if (self.isPresent()) {
      path.filter(p -> !Files.isRegularFile(p) || !Files.isReadable(p))
          .ifPresent(
              p ->
                  section.problem(
                      name,
                      "names " + p + ", which is no file that can be read",
                      "make it with mpp certs, or take it from your PKI; PEM"));
    }
    return path;
  }
}
