package dev.mpp.chaos.sim;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A model of a MariaDB server with one replication source: what MYSQL.md measured, simplified.
 * Transactions are numbered globally by the world, in the order in which they were executed.
 */
final class SimServer {
  static final long LOCK_TIMEOUT = 2_000_000_000L;

  final NodeAddress address;
  final int id;
  @Nullable SimServer source;
  boolean up = true;
  boolean frozen;

  /** Was suspended while writable: it may serve until its own timers fire. */
  boolean thawed;

  boolean readOnly = true;
  boolean receiverStarted;
  boolean receiverConnected;
  boolean applierRunning;
  boolean semiSync;
  long lockRefreshedAt = Long.MIN_VALUE;
  long incarnation = 1;

  /** Executed transactions: number and origin server. */
  final List<Tx> executed = new ArrayList<>();

  /** Received from the source but not applied. */
  final List<Tx> relay = new ArrayList<>();

  /** Executed here as the origin and not acknowledged to the client yet. */
  final TreeSet<Long> unacked = new TreeSet<>();

  record Tx(long number, int origin, long sequence) {}

  SimServer(NodeAddress address, int id) {
    this.address = address;
    this.id = id;
  }

  boolean writable() {
    return up && !frozen && !readOnly;
  }

  /** Whether the dead-man lock is held, as the server sees it. */
  boolean lockHeld(long now) {
    return lockRefreshedAt != Long.MIN_VALUE && now - lockRefreshedAt < LOCK_TIMEOUT;
  }

  void crash() {
    up = false;
    frozen = false;
    thawed = false;
    incarnation++;
    receiverStarted = false;
    receiverConnected = false;
    applierRunning = false;
    semiSync = false;
    lockRefreshedAt = Long.MIN_VALUE;
    relay.clear();
  }

  /** Boots read-only, replication stopped; the never acknowledged tail is truncated. */
  void boot() {
    up = true;
    readOnly = true;
    while (!executed.isEmpty() && unacked.contains(executed.getLast().number())) {
      unacked.remove(executed.removeLast().number());
    }
    unacked.clear();
  }

  long lastSequence() {
    return executed.isEmpty() ? 0 : executed.getLast().sequence();
  }

  private static GtidSet gtids(List<Tx> list) {
    StringBuilder b = new StringBuilder();
    for (int server = 1; server <= 9; server++) {
      long last = 0;
      for (Tx t : list) {
        if (t.origin() == server) {
          last = Math.max(last, t.sequence());
        }
      }
      if (last > 0) {
        b.append(b.isEmpty() ? "" : ",").append("0-").append(server).append('-').append(last);
      }
    }
    return GtidSet.parse(b.toString());
  }

  ServerFacts facts() {
    List<Tx> all = new ArrayList<>(executed);
    all.addAll(relay);
    return new ServerFacts(
        "sim",
        readOnly,
        gtids(executed),
        Optional.of(
            new ServerFacts.Replication(
                source == null ? "" : source.address.toString(),
                receiverStarted,
                receiverConnected,
                applierRunning,
                "",
                OptionalLong.of(0),
                gtids(all))),
        new ServerFacts.SemiSync(
            semiSync, replicas() ? 1 : 0, unacked.isEmpty() ? 0 : 1, semiSync, true),
        true);
  }

  private boolean replicas() {
    SimServer s = source;
    return s != null && s.receiverConnected && s.up;
  }
}
