package dev.mpp.node.config;

import dev.mpp.core.model.SiteId;
import dev.mpp.node.config.MppConfig.Service;
import dev.mpp.node.config.MppConfig.Site;
import dev.mpp.node.config.Section.Placed;
import dev.mpp.tls.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The whole file: every part is read, whatever is wrong with the others. */
final class DeploymentReader {
  private final Section top;
  private final Path base;
  private final Optional<String> siteOverride;
  private final Optional<String> instanceOverride;
  private final ConfigFile.HostCheck host;

  DeploymentReader(
      Section top,
      Path base,
      Optional<String> siteOverride,
      Optional<String> instanceOverride,
      ConfigFile.HostCheck host) {
    this.top = top;
    this.base = base;
    this.siteOverride = siteOverride;
    this.instanceOverride = instanceOverride;
    this.host = host;
  }

  MppConfig read() throws ConfigException {
    var deployment = top.need("deployment", Form.NAME).map(Placed::value);
    boolean insecure = top.value("insecure", Form.FLAG, false);
    SiteTable sites = SiteTable.read(top, insecure, top.has("tls"));
    Optional<SiteId> self = self(sites);
    Optional<String> instance = self.flatMap(s -> instance(sites, s));
    Path dataDir = dataDir(self, instance);
    Optional<TlsFiles> tls = new TlsReader(base, self).read(top, insecure);
    Timing timing = Timing.read(top);
    SecretReader secrets = new SecretReader(base);
    var services = new ServiceReader(sites, self, secrets, timing.lease()).readAll(top);
    Set<String> used = ProbeReader.profilesUsed(top, self);
    var profiles = new ProfileReader(secrets, used).readAll(top);
    ProbeReader probes = new ProbeReader(sites, self, host);
    var checkpoints = probes.readAll(top, profiles);
    var dns = new DnsReader(sites, self, base).read(top, services, timing.lease().duration());
    top.close();

    List<Service> plain = services.stream().map(Placed::value).toList();
    top.findings().refuseIfAny();
    probes.warnOfBlindSites(top, checkpoints, plain);
    warnOfIdleSites(sites, plain);
    warnOfBlindPair(sites, checkpoints);
    return new MppConfig(
        deployment.orElseThrow(),
        self.orElseThrow(),
        instance,
        dataDir,
        insecure,
        tls,
        sites.mode(),
        sites.sites().stream().map(Placed::value).toList(),
        timing.lease(),
        timing.election(),
        timing.deadMan(),
        plain,
        checkpoints,
        profiles,
        dns);
  }

  private Optional<SiteId> self(SiteTable sites) {
    top.has("site");
    Optional<String> name = siteOverride.or(() -> top.need("site", Form.TEXT).map(Placed::value));
    if (name.isEmpty() || sites.names().contains(name.get())) {
      return name.flatMap(sites::find).map(Site::id);
    }
    if (siteOverride.isEmpty()) {
      sites.resolves(top, "site", name.get());
    } else {
      top.problem(
          "sites",
          "does not list \"" + name.get() + "\", the site given on the command line",
          Suggestion.among(name.get(), sites.names(), "the sites are "));
    }
    return Optional.empty();
  }

  /** Which of the site's two instances this is, as far as it was said. */
  private Optional<String> instance(SiteTable sites, SiteId self) {
    boolean written = top.has("instance");
    List<String> names =
        sites.find(self.name()).stream()
            .flatMap(s -> s.instances().stream())
            .map(MppConfig.Instance::name)
            .toList();
    Optional<String> name = instanceOverride.or(() -> top.optional("instance", Form.TEXT));
    String key = written && instanceOverride.isEmpty() ? "instance" : "sites";
    if (name.isPresent() && !names.contains(name.get())) {
      top.problem(
          key,
          "gives site %s no instance \"%s\"".formatted(self, name.get()),
          names.isEmpty()
              ? "leave --instance and instance: away"
              : "say --instance " + String.join(" or --instance ", names));
      return Optional.empty();
    }
    return name;
  }

  private Path dataDir(Optional<SiteId> self, Optional<String> instance) {
    String fallback =
        "data/" + self.map(SiteId::name).orElse("site") + instance.map(i -> "-" + i).orElse("");
    Path dir = base.resolve(top.value("data-dir", Form.TEXT, fallback)).normalize();
    if (Files.exists(dir) && !Files.isDirectory(dir)) {
      top.problem("data-dir", "is " + dir + ", which is not a directory", "name a directory");
    }
    return dir;
  }

  /** In a pair checkpoints are the only evidence. */
  private void warnOfBlindPair(SiteTable sites, List<MppConfig.Checkpoints> checkpoints) {
    for (Placed<Site> placed :
        sites.mode() == MppConfig.Mode.PAIR ? sites.sites() : List.<Placed<Site>>of()) {
      boolean edge =
          checkpoints.stream()
              .filter(c -> c.site().equals(placed.value().id()))
              .flatMap(c -> c.probes().stream())
              .anyMatch(p -> p.startsWith("edge:"));
      if (!edge) {
        top.findings()
            .warning(
                placed.at(),
                "site "
                    + placed.value().id()
                    + " has no edge checkpoint: when it is silent, the other site of the pair can"
                    + " look at its service addresses only",
                "add an edge probe of its router, at an address that the other site reaches too");
      }
    }
  }

  private void warnOfIdleSites(SiteTable sites, List<Service> services) {
    for (Placed<Site> placed : sites.sites()) {
      Site site = placed.value();
      if (!site.witness() && services.stream().noneMatch(s -> s.at(site.id()).isPresent())) {
        top.findings()
            .warning(
                placed.at(),
                "site " + site.id() + " has no pool of any service",
                "give it one, or \"witness: true\"");
      }
    }
  }
}
