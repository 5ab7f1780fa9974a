package dev.mpp.chaos.check;

import java.time.Duration;
import java.util.Optional;

/**
 * What a run must show.
 *
 * @param takeover the role must go to the other server; otherwise any server may have it
 * @param newActiveWithin bound of the time from the fault to the first accepted write
 * @param fencedFrom after this instant the old server must refuse writes; empty: not judged
 */
public record Expectation(
    boolean takeover, Optional<Duration> newActiveWithin, Optional<Long> fencedFrom) {}
