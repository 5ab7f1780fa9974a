package dev.mpp.core.plan;

import dev.mpp.core.model.ServerFacts;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a node is behind the ACTIVE one by the heartbeats in its data. A heartbeat's number is
 * only compared, never read as a time: its age is counted from when this process heard that the
 * ACTIVE had it, on this process's clock, so that clocks which differ between hosts do not matter.
 * What the server itself says counts while no heartbeats arrive.
 *
 * <p>The measure comes late by the age of the ACTIVE's view, and is as coarse as the heartbeats.
 */
final class HeartbeatLag {
  /** Of 2 s each, more than half an hour. */
  private static final int KEPT = 1_000;

  /** Without a new heartbeat for so long, their age says nothing of replication. */
  private static final long STALE = 10_000_000_000L;

  private record Seen(long beat, long at) {}

  private final Deque<Seen> seen = new ArrayDeque<>();

  /** The facts with the lag by heartbeats where that is known. */
  ServerFacts refine(ServerFacts facts, Optional<ActiveSeen> active, long now) {
    if (active.isEmpty()) {
      return facts;
    }
    source(active.get().facts().vitals().beat(), now);
    OptionalLong lag = lag(facts.vitals().beat(), now);
    return lag.isPresent() ? facts.withLag(lag) : facts;
  }

  private void source(long beat, long now) {
    Seen last = seen.peekLast();
    if (beat == 0 || (last != null && beat == last.beat())) {
      return;
    }
    if (last != null && beat < last.beat()) {
      seen.clear(); // another server, whose clock is behind
    }
    seen.addLast(new Seen(beat, now));
    if (seen.size() > KEPT) {
      seen.removeFirst();
    }
  }

  private OptionalLong lag(long beat, long now) {
    Seen last = seen.peekLast();
    if (beat == 0 || last == null || seen.size() < 2 || now - last.at() > STALE) {
      return OptionalLong.empty();
    }
    for (Seen s : seen) {
      if (s.beat() > beat) {
        return OptionalLong.of((now - s.at()) / 1_000_000_000L);
      }
    }
    return OptionalLong.of(0);
  }
}
