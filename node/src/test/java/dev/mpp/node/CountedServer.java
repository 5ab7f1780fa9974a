package dev.mpp.node;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.mysql.MySqlServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A real server whose polls are counted: how many, when, how many at a time, of how many nodes. */
final class CountedServer implements MySqlServer {
  private final MySqlServer server;
  private final InFlight all;
  private final AtomicInteger running = new AtomicInteger();
  private final List<Long> starts = new ArrayList<>();
  private volatile boolean overlapped;
  private volatile boolean answered;
  private volatile int failures;
  private volatile String lastError = "";

  /** Of all nodes together. */
  static final class InFlight {
    private final AtomicInteger now = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();

    int most() {
      return most.get();
    }

    void reset() {
      most.set(0);
    }
  }

  CountedServer(MySqlServer server, InFlight all) {
    this.server = server;
    this.all = all;
  }

  boolean answered() {
    return answered;
  }

  boolean overlapped() {
    return overlapped;
  }

  String lastError() {
    return lastError;
  }

  int failures() {
    return failures;
  }

  /** Starts of polls from that instant on. */
  synchronized List<Long> startsSince(long nanos) {
    return starts.stream().filter(s -> s - nanos >= 0).toList();
  }

  private synchronized void started() {
    starts.add(System.nanoTime());
  }

  @Override
  public Poll poll() {
    overlapped |= running.incrementAndGet() > 1;
    started();
    all.most.accumulateAndGet(all.now.incrementAndGet(), Math::max);
    Poll result = server.poll();
    all.now.decrementAndGet();
    running.decrementAndGet();
    switch (result) {
      case Poll.Answered a -> answered = true;
      case Poll.ConnectFailed f -> {
        failures++;
        lastError = f.error();
      }
    }
    return result;
  }

  @Override
  public NodeAddress address() {
    return server.address();
  }

  @Override
  public void onConnectionLost(Runnable listener) {
    server.onConnectionLost(listener);
  }

  @Override
  public Fence fence(Duration budget, String reason) {
    return server.fence(budget, reason);
  }

  @Override
  public void holdDeadManUntil(long nanos) {
    server.holdDeadManUntil(nanos);
  }

  @Override
  public void takeDeadManUntil(long nanos) {
    holdDeadManUntil(nanos);
  }

  @Override
  public void dropDeadMan() {
    server.dropDeadMan();
  }

  @Override
  public Prepared prepare(Duration budget) {
    return server.prepare(budget);
  }

  @Override
  public Promoted makeWritable(String service, long epoch, String site, Duration budget) {
    return server.makeWritable(service, epoch, site, budget);
  }

  @Override
  public Change startReplication(Duration budget) {
    return server.startReplication(budget);
  }

  @Override
  public Change follow(NodeAddress source, Duration budget) {
    return server.follow(source, budget);
  }

  @Override
  public Change stopReplication(Duration budget) {
    return server.stopReplication(budget);
  }

  @Override
  public Change semiSyncSource(boolean on, Duration budget) {
    return server.semiSyncSource(on, budget);
  }

  @Override
  public void close() {
    server.close();
  }
}
