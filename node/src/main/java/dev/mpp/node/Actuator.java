package dev.mpp.node;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.node.agreement.Agreement;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.mysql.MySqlServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Performs what the brain commands, each on a virtual thread with the command's own bound, and
 * answers with an event. Decides nothing. A command never waits for another; the dead-man lock is
 * given and taken in the order of the commands because that never blocks.
 */
final class Actuator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Actuator.class);
  private static final Duration CHANGE = Duration.ofSeconds(2);

  /** Two threads are stopped and started, and a connection is made. */
  private static final Duration FOLLOW = Duration.ofSeconds(4);

  private final SiteId self;
  private final Agreement agreement;
  private final Map<NodeAddress, MySqlServer> local;
  private final Map<NodeAddress, NodePoller> pollers;
  private final BiFunction<ServiceName, NodeAddress, MySqlServer> remote;
  private final Map<ServiceName, List<MppConfig.Hook>> commands;
  private final FenceHooks hooks;
  private final Map<NodeAddress, MySqlServer> remotes = new ConcurrentHashMap<>();
  private final Consumer<BrainEvent> events;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("command-", 0).factory());

  /**
   * @param remote opens another site's server for fence tier 2
   * @param commands of the operator, for fence tier 4
   */
  Actuator(
      SiteId self,
      Agreement agreement,
      Map<NodeAddress, MySqlServer> local,
      Map<NodeAddress, NodePoller> pollers,
      BiFunction<ServiceName, NodeAddress, MySqlServer> remote,
      Map<ServiceName, List<MppConfig.Hook>> commands,
      Consumer<BrainEvent> events) {
    this.self = self;
    this.agreement = agreement;
    this.local = Map.copyOf(local);
    this.pollers = Map.copyOf(pollers);
    this.remote = remote;
    this.commands = Map.copyOf(commands);
    this.hooks = new FenceHooks(self);
    this.events = events;
  }

  /**
   * Performs any command but {@code Journal}, {@code KeepOverride} and {@code Answer}, which are
   * the loop's.
   */
  void perform(BrainCommand command) {
    switch (command) {
      case BrainCommand.Propose p ->
          agreement
              .propose(p.command())
              .whenComplete(
                  (outcome, failure) -> {
                    if (failure != null) {
                      LOG.debug("proposal {} not confirmed: {}", p.command(), failure.toString());
                    }
                  });
      case BrainCommand.FenceNode f ->
          run(
              () -> fenced(f.service(), f.node(), f.commandId(), fence(f)),
              why -> fenced(f.service(), f.node(), f.commandId(), failed(why)));
      case BrainCommand.FenceRemote f ->
          run(
              () -> fenced(f.service(), f.node(), f.commandId(), fence(f)),
              why -> fenced(f.service(), f.node(), f.commandId(), failed(why)));
      case BrainCommand.FenceHook f ->
          run(
              () -> hooks.run(f, commands.getOrDefault(f.service(), List.of()), anywhere(f)),
              why -> new BrainEvent.HookDone(f.service(), f.node(), f.commandId(), false, why));
      case BrainCommand.Prepare p -> run(() -> prepare(p), why -> unprepared(p, why));
      case BrainCommand.MakeWritable w ->
          run(
              () -> makeWritable(w),
              why ->
                  new BrainEvent.WritableDone(w.service(), w.node(), w.commandId(), false, 0, why));
      case BrainCommand.StartReplication r ->
          change(r.service(), r.node(), r.commandId(), s -> s.startReplication(CHANGE));
      case BrainCommand.StopReplication r ->
          change(r.service(), r.node(), r.commandId(), s -> s.stopReplication(CHANGE));
      case BrainCommand.FollowSource r ->
          change(r.service(), r.node(), r.commandId(), s -> s.follow(r.source(), FOLLOW));
      case BrainCommand.SemiSync c ->
          change(c.service(), c.node(), c.commandId(), s -> s.semiSyncSource(c.on(), CHANGE));
      case BrainCommand.HoldDeadMan h -> server(h.node()).holdDeadManUntil(h.until());
      case BrainCommand.TakeDeadMan t -> server(t.node()).takeDeadManUntil(t.until());
      case BrainCommand.DropDeadMan d -> server(d.node()).dropDeadMan();
      case BrainCommand.PollWithin p -> {
        NodePoller poller = pollers.get(p.node());
        if (poller != null) {
          poller.within(p.delay());
        }
      }
      case BrainCommand.PreferLeadership p -> agreement.preferLeadership();
      case BrainCommand.YieldLeadership y -> agreement.yieldLeadership(y.to());
      case BrainCommand.Reaches r -> agreement.reaches(r.seenAt());
      case BrainCommand.ForceTakeover f -> agreement.force(f.service(), f.by(), f.reason());
      case BrainCommand.Journal j -> throw new IllegalArgumentException("the loop's: " + j);
      case BrainCommand.KeepOverride k -> throw new IllegalArgumentException("the store's: " + k);
      case BrainCommand.Show s -> throw new IllegalArgumentException("the loop's: " + s);
      case BrainCommand.Answer a -> throw new IllegalArgumentException("the loop's: " + a);
    }
  }

  /** Every command is answered, whatever breaks on the way. */
  private void run(Supplier<BrainEvent> work, Function<String, BrainEvent> broken) {
    threads.execute(
        () -> {
          BrainEvent answer;
          try {
            answer = work.get();
          } catch (RuntimeException e) {
            LOG.error("command failed", e);
            answer = broken.apply("internal error: " + e);
          }
          events.accept(answer);
        });
  }

  private void change(
      ServiceName service,
      NodeAddress node,
      long commandId,
      Function<MySqlServer, MySqlServer.Change> change) {
    run(
        () -> {
          MySqlServer.Change c = change.apply(server(node));
          return new BrainEvent.ChangeDone(service, node, commandId, c.ok(), c.detail());
        },
        why -> new BrainEvent.ChangeDone(service, node, commandId, false, why));
  }

  private MySqlServer server(NodeAddress node) {
    MySqlServer s = local.get(node);
    if (s == null) {
      throw new IllegalArgumentException(node + " is not a node of this site");
    }
    return s;
  }

  private MySqlServer.Fence fence(BrainCommand.FenceNode f) {
    return server(f.node()).fence(Duration.ofNanos(f.budget()), f.reason());
  }

  private MySqlServer.Fence fence(BrainCommand.FenceRemote f) {
    MySqlServer server = remote(f.service(), f.node());
    Duration budget = Duration.ofNanos(f.budget());
    return f.released()
        ? server.fenceReleased(budget, f.reason())
        : server.fence(budget, f.reason());
  }

  private MySqlServer remote(ServiceName service, NodeAddress node) {
    return remotes.computeIfAbsent(node, n -> remote.apply(service, n));
  }

  /** A server of this site or of another. */
  private MySqlServer anywhere(BrainCommand.FenceHook f) {
    MySqlServer own = local.get(f.node());
    return own == null ? remote(f.service(), f.node()) : own;
  }

  private static MySqlServer.Fence failed(String why) {
    return new MySqlServer.Fence(MySqlServer.Fence.Outcome.FAILED, 0, why);
  }

  private static BrainEvent fenced(
      ServiceName service, NodeAddress node, long commandId, MySqlServer.Fence r) {
    return new BrainEvent.FenceDone(
        service, node, commandId, r.safe(), r.outcome().name(), r.micros(), r.detail());
  }

  private BrainEvent prepare(BrainCommand.Prepare p) {
    MySqlServer.Prepared r = server(p.node()).prepare(Duration.ofNanos(p.budget()));
    return new BrainEvent.PrepareDone(
        p.service(), p.node(), p.commandId(), r.ok(), r.executed(), r.detail());
  }

  private static BrainEvent unprepared(BrainCommand.Prepare p, String why) {
    return new BrainEvent.PrepareDone(
        p.service(), p.node(), p.commandId(), false, Optional.empty(), why);
  }

  private BrainEvent makeWritable(BrainCommand.MakeWritable w) {
    MySqlServer.Promoted r =
        server(w.node())
            .makeWritable(w.service().name(), w.epoch(), self.name(), Duration.ofNanos(w.budget()));
    return new BrainEvent.WritableDone(
        w.service(), w.node(), w.commandId(), r.ok(), r.micros(), r.detail());
  }

  /**
   * Gives every dead-man lock up: the servers fence themselves whatever happens to this process.
   */
  void dropAllDeadMen() {
    local.values().forEach(MySqlServer::dropDeadMan);
  }

  @Override
  public void close() {
    threads.shutdownNow();
    local.values().forEach(MySqlServer::close);
    remotes.values().forEach(MySqlServer::close);
  }
}
