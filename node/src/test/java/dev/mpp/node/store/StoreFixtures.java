package dev.mpp.node.store;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/** Events and listeners for the tests of the store. */
final class StoreFixtures {
  private StoreFixtures() {}

  static JournalEvent event(String subject) {
    return new JournalEvent(
        1_700_000_000_000L,
        "mysql.eraser.test",
        "transition",
        subject,
        "STANDBY",
        "ACTIVE",
        7,
        "FAILOVER: Taking over ACTIVE state.",
        "ann");
  }

  /** Remembers what it heard. */
  static final class Heard implements StoreListener {
    /** Runs on the writer thread before it tries again. */
    volatile Runnable repair = () -> {};

    final BlockingQueue<String> words = new LinkedBlockingQueue<>();

    @Override
    public void failed(StoreException failure, int attempts) {
      if (attempts == 1) {
        words.add(failure.toString());
      }
      repair.run();
    }

    @Override
    public void recovered() {
      words.add("recovered");
    }
  }
}
