package dev.mpp.node;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.PollTrouble;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.node.mysql.MySqlServer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A server in memory that writes down when two of its kind were writable at once. */
final class PaperServer implements MySqlServer {
  private static final GtidSet GTIDS = GtidSet.parse("0-1-10");

  private final NodeAddress address;
  private final List<PaperServer> all;
  private final List<String> violations;
  private volatile Runnable lost = () -> {};
  volatile boolean readOnly = true;
  volatile boolean alive = true;

  PaperServer(NodeAddress address, List<PaperServer> all, List<String> violations) {
    this.address = address;
    this.all = all;
    this.violations = violations;
  }

  void kill() {
    alive = false;
    readOnly = true;
    lost.run();
  }

  @Override
  public NodeAddress address() {
    return address;
  }

  @Override
  public Poll poll() {
    if (!alive) {
      return new Poll.ConnectFailed(PollTrouble.REFUSED, PollTrouble.REFUSED.wording());
    }
    NodeAddress source =
        all.stream()
            .map(PaperServer::address)
            .filter(a -> !a.equals(address))
            .findFirst()
            .orElseThrow();
    return new Poll.Answered(
        new ServerFacts(
            "11.4.5-MariaDB-log",
            readOnly,
            GTIDS,
            Optional.of(
                new ServerFacts.Replication(
                    source.toString(), true, true, true, "", OptionalLong.of(0), GTIDS)),
            ServerFacts.SemiSync.OFF,
            true));
  }

  @Override
  public void onConnectionLost(Runnable listener) {
    lost = listener;
  }

  @Override
  public Fence fence(Duration budget, String reason) {
    readOnly = true;
    return new Fence(alive ? Fence.Outcome.FENCED : Fence.Outcome.DOWN, 100, "read back");
  }

  @Override
  public void holdDeadManUntil(long nanos) {}

  @Override
  public void takeDeadManUntil(long nanos) {
    holdDeadManUntil(nanos);
  }

  @Override
  public void dropDeadMan() {}

  @Override
  public Prepared prepare(Duration budget) {
    return new Prepared(alive, Optional.of(GTIDS), "", "");
  }

  @Override
  public Promoted makeWritable(String service, long epoch, String site, Duration budget) {
    if (!alive) {
      return new Promoted(false, 0, "connection refused");
    }
    readOnly = false;
    for (PaperServer other : all) {
      if (other != this && !other.readOnly) {
        violations.add(address + " was made writable while " + other.address + " was");
      }
    }
    return new Promoted(true, 100, "");
  }

  @Override
  public Change startReplication(Duration budget) {
    return new Change(alive, "");
  }

  @Override
  public Change follow(NodeAddress source, Duration budget) {
    return new Change(alive, "");
  }

  @Override
  public Change stopReplication(Duration budget) {
    return new Change(alive, "");
  }

  @Override
  public Change semiSyncSource(boolean on, Duration budget) {
    return new Change(alive, "");
  }

  @Override
  public void close() {}
}
