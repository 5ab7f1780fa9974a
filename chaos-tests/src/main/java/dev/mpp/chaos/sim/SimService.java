package dev.mpp.chaos.sim;

import dev.mpp.core.model.ServiceName;
import java.util.ArrayList;
import java.util.List;

/** One service's servers, and what happens between them while nobody looks. */
final class SimService {
  final ServiceName name;
  final int index;
  final List<SimServer> servers = new ArrayList<>();
  private final SimWorld world;
  private long settledAt;

  SimService(SimWorld world, ServiceName name, int index) {
    this.world = world;
    this.name = name;
    this.index = index;
  }

  /**
   * Works out what clients and replication did since the last call. Called before every change of a
   * server or of a link, so that between two calls nothing but that went on.
   */
  void settle() {
    if (settledAt == world.time.now()) {
      return;
    }
    settledAt = world.time.now();
    for (SimServer s : servers) {
      s.receiverConnected = s.connected();
    }
    for (SimServer s : servers) {
      s.write(replicasOf(s) > 0);
    }
    for (SimServer s : servers) {
      s.replicate();
    }
  }

  /** A server may be writable now, or may not be any more. */
  void looked(SimServer server) {
    world.checker.look(server, world.time.now());
  }

  int replicasOf(SimServer source) {
    int n = 0;
    for (SimServer s : servers) {
      if (s.receiverConnected && s.source == source) {
        n++;
      }
    }
    return n;
  }
}
