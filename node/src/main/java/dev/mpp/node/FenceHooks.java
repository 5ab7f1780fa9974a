package dev.mpp.node;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.config.Durations;
import dev.mpp.node.config.MppConfig.Hook;
import dev.mpp.node.config.MppConfig.HookWhen;
import dev.mpp.node.mysql.MySqlServer;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fence tier 4: the operator's commands. What a command says of itself counts for nothing: the
 * server is fenced when it refuses writes, or connections, after the command. Blocks the calling
 * (virtual) thread for at most the deadlines of the commands and {@link #VERIFY} each.
 */
final class FenceHooks {
  /** A fence that looks at the server after the command. */
  static final Duration VERIFY = Duration.ofMillis(1500);

  /** Of one of the two connection attempts that nobody may answer. */
  private static final Duration CONNECT = Duration.ofMillis(700);

  private final SiteId self;

  FenceHooks(SiteId self) {
    this.self = self;
  }

  /**
   * Runs those of the commands that are for this result of the other tiers, in order, until one of
   * them has fenced the server; after a fence that succeeded, all of them.
   */
  BrainEvent.HookDone run(BrainCommand.FenceHook f, List<Hook> hooks, MySqlServer server) {
    List<String> said = new ArrayList<>();
    boolean verified = false;
    for (Hook hook : hooks) {
      boolean wanted = f.failed() || hook.when() == HookWhen.ALWAYS;
      if (wanted && !(verified && f.failed())) {
        verified = one(f, hook, server, said);
      }
    }
    return new BrainEvent.HookDone(
        f.service(), f.node(), f.commandId(), verified, String.join("; ", said));
  }

  private boolean one(BrainCommand.FenceHook f, Hook hook, MySqlServer server, List<String> said) {
    String name = hook.command().getFirst();
    HookProcess.Result r;
    try {
      r = HookProcess.run(hook.command(), environment(f), hook.deadline());
    } catch (IOException e) {
      said.add(name + " could not be started: " + e.getMessage());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      said.add(name + " was interrupted");
      return false;
    }
    String output = r.output().isEmpty() ? "" : ", its last lines: " + r.output();
    if (r.exit().isEmpty()) {
      said.add(
          "%s ran longer than %s and was killed with its children%s"
              .formatted(name, Durations.print(hook.deadline()), output));
      return false;
    }
    if (r.exit().getAsInt() != 0) {
      said.add("%s ended with status %d%s".formatted(name, r.exit().getAsInt(), output));
      return false;
    }
    String took = String.format(Locale.ROOT, " (%.0f ms)", r.nanos() / 1e6);
    MySqlServer.Fence after = server.fence(VERIFY, "after " + name);
    boolean fenced =
        after.outcome() == MySqlServer.Fence.Outcome.FENCED
            || after.outcome() == MySqlServer.Fence.Outcome.DOWN;
    if (fenced) {
      said.add(name + " ended with status 0" + took + ", verified: " + after.detail() + output);
      return true;
    }
    if (hook.unreachableIsFenced() && unreachable(f.node())) {
      said.add(name + " ended with status 0" + took + ", and the server does not answer" + output);
      return true;
    }
    said.add(
        "%s ended with status 0%s, but the server is not fenced (%s: %s)%s"
            .formatted(name, took, after.outcome(), after.detail(), output));
    return false;
  }

  /** What a command is told. Nothing of it is secret. */
  private Map<String, String> environment(BrainCommand.FenceHook f) {
    Map<String, String> env = new TreeMap<>();
    env.put("MPP_SERVICE", f.service().name());
    env.put("MPP_SITE", f.site().name());
    env.put("MPP_NODE", f.node().toString());
    env.put("MPP_HOST", f.node().host());
    env.put("MPP_PORT", Integer.toString(f.node().port()));
    env.put("MPP_EPOCH", Long.toString(f.epoch()));
    env.put("MPP_RESULT", f.result());
    env.put("MPP_BY", self.name());
    return env;
  }

  /** Two attempts that time out, or that no router knows a way for. */
  private static boolean unreachable(NodeAddress node) {
    for (int attempt = 0; attempt < 2; attempt++) {
      if (!silent(node)) {
        return false;
      }
    }
    return true;
  }

  private static boolean silent(NodeAddress node) {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(node.host(), node.port()), Math.toIntExact(CONNECT.toMillis()));
      return false;
    } catch (SocketTimeoutException | NoRouteToHostException e) {
      return true;
    } catch (ConnectException e) {
      return false; // refused: somebody is there
    } catch (IOException e) {
      return false;
    }
  }
}
