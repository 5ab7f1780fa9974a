package dev.mpp.node;

import dev.mpp.checkpoints.CheckpointRunner;
import dev.mpp.checkpoints.Pacer;
import dev.mpp.checkpoints.Password;
import dev.mpp.checkpoints.Probe;
import dev.mpp.checkpoints.Probes;
import dev.mpp.core.plan.CheckpointBoard;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.config.MppConfig.Checkpoints;
import dev.mpp.node.config.ProbeSpecs;
import dev.mpp.node.config.Secret;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/** The checkpoints of one site, from the configuration. */
final class CheckpointWiring {
  private final MppConfig config;
  private final Probes probes = Probes.platform();
  private final List<CheckpointRunner.Task> tasks;
  private final CheckpointDesk desk;

  CheckpointWiring(MppConfig config) {
    this.config = config;
    Optional<Checkpoints> own = config.checkpointsOf(config.site());
    ProbeSpecs specs =
        new ProbeSpecs(
            config.profiles(), own.map(Checkpoints::interval).orElse(Checkpoints.DEFAULT_INTERVAL));
    this.tasks =
        own.stream()
            .flatMap(c -> c.probes().stream())
            .map(specs::parse)
            .map(spec -> new CheckpointRunner.Task(spec, probe(spec)))
            .toList();
    this.desk =
        new CheckpointDesk(
            tasks.stream().map(CheckpointRunner.Task::spec).toList(), specs::parse, this::probe);
  }

  /** For operators: what is configured, and a probe on demand. */
  CheckpointDesk desk() {
    return desk;
  }

  List<CheckpointBoard.Spec> board() {
    return tasks.stream()
        .map(
            t ->
                new CheckpointBoard.Spec(
                    t.spec().toString(), t.spec().kind(), t.spec().profile().ladder()))
        .toList();
  }

  CheckpointRunner start(
      Pacer pacer, SplittableRandom random, Consumer<CheckpointRunner.Result> consumer) {
    int atOnce =
        config
            .checkpointsOf(config.site())
            .map(Checkpoints::concurrency)
            .orElse(Checkpoints.DEFAULT_CONCURRENCY);
    return CheckpointRunner.start(tasks, atOnce, pacer, random, desk.andThen(consumer));
  }

  private Probe probe(CheckpointSpec spec) {
    return probes.of(
        spec,
        Optional.ofNullable(config.profiles().get(spec.profileName()))
            .flatMap(MppConfig.Profile::password)
            .map(Kept::new));
  }

  /** A password kept where the configuration says. */
  private record Kept(Secret secret) implements Password {
    @Override
    public String reveal() throws IOException {
      return secret.reveal();
    }

    @Override
    public void refused() {
      secret.forget();
    }
  }
}
