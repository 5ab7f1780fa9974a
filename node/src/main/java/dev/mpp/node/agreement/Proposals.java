package dev.mpp.node.agreement;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.protocol.exceptions.NotLeaderException;
import org.apache.ratis.protocol.exceptions.RaftException;
import org.apache.ratis.protocol.exceptions.SetConfigurationException;
import org.apache.ratis.protocol.exceptions.StateMachineException;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * Carries commands to the leader, each on its own virtual thread: in process when this member
 * leads, else by one call to the leader this member's replica knows. One proposal is one call id
 * however often it is sent, so a leader that saw it before answers with the first result.
 *
 * <p>The library's own client is not used: its ordered form is dead for good once its retries are
 * exhausted, its blocking form does not know what the local replica knows and asks dead leaders.
 */
final class Proposals {
  private static final Duration PAUSE = Duration.ofMillis(20);
  static final Duration CHANGE = Duration.ofSeconds(20);

  /**
   * Under way at once, besides those that are never late. Each waits for the disks of a majority: a
   * renewal would otherwise wait behind the claims of a thousand services that start together, and
   * come after the end of the leases that they gave.
   */
  private static final int BESIDE_RENEWALS = 64;

  private final RaftServer server;
  private final RaftClientRpc rpc;
  private final RaftGroupId group;
  private final Supplier<@Nullable RaftPeerId> knownLeader;
  private final LedgerConfig.Timings timings;
  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();
  private final Map<RaftPeerId, Long> rebuiltNanos = new ConcurrentHashMap<>();
  private final Set<Thread> running = ConcurrentHashMap.newKeySet();
  private final Semaphore besideRenewals = new Semaphore(BESIDE_RENEWALS, true);
  private volatile boolean closed;

  Proposals(
      RaftServer server,
      RaftClientRpc rpc,
      RaftGroupId group,
      Supplier<@Nullable RaftPeerId> knownLeader,
      LedgerConfig.Timings timings) {
    this.server = server;
    this.rpc = rpc;
    this.group = group;
    this.knownLeader = knownLeader;
    this.timings = timings;
  }

  /** Returns at once; the future completes within the propose time-out. */
  CompletableFuture<LedgerOutcome> propose(LedgerCommand command) {
    long deadline = System.nanoTime() + timings.propose().toNanos();
    CompletableFuture<LedgerOutcome> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("ledger-propose")
        .start(
            () -> {
              running.add(Thread.currentThread());
              try {
                result.complete(inTurn(command, deadline));
              } catch (InterruptedException e) {
                result.completeExceptionally(new IOException("the ledger was closed", e));
              } catch (IOException | TimeoutException | RuntimeException e) {
                result.completeExceptionally(e);
              } finally {
                running.remove(Thread.currentThread());
              }
            });
    return result;
  }

  /** What leases hang on goes at once, one for a whole site; the rest in the order it came in. */
  private LedgerOutcome inTurn(LedgerCommand command, long deadline)
      throws IOException, TimeoutException, InterruptedException {
    if (command instanceof LedgerCommand.Renew
        || command instanceof LedgerCommand.Beat
        || command instanceof LedgerCommand.Adopt) {
      return carry(command, deadline);
    }
    if (!besideRenewals.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      throw new TimeoutException(
          "not sent within %d ms: %d others are under way"
              .formatted(timings.propose().toMillis(), BESIDE_RENEWALS));
    }
    try {
      return carry(command, deadline);
    } finally {
      besideRenewals.release();
    }
  }

  private LedgerOutcome carry(LedgerCommand command, long deadline)
      throws IOException, TimeoutException, InterruptedException {
    RaftClientRequest.Builder request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setGroupId(group)
            .setCallId(calls.incrementAndGet())
            .setMessage(Message.valueOf(ByteString.copyFrom(LedgerCodec.encode(command))))
            .setType(RaftClientRequest.writeRequestType());
    String last = "no leader is known";
    RaftPeerId hint = null;
    while (!closed) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      if (left <= 0) {
        throw new TimeoutException(
            "not committed within %d ms, it may still be: %s"
                .formatted(timings.propose().toMillis(), last));
      }
      RaftPeerId leader = hint != null ? hint : knownLeader.get();
      hint = null;
      if (leader == null) {
        Thread.sleep(PAUSE);
        continue;
      }
      try {
        // Half the time for one leader: it may be gone, and the next one known, before the end.
        long wait = Math.min(left, Math.max(50, timings.propose().toMillis() / 2));
        RaftClientReply reply = send(request.setLeaderId(leader).setTimeoutMs(wait).build(), wait);
        if (reply.isSuccess()) {
          return LedgerCodec.outcome(reply.getMessage().getContent().toByteArray());
        }
        RaftException refusal = reply.getException();
        if (refusal instanceof StateMachineException) {
          throw new UnreadableLedgerException(String.valueOf(refusal.getMessage()), refusal);
        }
        last = leader + " answered " + refusal;
        hint = suggested(refusal, leader);
      } catch (IOException | TimeoutException e) {
        last = leader + " did not answer: " + e.getMessage();
        rebuild(leader);
      }
      if (hint == null) {
        Thread.sleep(PAUSE);
      }
    }
    throw new IOException("the ledger is closed");
  }

  private RaftClientReply send(RaftClientRequest request, long waitMillis)
      throws IOException, TimeoutException, InterruptedException {
    if (!request.getServerId().equals(server.getId())) {
      return rpc.sendRequest(request);
    }
    try {
      return server.submitClientRequestAsync(request).get(waitMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  private static @Nullable RaftPeerId suggested(@Nullable RaftException refusal, RaftPeerId asked) {
    if (refusal instanceof NotLeaderException n && n.getSuggestedLeader() != null) {
      RaftPeerId id = n.getSuggestedLeader().getId();
      return id.equals(asked) ? null : id;
    }
    return null;
  }

  /** A new connection to a leader that did not answer, at most one each shortest election time. */
  private void rebuild(RaftPeerId peer) {
    long now = System.nanoTime();
    if (closed || peer.equals(server.getId())) {
      return;
    }
    Long previous = rebuiltNanos.get(peer);
    if (previous == null || now - previous > timings.electionMin().toNanos()) {
      rebuiltNanos.put(peer, now);
      PeerChannels.promptly(() -> rpc.handleException(peer, new IOException("silent"), true));
    }
  }

  /**
   * Asks the leader to hand over to this member; blocks for at most about two election times.
   *
   * @throws IOException when the leader refused or did not answer
   */
  void takeLeadership(RaftPeerId leader) throws IOException {
    RaftClientReply reply =
        rpc.sendRequest(
            new TransferLeadershipRequest(
                client,
                leader,
                group,
                calls.incrementAndGet(),
                server.getId(),
                timings.electionMin().toMillis()));
    if (!reply.isSuccess()) {
      throw new IOException(String.valueOf(reply.getException()));
    }
  }

  /**
   * Asks the leader for another membership; blocks until it is committed, a new member has caught
   * up included, for at most {@link #CHANGE}.
   *
   * @param from the voters that the asker saw: nothing is done when they are not the present ones
   * @param followers that do not vote, and stay; when others are agreed meanwhile nothing is done
   * @param agreed whether {@code to} is the membership that this member knows
   * @throws IOException when the leader refused or did not answer; it may still be done later
   */
  void change(
      List<RaftPeer> from, List<RaftPeer> to, List<RaftPeer> followers, BooleanSupplier agreed)
      throws IOException {
    SetConfigurationRequest.Arguments arguments =
        SetConfigurationRequest.Arguments.newBuilder()
            .setServersInCurrentConf(from)
            .setListenersInCurrentConf(followers)
            .setServersInNewConf(to)
            .setListenersInNewConf(followers)
            .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
            .build();
    long deadline = System.nanoTime() + CHANGE.toNanos();
    while (true) {
      RaftPeerId leader = knownLeader.get();
      Exception refusal =
          leader == null
              ? new IOException("no leader is known: is there a majority?")
              : changed(leader, arguments);
      // An answer may be lost with its connection; what is agreed counts.
      if (refusal == null || agreed.getAsBoolean()) {
        return;
      }
      boolean judged = refusal instanceof SetConfigurationException;
      if (judged || System.nanoTime() - deadline > 0) {
        throw refusal instanceof IOException io ? io : new IOException(refusal);
      }
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Returns what the leader refused with, null when it is agreed. */
  private @Nullable Exception changed(
      RaftPeerId leader, SetConfigurationRequest.Arguments arguments) throws IOException {
    SetConfigurationRequest request =
        new SetConfigurationRequest(client, leader, group, calls.incrementAndGet(), arguments);
    try {
      return (leader.equals(server.getId())
              ? server.setConfigurationAsync(request).get(CHANGE.toMillis(), TimeUnit.MILLISECONDS)
              : rpc.sendRequest(request))
          .getException();
    } catch (ExecutionException e) {
      return e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (IOException | TimeoutException e) {
      return e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Gives the leadership of this member up; waits for no answer. */
  void stepDown() throws IOException {
    handLeadership(null);
  }

  /**
   * Replaces the followers that do not vote; waits for no answer. Only on the leader. Nothing is
   * done when other voters or followers are agreed meanwhile: this must not undo an operator's
   * change.
   *
   * @param present those that are agreed now
   */
  void setFollowers(List<RaftPeer> voters, List<RaftPeer> present, List<RaftPeer> followers)
      throws IOException {
    var unused =
        server.setConfigurationAsync(
            new SetConfigurationRequest(
                client,
                server.getId(),
                group,
                calls.incrementAndGet(),
                SetConfigurationRequest.Arguments.newBuilder()
                    .setServersInCurrentConf(voters)
                    .setListenersInCurrentConf(present)
                    .setServersInNewConf(voters)
                    .setListenersInNewConf(followers)
                    .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET)
                    .build()));
  }

  /**
   * Gives the leadership of this member up; waits for no answer.
   *
   * @param to null for whoever is elected
   */
  void handLeadership(@Nullable RaftPeerId to) throws IOException {
    var unused =
        server.transferLeadershipAsync(
            new TransferLeadershipRequest(
                client,
                server.getId(),
                group,
                calls.incrementAndGet(),
                to,
                timings.electionMin().toMillis()));
  }

  /** Fails what is under way. */
  void close() {
    closed = true;
    running.forEach(Thread::interrupt);
  }
}
