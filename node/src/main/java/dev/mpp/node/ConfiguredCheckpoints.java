package dev.mpp.node;

import dev.mpp.checkpoints.CheckpointRunner;
import dev.mpp.core.reach.Verdict;
import dev.mpp.node.api.Checkpoints;
import java.util.List;
import java.util.stream.Collectors;

/** The configured checkpoints, listed and probed on demand. */
record ConfiguredCheckpoints(List<CheckpointRunner.Task> tasks) implements Checkpoints {

  @Override
  public List<Listed> list() {
    return tasks.stream()
        .map(CheckpointRunner.Task::spec)
        .map(
            s ->
                new Listed(
                    s.toString(),
                    s.method().toString(),
                    s.profile().timeout(),
                    s.profile().interval()))
        .toList();
  }

  @Override
  public Tested test(String spec) {
    CheckpointRunner.Task task =
        tasks.stream()
            .filter(t -> t.spec().toString().equals(spec.strip()))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no checkpoint of this site is written \""
                            + spec
                            + "\"; there is "
                            + tasks.stream()
                                .map(t -> t.spec().toString())
                                .collect(Collectors.joining(", "))));
    try {
      Verdict verdict = task.probe().run();
      return new Tested(task.spec().toString(), verdict.ok(), verdict.micros(), verdict.message());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
