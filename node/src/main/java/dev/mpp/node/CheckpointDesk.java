package dev.mpp.node;

import dev.mpp.checkpoints.CheckpointRunner.Result;
import dev.mpp.checkpoints.Probe;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What an operator can ask about this site's checkpoints: which there are, and how a target answers
 * now. A test has no effect on the counters of a checkpoint. Safe for any thread.
 */
public final class CheckpointDesk implements Consumer<Result> {
  private static final int AT_ONCE = 8;
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(2);

  /**
   * A configured checkpoint. Class, method, host, port (0 for icmp), profile, timeout and interval
   * are those of {@code spec}, defaults filled in; {@code spec.toString()} is its text.
   *
   * @param last the latest scheduled probe and the cycles skipped so far; empty before the first
   */
  public record Entry(CheckpointSpec spec, Optional<Result> last) {}

  private final List<CheckpointSpec> configured;
  private final Function<String, CheckpointSpec> parse;
  private final Function<CheckpointSpec, Probe> probe;
  private final Map<String, Result> latest = new ConcurrentHashMap<>();
  private final Semaphore places = new Semaphore(AT_ONCE, true);

  /**
   * @param parse reads a checkpoint with the profiles of the site; throws IllegalArgumentException
   */
  CheckpointDesk(
      List<CheckpointSpec> configured,
      Function<String, CheckpointSpec> parse,
      Function<CheckpointSpec, Probe> probe) {
    this.configured = List.copyOf(configured);
    this.parse = parse;
    this.probe = probe;
  }

  /** Takes note of a scheduled probe. */
  @Override
  public void accept(Result result) {
    latest.put(result.spec().toString(), result);
  }

  /** Every configured checkpoint of this site, in the order of the file. */
  public List<Entry> list() {
    return configured.stream()
        .map(s -> new Entry(s, Optional.ofNullable(latest.get(s.toString()))))
        .toList();
  }

  /**
   * Probes once, now. Blocks for at most 2 s and the timeout of the checkpoint and 1 s.
   *
   * <p>The target need not be configured, unless the profile logs in: a password only goes where
   * the configuration sends it.
   *
   * @param text {@code class:method:target:profile}; the class does not matter here
   * @return what was found; everything wrong with the target is in it
   * @throws IllegalArgumentException if the text is no checkpoint, with the reason
   * @throws IllegalStateException if too many tests run already, for 2 s
   */
  public Verdict test(String text) throws InterruptedException {
    CheckpointSpec spec = parse.apply(text);
    if (spec.profile().mysql().user().isPresent() && configured.stream().noneMatch(spec::equals)) {
      throw new IllegalArgumentException(
          "profile \""
              + spec.profileName()
              + "\" logs in with a password, and only to the targets that the configuration names:"
              + " test one of those, or use a profile without a user");
    }
    Probe asked = probe.apply(spec);
    if (!places.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          "busy: " + AT_ONCE + " tests of checkpoints run already; try again in a moment");
    }
    try {
      return asked.run();
    } finally {
      places.release();
    }
  }
}
