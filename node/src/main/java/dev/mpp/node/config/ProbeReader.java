package dev.mpp.node.config;

import dev.mpp.node.config.MppConfig.Checkpoints;
import dev.mpp.node.config.MppConfig.Profile;
import dev.mpp.node.config.MppConfig.Service;
import dev.mpp.node.config.MppConfig.Site;
import dev.mpp.node.config.Section.Placed;
import dev.mpp.node.config.YamlNode.Position;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** Reads {@code profiles:} and {@code checkpoints:}. */
final class ProbeReader {
  private final SiteTable sites;
  private final ConfigFile.ProbeCheck check;

  ProbeReader(SiteTable sites, ConfigFile.ProbeCheck check) {
    this.sites = sites;
    this.check = check;
  }

  static Map<String, Profile> profiles(Section top) {
    Section section = top.section("profiles");
    Map<String, Profile> out = new LinkedHashMap<>();
    for (String name : section.keys()) {
      if (name.equals("default") || !name.matches("[a-z][a-z0-9-]{0,62}")) {
        section.problem(
            name,
            "is not a name for a profile",
            "use lower-case letters, digits and hyphens, a letter first; \"default\" is taken");
      }
      out.put(name, profile(section.section(name)));
    }
    return out;
  }

  private static Profile profile(Section section) {
    Profile profile =
        new Profile(
            integer(section.optional("port", Form.integer(1, 65535))),
            section.optional("path", PATH),
            integer(section.optional("expect", Form.integer(100, 599))),
            section.value("timeout", Timing.between(50, 60_000), Profile.DEFAULT_TIMEOUT),
            section.optional("interval", Timing.between(100, 600_000)));
    section.close();
    return profile;
  }

  private static final Form<String> PATH =
      text -> {
        if (!text.matches("/[!-~]*")) {
          throw new Refused("is \"" + text + "\", which is not a path", "begin it with /");
        }
        return text;
      };

  private static OptionalInt integer(Optional<Integer> value) {
    return value.map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  List<Checkpoints> checkpoints(Section top, Set<String> profiles) {
    List<Checkpoints> out = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (Section section : top.sections("checkpoints")) {
      Optional<String> name = section.need("site", Form.TEXT).map(Placed::value);
      Duration interval =
          section.value("interval", Timing.between(100, 600_000), Checkpoints.DEFAULT_INTERVAL);
      List<String> probes = probes(section, profiles);
      section.close();
      if (name.isEmpty() || !sites.resolves(section, "site", name.get())) {
        continue;
      }
      if (!seen.add(name.get())) {
        section.problem(
            "site", "is \"" + name.get() + "\", as an earlier entry", "join the two lists");
      }
      sites
          .find(name.get())
          .map(Site::id)
          .ifPresent(id -> out.add(new Checkpoints(id, interval, probes)));
    }
    return out;
  }

  private List<String> probes(Section section, Set<String> profiles) {
    if (!section.has("probes")) {
      section.missing("probes");
    }
    Set<String> seen = new HashSet<>();
    Form<String> probe =
        text -> {
          Optional<String> wrong = check.problem(text, profiles);
          if (wrong.isPresent()) {
            throw new Refused(
                "is not a checkpoint: " + wrong.get(),
                "write class:method:target:profile, for example external:http:192.0.2.1:80");
          }
          if (!seen.add(text)) {
            throw new Refused("is \"" + text + "\", as an earlier one", "keep one of the two");
          }
          return text;
        };
    return section.values("probes", probe).stream().map(Placed::value).toList();
  }

  /** Without an external checkpoint a site cannot tell "the others are gone" from "I am". */
  void warnOfBlindSites(Section top, List<Checkpoints> checkpoints, List<Service> services) {
    Position at = top.has("checkpoints") ? top.at("checkpoints") : top.at();
    for (Placed<Site> placed : sites.sites()) {
      Site site = placed.value();
      boolean external =
          checkpoints.stream()
              .filter(c -> c.site().equals(site.id()))
              .flatMap(c -> c.probes().stream())
              .anyMatch(p -> p.toLowerCase(Locale.ROOT).startsWith("external:"));
      boolean pools = services.stream().anyMatch(s -> s.at(site.id()).isPresent());
      if (pools && !external && sites.sites().size() > 1) {
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
