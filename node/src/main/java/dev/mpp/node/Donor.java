package dev.mpp.node;

import dev.mpp.cli.Cli;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.ConfiguredServers.Server;
import dev.mpp.node.mysql.CloneRebuild;
import dev.mpp.node.mysql.Comparing;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.Lacking;
import dev.mpp.node.mysql.ServerSession;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Whose data a diverged MySQL server gets, and the copying. */
final class Donor {
  /** The journal keeps 500 characters of a reason. */
  private static final int ENTRY = 380;

  @Option(
      names = "--donor",
      paramLabel = "HOST:PORT",
      description =
          "MySQL: the server to copy from, a STANDBY for example; it must have nothing that the"
              + " ACTIVE lacks (default: the ACTIVE).")
  private String donor = "";

  @Option(
      names = "--clone-limit",
      paramLabel = "MINUTES",
      defaultValue = "720",
      description = "MySQL: how long the copy may take (default: ${DEFAULT-VALUE}).")
  private int limit = 720;

  @Option(
      names = "--restart-limit",
      paramLabel = "MINUTES",
      defaultValue = "30",
      description =
          "MySQL: how long the server may take to be up again after it (default:"
              + " ${DEFAULT-VALUE}).")
  private int restart = 30;

  /** A copy that can be made. */
  final class Copy implements AutoCloseable {
    private final ServerSession server;
    private final NodeAddress from;
    private final CloneRebuild rebuild;

    private Copy(ServerSession server, NodeAddress from, CloneRebuild rebuild) {
      this.server = server;
      this.from = from;
      this.rebuild = rebuild;
    }

    /** The administrator's session on the server that is replaced. */
    ServerSession server() {
      return server;
    }

    /** What is given up, exactly: in as many orders to MPP of its site as it takes. */
    void journal(Cli cli, Lacking lacking) {
      List<String> parts = parts(lacking.items());
      for (int i = 0; i < parts.size(); i++) {
        cli.hold(
            server.address().toString(),
            "rejoin: rebuilt by CLONE from %s, discards%s %s"
                .formatted(
                    from,
                    parts.size() == 1 ? "" : " (" + (i + 1) + "/" + parts.size() + ")",
                    parts.get(i)));
      }
    }

    /** Copies, and returns a session of MPP's account on the read-only server with the data. */
    ServerSession run(Cli cli, Server which, Duration timeout) throws IOException {
      PrintWriter out = cli.terminal().out();
      out.printf("copying the data of %s to %s%n", from, server.address());
      out.flush();
      CloneRebuild.End end = rebuild.run(Duration.ofMinutes(limit));
      server.close();
      out.println(
          switch (end) {
            case RESTARTS -> server.address() + " restarts with the data of " + from;
            case ENDED ->
                server.address()
                    + " has the data and has ended, as nothing supervises it: start it now (for"
                    + " example systemctl start mysql); this goes on then";
          });
      out.flush();
      return CloneRebuild.await(
          server.address(), which.manager(), timeout, Duration.ofMinutes(restart));
    }

    @Override
    public void close() {
      server.close();
    }
  }

  /**
   * Looks whether it can be done.
   *
   * @param account on both servers
   */
  Copy plan(Server server, ServerSession active, Credentials account, Duration timeout, boolean tls)
      throws IOException {
    NodeAddress from = from(server, active, timeout);
    ServerSession here = ServerSession.open(server.address(), account, timeout);
    try (ServerSession there = ServerSession.open(from, account, timeout)) {
      return new Copy(
          here, from, CloneRebuild.plan(here, server.manager(), timeout, there, account, tls));
    } catch (IOException e) {
      here.close();
      throw e;
    }
  }

  private NodeAddress from(Server server, ServerSession active, Duration timeout)
      throws IOException {
    if (donor.isEmpty()) {
      return active.address();
    }
    NodeAddress from;
    try {
      from = NodeAddress.parse(donor);
    } catch (IllegalArgumentException e) {
      throw new IOException("--donor: " + e.getMessage() + "; write HOST:PORT", e);
    }
    if (!server.others().contains(from)) {
      throw new IOException("--donor " + from + " is no other server of this service");
    }
    if (!from.equals(active.address())) {
      try (ServerSession session = ServerSession.open(from, server.manager(), timeout)) {
        Lacking errant = Comparing.of(session, active).lacking();
        if (!errant.isEmpty()) {
          throw new IOException(
              "--donor %s has transactions that ACTIVE %s lacks: %s"
                  .formatted(from, active.address(), String.join(", ", errant.items())));
        }
      }
    }
    return from;
  }

  /** The items in texts of a bounded length. */
  static List<String> parts(List<String> items) {
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    for (String item : items) {
      if (!part.isEmpty() && part.length() + item.length() > ENTRY) {
        parts.add(part.toString());
        part.setLength(0);
      }
      part.append(part.isEmpty() ? "" : ", ").append(item);
    }
    if (!part.isEmpty()) {
      parts.add(part.toString());
    }
    return List.copyOf(parts);
  }
}
