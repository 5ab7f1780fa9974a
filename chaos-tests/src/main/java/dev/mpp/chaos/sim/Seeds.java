package dev.mpp.chaos.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Plays a range of seeds on several threads; what comes out does not depend on how many. */
final class Seeds {
  private final LeaseSimulation.Plan plan;
  private final int threads;
  private final List<LeaseSimulation.Result> bad = new ArrayList<>();
  private double seconds;
  private long played;

  Seeds(LeaseSimulation.Plan plan, int threads) {
    this.plan = plan;
    this.threads = threads;
  }

  /**
   * @param found told, on one thread at a time, of every seed that is not good, as it is found
   */
  void play(long from, long count, Consumer<LeaseSimulation.Result> found)
      throws InterruptedException {
    AtomicLong next = new AtomicLong(from);
    List<Thread> running = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      running.add(
          Thread.ofPlatform()
              .name("seeds-" + i)
              .start(
                  () -> {
                    for (long s = next.getAndIncrement();
                        s < from + count;
                        s = next.getAndIncrement()) {
                      done(LeaseSimulation.run(plan, s, false), found);
                    }
                  }));
    }
    for (Thread t : running) {
      t.join();
    }
    bad.sort(Comparator.comparingLong(LeaseSimulation.Result::seed));
  }

  private synchronized void done(
      LeaseSimulation.Result result, Consumer<LeaseSimulation.Result> found) {
    played++;
    seconds += result.seconds();
    if (!result.good()) {
      bad.add(result);
      found.accept(result);
    }
  }

  long played() {
    return played;
  }

  double hours() {
    return seconds / 3600;
  }

  /** By seed. */
  List<LeaseSimulation.Result> bad() {
    return bad;
  }
}
