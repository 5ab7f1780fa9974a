package dev.mpp.core.plan;

import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the brain remembers of one local node beside its pool state. */
final class NodeTrack {
  final NodeAddress address;
  final FenceDuty fence;
  private @Nullable ServerFacts facts;
  long lastWallMillis;
  long factsAt = LeaseClock.NEVER;
  long healthySince = LeaseClock.NEVER;
  long notFollowingSince = LeaseClock.NEVER;
  int pollsSincePromoted;
  int readOnlyWhileActive;
  long deadManSeenAt = LeaseClock.NEVER;

  /** Its last comparison with an ACTIVE found transactions that the ACTIVE lacks. */
  boolean errant;

  long followCommand;
  long followCommandAt = LeaseClock.NEVER;
  boolean writableInFlight;

  NodeTrack(NodeAddress address, FenceDuty fence) {
    this.address = address;
    this.fence = fence;
  }

  Optional<ServerFacts> facts() {
    return Optional.ofNullable(facts);
  }

  void answered(ServerFacts next, long now, long wallMillis) {
    facts = next;
    factsAt = now;
    lastWallMillis = wallMillis;
    if (next.deadMan()) {
      deadManSeenAt = now;
    }
    pollsSincePromoted++;
  }

  /** Whether its dead-man was seen alive within the last minute before the server fell silent. */
  boolean deadManKnown() {
    return deadManSeenAt != LeaseClock.NEVER && factsAt - deadManSeenAt <= 60_000_000_000L;
  }

  void unreachable(long wallMillis) {
    lastWallMillis = wallMillis;
    healthySince = LeaseClock.NEVER;
    notFollowingSince = LeaseClock.NEVER;
  }
}
