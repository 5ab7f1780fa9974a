package dev.mpp.chaos.lab;

import dev.mpp.chaos.lab.Lab.Part;
import dev.mpp.chaos.process.Deadline;
import dev.mpp.chaos.process.Place;
import dev.mpp.chaos.process.Trouble;
import dev.mpp.chaos.script.Load;
import java.time.Duration;

/** A lab as it has to be before something is done to it. */
final class Whole {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final Duration LOOK = Duration.ofMillis(250);

  private Whole() {}

  /**
   * One server writable and named by DNS, the other in step, every writer content, every node at
   * the head of the ledger and in touch with all others, the other site fit to take over.
   *
   * @return the writable one
   */
  static Place await(Lab lab, Load load) {
    long start = System.nanoTime();
    boolean whole =
        Deadline.await(
            LIMIT,
            LOOK,
            () -> {
              requireProcesses(lab);
              long now = System.nanoTime();
              return now - start > 1_000_000_000L
                  && load.active().filter(load::inSync).isPresent()
                  && load.allAckedSince(now - 500_000_000L)
                  && load.smoothSince(now - 1_000_000_000L)
                  && CatchUp.wholeUnder(lab).isPresent()
                  && lab.data().stream().anyMatch(site -> CatchUp.eligible(lab, site));
            });
    return load.active()
        .filter(place -> whole)
        .orElseThrow(
            () ->
                new Trouble(
                    "the lab did not become whole within %d s: %s"
                        .formatted(LIMIT.toSeconds(), load.complaint()),
                    CatchUp.describe(lab)));
  }

  private static void requireProcesses(Lab lab) {
    for (LabSite site : lab.sites()) {
      if (!lab.runs(Part.NODE, site) || (!site.witness() && !lab.runs(Part.MYSQL, site))) {
        throw new Trouble("a process of " + site.label() + " ended by itself", "");
      }
    }
  }
}
