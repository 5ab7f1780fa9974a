package dev.mpp.chaos.check;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a run must show.
 *
 * @param takeover the role must go to the other server; otherwise any server may have it
 * @param newActiveWithin bound of the time from the fault to the first accepted write
 * @param fencedFrom after this instant the old server must refuse writes; empty: not judged
 * @param roleChanges so many at most; empty: not judged
 * @param holderStays the server that was writable must never be read-only after the fault
 * @param flagsCount two servers without {@code read_only} are a violation. Not where one was
 *     stopped by a signal: it goes on where it was, and only what it acknowledges can count
 */
public record Expectation(
    boolean takeover,
    Optional<Duration> newActiveWithin,
    Optional<Long> fencedFrom,
    OptionalInt roleChanges,
    boolean holderStays,
    boolean flagsCount) {

  /** The flags count; the role and its holder are not judged. */
  public Expectation(
      boolean takeover, Optional<Duration> newActiveWithin, Optional<Long> fencedFrom) {
    this(takeover, newActiveWithin, fencedFrom, OptionalInt.empty(), false, true);
  }
}
