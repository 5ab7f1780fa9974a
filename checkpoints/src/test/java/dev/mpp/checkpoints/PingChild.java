package dev.mpp.checkpoints;

import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Verdict;
import java.time.Duration;

/** One icmp probe in a process of its own, for a test that prepares the network around it. */
final class PingChild {
  private PingChild() {}

  /** Prints {@code obstacle|ok|message|milliseconds}. */
  public static void main(String[] args) throws InterruptedException {
    CheckpointSpec spec =
        Asking.spec(Duration.ofMillis(Long.parseLong(args[1])), "icmp", args[0], 0, p -> p);
    long start = System.nanoTime();
    Verdict verdict = Probes.platform().of(spec).run();
    long millis = (System.nanoTime() - start) / 1_000_000;
    System.out.println(
        Probes.obstacle(spec).isPresent()
            + "|"
            + verdict.ok()
            + "|"
            + verdict.message()
            + "|"
            + millis);
  }
}
