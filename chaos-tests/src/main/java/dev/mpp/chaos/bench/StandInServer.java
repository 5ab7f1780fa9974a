package dev.mpp.chaos.bench;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.core.model.ServerFacts.SemiSync;
import dev.mpp.node.mysql.MySqlServer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A MySQL server in memory that does at once what it is told and always answers: read-only it is a
 * healthy replica of its peer, writable a healthy source. Guards nothing and proves nothing about
 * failover; it is there so that agreement about a thousand services can be measured without a
 * thousand servers. Thread-safe.
 */
final class StandInServer implements MySqlServer {
  private static final GtidSet POSITION = GtidSet.parse("0-1-1000");

  private final NodeAddress address;
  private final String source;
  private volatile boolean readOnly = true;
  private volatile boolean receives = true;
  private volatile boolean waits;

  /**
   * @param source {@code host:port} that it replicates from while it is read-only
   */
  StandInServer(NodeAddress address, String source) {
    this.address = address;
    this.source = source;
  }

  @Override
  public NodeAddress address() {
    return address;
  }

  @Override
  public Poll poll() {
    boolean replica = readOnly;
    return new Poll.Answered(
        new ServerFacts(
            "11.4.5-MariaDB-stand-in",
            replica,
            POSITION,
            replica ? Optional.of(replication()) : Optional.empty(),
            new SemiSync(waits, waits ? 1 : 0, 0, waits, replica),
            true));
  }

  private Replication replication() {
    return new Replication(source, receives, receives, receives, "", OptionalLong.of(0), POSITION);
  }

  @Override
  public void onConnectionLost(Runnable listener) {}

  @Override
  public Fence fence(Duration budget, String reason) {
    readOnly = true;
    return new Fence(Fence.Outcome.FENCED, 0, "stand-in");
  }

  @Override
  public void holdDeadManUntil(long nanos) {}

  @Override
  public void takeDeadManUntil(long nanos) {}

  @Override
  public void dropDeadMan() {
    readOnly = true;
  }

  @Override
  public Prepared prepare(Duration budget) {
    receives = false;
    return new Prepared(true, Optional.of(POSITION), "", "stand-in");
  }

  @Override
  public Promoted makeWritable(String service, long epoch, String site, Duration budget) {
    readOnly = false;
    return new Promoted(true, 0, "stand-in");
  }

  @Override
  public Change startReplication(Duration budget) {
    receives = true;
    return DONE;
  }

  @Override
  public Change follow(NodeAddress source, Duration budget) {
    receives = true;
    return DONE;
  }

  @Override
  public Change stopReplication(Duration budget) {
    receives = false;
    return DONE;
  }

  @Override
  public Change semiSyncSource(boolean on, Duration budget) {
    waits = on;
    return DONE;
  }

  private static final Change DONE = new Change(true, "stand-in");

  @Override
  public void close() {}
}
