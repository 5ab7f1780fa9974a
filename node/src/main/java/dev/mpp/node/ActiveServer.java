package dev.mpp.node;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.ConfiguredServers.Server;
import dev.mpp.node.mysql.Comparing;
import dev.mpp.node.mysql.ServerSession;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Finds the server that a command compares with: the writable one. */
final class ActiveServer {
  private ActiveServer() {}

  /**
   * A session on the one writable server of the service beside this one.
   *
   * @throws IOException if there is none, or more than one; the message says what was found
   */
  static ServerSession find(Server server, Duration timeout) throws IOException {
    List<ServerSession> writable = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    try {
      for (NodeAddress other : server.others()) {
        look(other, server, timeout, writable, seen);
      }
      if (writable.size() == 1) {
        return writable.removeFirst();
      }
      throw new IOException(
          writable.isEmpty()
              ? "no other server of "
                  + server.service().name()
                  + " is writable, so there is nothing to compare with: "
                  + String.join("; ", seen)
              : "more than one server is writable: "
                  + String.join(", ", writable.stream().map(s -> s.address().toString()).toList()));
    } finally {
      writable.forEach(ServerSession::close);
    }
  }

  private static void look(
      NodeAddress other,
      Server server,
      Duration timeout,
      List<ServerSession> writable,
      List<String> seen) {
    try {
      ServerSession session = ServerSession.open(other, server.manager(), timeout);
      boolean open = false;
      try {
        open = Comparing.writable(session);
        seen.add(other + (open ? " is writable" : " is read-only"));
      } finally {
        if (!open) {
          session.close();
        }
      }
      if (open) {
        writable.add(session);
      }
    } catch (IOException e) {
      seen.add(String.valueOf(e.getMessage()));
    }
  }
}
