package dev.mpp.chaos.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Judges what happened from the servers' side alone; knows nothing of leases or states. */
final class SimChecker {
  private final List<String> violations = new ArrayList<>();
  private final TreeSet<Long> acknowledged = new TreeSet<>();
  private final Map<Integer, Boolean> writable = new HashMap<>();
  private final Map<Integer, Long> openedAt = new HashMap<>();
  private final Map<Integer, Long> lastAcknowledged = new HashMap<>();

  List<String> violations() {
    return violations;
  }

  int acknowledgedCount() {
    return acknowledged.size();
  }

  /** A client got its acknowledgement from this server. */
  void acknowledged(SimServer server, long tx, long now) {
    acknowledged.add(tx);
    long opened = openedAt.getOrDefault(server.id, Long.MIN_VALUE);
    lastAcknowledged.forEach(
        (other, at) -> {
          if (other != server.id && at >= opened) {
            violations.add(
                "server %d acknowledged a write at %.3f s although server %d had, at %.3f s, after server %d was opened"
                    .formatted(server.id, now / 1e9, other, at / 1e9, server.id));
          }
        });
    lastAcknowledged.put(server.id, now);
  }

  /** Called after every change of any server. */
  void look(List<SimServer> servers, long now) {
    for (SimServer s : servers) {
      boolean is = s.up && !s.readOnly;
      boolean was = Boolean.TRUE.equals(writable.put(s.id, is));
      if (is && !was) {
        openedAt.put(s.id, now);
        TreeSet<Long> missing = new TreeSet<>(acknowledged);
        s.executed.forEach(t -> missing.remove(t.number()));
        if (!missing.isEmpty()) {
          violations.add(
              "server %d became writable at %.3f s without %d acknowledged writes (first %d)"
                  .formatted(s.id, now / 1e9, missing.size(), missing.first()));
        }
        servers.stream()
            .filter(o -> o != s && o.writable() && !o.thawed)
            .forEach(
                o ->
                    violations.add(
                        "server %d became writable at %.3f s while server %d was"
                            .formatted(s.id, now / 1e9, o.id)));
      }
    }
  }
}
