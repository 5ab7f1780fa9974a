package dev.mpp.core.pair;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.model.ServiceName;
import java.util.Map;

/** Everything that can happen to one side of a pair. */
public sealed interface PairInput {

  /** Time passed; wanted a few times each heartbeat. */
  record Tick() implements PairInput {}

  /** This site proposes it. */
  record Propose(LedgerCommand command) implements PairInput {}

  record Received(PairMessage message) implements PairInput {}

  /** The peer was heard on another way than the ledger's. */
  record Heard() implements PairInput {}

  /** {@link PairOutput.Persist} of that generation is on disk. */
  record Persisted(long generation) implements PairInput {}

  /**
   * For which services this site's reach is sufficient, judged as if the peer were silent, and by
   * whose word: the start of the latest checkpoint run that says so. Stands until the next one, and
   * for each service until that run is {@link PairTiming#sight} old.
   */
  record Reaches(Map<ServiceName, Long> seenAt) implements PairInput {
    /** Where no checkpoint is asked for. */
    public static final long ALWAYS = Long.MAX_VALUE;

    public Reaches {
      seenAt = Map.copyOf(seenAt);
    }
  }

  /**
   * Answer to {@link PairOutput.Look}.
   *
   * @param startedAt when the first of them was tried
   */
  record Looked(long startedAt, Map<Target, Target.Answer> answers) implements PairInput {
    public Looked {
      answers = Map.copyOf(answers);
    }
  }

  /** An operator vouches that the peer does not serve the service, nor will. */
  record Force(ServiceName service, String by, String reason) implements PairInput {}
}
