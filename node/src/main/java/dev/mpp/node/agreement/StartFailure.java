package dev.mpp.node.agreement;

import java.net.BindException;
import java.nio.channels.OverlappingFileLockException;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.protocol.exceptions.ChecksumException;

/** Turns what the library threw at the start into a sentence with a remedy. */
final class StartFailure {
  private StartFailure() {}

  static LedgerStartException explain(LedgerConfig config, Exception thrown) {
    if (thrown instanceof LedgerStartException e) {
      return e;
    }
    List<Throwable> chain = chain(thrown);
    String detail = detail(chain);
    if (has(chain, BindException.class) || says(chain, "Failed to bind to address")) {
      return new LedgerStartException(
          ("%s cannot listen on port %d of \"%s\" (%s). Stop the other process, or correct the"
                  + " member's address, port or bind address.")
              .formatted(config.self(), config.own().port(), config.bindAddress(), detail),
          thrown);
    }
    if (has(chain, OverlappingFileLockException.class) || says(chain, "already locked")) {
      return new LedgerStartException(
          "the ledger storage %s is in use by another process (%s). Stop it; never share one."
              .formatted(config.storage(), detail),
          thrown);
    }
    if (has(chain, UnreadableLedgerException.class) && says(chain, "another version")) {
      return new LedgerStartException(
          "the ledger storage %s is not readable: %s. Upgrade this member to the others' version."
              .formatted(config.storage(), detail),
          thrown);
    }
    if (has(chain, ChecksumException.class)
        || has(chain, UnreadableLedgerException.class)
        || says(chain, "Failed to initRaftLog")
        || says(chain, "MD5")
        || says(chain, "checksum")) {
      return new LedgerStartException(
          ("the ledger's log in %s is damaged (%s). The other members have it; this one must not"
                  + " vote with a part of it. %s")
              .formatted(config.storage(), detail, LedgerStorage.REJOIN),
          thrown);
    }
    return new LedgerStartException(
        "the ledger of %s did not start with storage %s: %s"
            .formatted(config.self(), config.storage(), detail),
        thrown);
  }

  private static List<Throwable> chain(Throwable thrown) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable t = thrown; t != null && chain.size() < 20; t = t.getCause()) {
      chain.add(t);
    }
    return chain;
  }

  private static String detail(List<Throwable> chain) {
    Throwable root = chain.getLast();
    return root.getClass().getSimpleName() + ": " + root.getMessage();
  }

  private static boolean has(List<Throwable> chain, Class<? extends Throwable> type) {
    return chain.stream().anyMatch(type::isInstance);
  }

  private static boolean says(List<Throwable> chain, String text) {
    return chain.stream().anyMatch(t -> t.getMessage() != null && t.getMessage().contains(text));
  }
}
