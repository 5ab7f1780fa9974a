package dev.mpp.dns;

import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Signs ahead of the queries: a new table at once, everything else when it becomes due. Runs on a
 * thread of its own; a query that comes before it signs for itself, so nothing waits for it.
 */
final class SigningSweep implements Runnable {
  private static final System.Logger LOG = System.getLogger(SigningSweep.class.getName());
  private static final long LOOK_MILLIS = 20;
  private static final long LOOK_UNSIGNED_MILLIS = 1000;
  private static final long DUE_EVERY_NANOS = 30_000_000_000L;

  /** The rest of a larger zone is signed when it is asked for. */
  private static final int MOST_SETS = 20_000;

  private final Supplier<AnswerTable> tables;
  private @Nullable AnswerTable seen;
  private long sweptAt = System.nanoTime();
  private boolean failed;

  SigningSweep(Supplier<AnswerTable> tables) {
    this.tables = tables;
  }

  @Override
  public void run() {
    try {
      while (true) {
        Thread.sleep(look() ? LOOK_MILLIS : LOOK_UNSIGNED_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the responder was closed
    }
  }

  /** Whether there is anything to sign at all. */
  private boolean look() {
    try {
      AnswerTable table = tables.get();
      List<Zone> signed = table.zones().stream().filter(z -> z.signer() != null).toList();
      if (System.nanoTime() - sweptAt > DUE_EVERY_NANOS) {
        signed.forEach(SigningSweep::prepare);
        sweptAt = System.nanoTime();
        seen = null;
      }
      if (table != seen) {
        signed.forEach(SigningSweep::sign);
        seen = table;
      }
      failed = false;
      return !signed.isEmpty();
    } catch (RuntimeException e) {
      if (!failed) {
        LOG.log(System.Logger.Level.ERROR, "signing ahead failed; queries sign for themselves", e);
      }
      failed = true;
      return false;
    }
  }

  private static void prepare(Zone zone) {
    ZoneSigner signer = zone.signer();
    if (signer != null) {
      signer.reread();
      signer.tidy();
    }
  }

  /** Makes every signature of the zone that is due. */
  static void sign(Zone zone) {
    ZoneSigner signer = zone.signer();
    if (signer != null && signer.ready()) {
      zone.signable().limit(MOST_SETS).forEach(signer::foresee);
    }
  }
}
