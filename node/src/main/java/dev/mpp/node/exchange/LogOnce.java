package dev.mpp.node.exchange;

import java.util.LinkedHashSet;
import java.util.Set;
import org.slf4j.Logger;

/**
 * Says each thing once, however often a peer retries, until it is forgotten or pushed out by newer
 * ones. Confined to the exchange thread.
 */
final class LogOnce {
  private static final int REMEMBERED = 200;

  private final Logger log;
  private final Set<String> said = new LinkedHashSet<>();

  LogOnce(Logger log) {
    this.log = log;
  }

  void warn(String line) {
    if (said.add(line)) {
      if (said.size() > REMEMBERED) {
        said.remove(said.iterator().next());
      }
      log.warn(line);
    }
  }

  void forget(String prefix) {
    said.removeIf(line -> line.startsWith(prefix));
  }
}
