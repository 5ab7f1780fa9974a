package dev.mpp.core.pair;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.model.ServiceName;
import java.util.Map;
import java.util.Set;

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
   * For which services this site's reach is sufficient at this instant, judged as if the peer were
   * silent. Stands until the next one.
   */
  record Reaches(Set<ServiceName> services) implements PairInput {
    public Reaches {
      services = Set.copyOf(services);
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
