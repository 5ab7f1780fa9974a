package dev.mpp.node;

import dev.mpp.core.reach.Verdict;
import dev.mpp.node.api.Checkpoints;
import java.util.List;

/** The site's checkpoints as the operators' side sees them. */
record ConfiguredCheckpoints(CheckpointDesk desk) implements Checkpoints {

  @Override
  public List<Listed> list() {
    return desk.list().stream()
        .map(CheckpointDesk.Entry::spec)
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
    String text = spec.strip();
    try {
      Verdict verdict = desk.test(text);
      return new Tested(text, verdict.ok(), verdict.micros(), verdict.message());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
