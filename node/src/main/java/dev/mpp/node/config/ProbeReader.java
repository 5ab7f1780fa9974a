package dev.mpp.node.config;

import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.reach.CheckpointMethod;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.node.config.MppConfig.Checkpoints;
import dev.mpp.node.config.MppConfig.Profile;
import dev.mpp.node.config.MppConfig.Service;
import dev.mpp.node.config.MppConfig.Site;
import dev.mpp.node.config.Section.Placed;
import dev.mpp.node.config.YamlNode.Mapping;
import dev.mpp.node.config.YamlNode.Position;
import dev.mpp.node.config.YamlNode.Scalar;
import dev.mpp.node.config.YamlNode.Sequence;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads {@code checkpoints:}. */
final class ProbeReader {
  private static final String KEY = "checkpoints";
  private static final List<String> CLASSES = words(CheckpointClass.values());
  private static final List<String> METHODS = words(CheckpointMethod.values());

  private final SiteTable sites;
  private final Optional<SiteId> self;
  private final ConfigFile.HostCheck host;

  /**
   * @param host asked about the checkpoints of {@code self} only: the others run elsewhere
   */
  ProbeReader(SiteTable sites, Optional<SiteId> self, ConfigFile.HostCheck host) {
    this.sites = sites;
    this.self = self;
    this.host = host;
  }

  /** The last part of every probe of a site, right or wrong, before anything is judged. */
  static Set<String> profilesUsed(Section top, Optional<SiteId> site) {
    return top.node(KEY).stream()
        .flatMap(n -> n instanceof Sequence s ? s.items().stream() : Stream.empty())
        .flatMap(n -> n instanceof Mapping m ? Stream.of(m) : Stream.empty())
        .filter(m -> site.isPresent() && texts(m, "site").anyMatch(site.get().name()::equals))
        .flatMap(m -> texts(m, "probes"))
        .map(probe -> probe.substring(probe.lastIndexOf(':') + 1))
        .collect(Collectors.toSet());
  }

  private static Stream<String> texts(Mapping block, String key) {
    return block.entry(key).stream()
        .map(YamlNode.Entry::value)
        .flatMap(n -> n instanceof Sequence s ? s.items().stream() : Stream.of(n))
        .flatMap(n -> n instanceof Scalar s ? Stream.of(s.text()) : Stream.empty());
  }

  List<Checkpoints> readAll(Section top, Map<String, Profile> profiles) {
    List<Checkpoints> out = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Section section : top.sections(KEY)) {
      Optional<String> name = section.need("site", Form.TEXT).map(Placed::value);
      Duration interval =
          section.value("interval", Timing.between(100, 600_000), Checkpoints.DEFAULT_INTERVAL);
      int concurrency =
          section.value("concurrency", Form.integer(1, 1000), Checkpoints.DEFAULT_CONCURRENCY);
      List<Placed<CheckpointSpec>> probes = probes(section, new ProbeSpecs(profiles, interval));
      section.close();
      if (name.isEmpty() || !sites.resolves(section, "site", name.get())) {
        continue;
      }
      if (!seen.add(name.get())) {
        section.problem(
            "site", "is \"" + name.get() + "\", as an earlier entry", "join the two lists");
      }
      warnOfQueues(section, probes, concurrency);
      Optional<SiteId> id = sites.find(name.get()).map(Site::id);
      if (id.isPresent() && id.equals(self)) {
        probes.forEach(p -> warnOfHost(section, p));
      }
      List<String> texts = probes.stream().map(p -> p.value().toString()).toList();
      id.ifPresent(i -> out.add(new Checkpoints(i, interval, concurrency, texts)));
    }
    return out;
  }

  private static List<Placed<CheckpointSpec>> probes(Section section, ProbeSpecs specs) {
    if (!section.has("probes")) {
      section.missing("probes");
    } else if (section.emptyList("probes")) {
      section.problem("probes", "lists no checkpoint", "add one, or remove the entry of this site");
    }
    Set<String> seen = new HashSet<>();
    Form<CheckpointSpec> probe =
        text -> {
          CheckpointSpec spec = parse(specs, text);
          if (!seen.add(spec.toString())) {
            throw new Refused("is \"" + text + "\", as an earlier one", "keep one of the two");
          }
          return spec;
        };
    return section.values("probes", probe);
  }

  private static CheckpointSpec parse(ProbeSpecs specs, String text) throws Refused {
    try {
      return specs.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Refused("is not a checkpoint: " + e.getMessage(), remedy(specs, text));
    }
  }

  private static String remedy(ProbeSpecs specs, String text) {
    List<String> parts = List.of(text.split(":"));
    List<Collection<String>> words = List.of(CLASSES, METHODS, List.of(), specs.names());
    for (int i = 0; i < Math.min(parts.size(), words.size()); i++) {
      String near = Suggestion.among(parts.get(i), words.get(i), "");
      if (!words.get(i).contains(parts.get(i)) && near.startsWith("did you mean")) {
        return near;
      }
    }
    return "write class:method:target:profile, for example external:http:192.0.2.1:80";
  }

  private static List<String> words(Enum<?>[] values) {
    return Arrays.stream(values).map(v -> v.name().toLowerCase(Locale.ROOT)).toList();
  }

  private void warnOfHost(Section section, Placed<CheckpointSpec> probe) {
    host.obstacle(probe.value())
        .ifPresent(
            why ->
                section
                    .findings()
                    .warning(
                        probe.at(),
                        "checkpoint " + probe.value() + " would always fail: " + why,
                        "change that for the user MPP runs as, or use another method"));
  }

  /** A target that went silent holds its place for the timeout; failing ones get half of them. */
  private static void warnOfQueues(
      Section section, List<Placed<CheckpointSpec>> probes, int concurrency) {
    double wanted =
        probes.stream()
            .map(p -> p.value().profile())
            .mapToDouble(
                p -> Math.min(1, (double) p.timeout().toMillis() / p.interval().toMillis()))
            .sum();
    int places = Math.max(1, concurrency / 2);
    if (wanted > places) {
      section.warning(
          "probes",
          "would take "
              + (long) Math.ceil(wanted)
              + " places if every target went silent, and failing ones have "
              + places
              + " (half of concurrency): cycles would be skipped",
          "raise concurrency, lengthen the intervals or shorten the timeouts");
    }
  }

  /** Without an external checkpoint a site cannot tell "the others are gone" from "I am". */
  void warnOfBlindSites(Section top, List<Checkpoints> checkpoints, List<Service> services) {
    Position at = top.has(KEY) ? top.at(KEY) : top.at();
    for (Placed<Site> placed : sites.sites()) {
      Site site = placed.value();
      boolean seesOut =
          checkpoints.stream()
              .filter(c -> c.site().equals(site.id()))
              .flatMap(c -> c.probes().stream())
              .anyMatch(p -> p.startsWith("external:"));
      boolean pools = services.stream().anyMatch(s -> s.at(site.id()).isPresent());
      if (pools && !seesOut && sites.sites().size() > 1) {
        top.findings()
            .warning(
                at,
                "site "
                    + site.id()
                    + " has no external checkpoint: cut off from its peers, it cannot tell whether"
                    + " they are gone or it is, and never shows reach GLOBAL",
                "add an external probe of something outside your own networks");
      }
    }
  }
}
