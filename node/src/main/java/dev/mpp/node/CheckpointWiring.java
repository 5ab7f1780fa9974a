package dev.mpp.node;

import dev.mpp.checkpoints.CheckpointRunner;
import dev.mpp.checkpoints.Probes;
import dev.mpp.core.plan.CheckpointBoard;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Profile;
import dev.mpp.core.reach.StatusRange;
import dev.mpp.node.config.MppConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The checkpoints of one site, from the configuration. */
final class CheckpointWiring {
  private CheckpointWiring() {}

  /** Judges a specification for the configuration reader: grammar and whether a probe exists. */
  static Optional<String> problem(String spec, Set<String> profiles) {
    Map<String, Profile> named = new HashMap<>();
    profiles.forEach(p -> named.put(p, Profile.DEFAULT));
    try {
      var unused = Probes.platform().of(CheckpointSpec.parse(spec, named));
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  static List<CheckpointRunner.Task> tasks(MppConfig config) {
    Probes probes = Probes.platform();
    return config.checkpointsOf(config.site()).stream()
        .flatMap(c -> c.probes().stream().map(p -> spec(config, p, c.interval())))
        .map(spec -> new CheckpointRunner.Task(spec, probes.of(spec)))
        .toList();
  }

  static List<CheckpointBoard.Spec> board(List<CheckpointRunner.Task> tasks) {
    return tasks.stream()
        .map(t -> new CheckpointBoard.Spec(t.spec().toString(), t.spec().kind()))
        .toList();
  }

  private static CheckpointSpec spec(MppConfig config, String text, Duration interval) {
    Map<String, Profile> profiles = new HashMap<>();
    config.profiles().forEach((name, p) -> profiles.put(name, profile(p, interval)));
    CheckpointSpec s = CheckpointSpec.parse(text, profiles);
    if (profiles.containsKey(s.profileName())) {
      return s;
    }
    Profile p = s.profile();
    return new CheckpointSpec(
        s.kind(),
        s.method(),
        s.host(),
        s.port(),
        s.profileName(),
        new Profile(p.port(), p.path(), p.expect(), p.timeout(), interval));
  }

  private static Profile profile(MppConfig.Profile p, Duration interval) {
    return new Profile(
        p.port(),
        p.path().orElse(Profile.DEFAULT.path()),
        p.expect().isPresent()
            ? new StatusRange(p.expect().getAsInt(), p.expect().getAsInt())
            : Profile.DEFAULT.expect(),
        p.timeout(),
        p.interval().orElse(interval));
  }
}
