package dev.mpp.node.agreement;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.apache.ratis.proto.RaftProtos.RoleInfoProto;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerRpc;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rebuilds the connections to silent peers. The library sets neither keep-alive nor TCP user
 * time-out on them, so after a cut TCP's back-off, not the network, would decide when a peer is
 * heard again: the kernel retries old segments and connects ever more rarely. A new connection made
 * each election time-out finds the healed network within that time, without host settings.
 */
final class PeerChannels {
  private static final Logger LOG = LoggerFactory.getLogger(PeerChannels.class);

  private final RaftServerRpc rpc;
  private final Supplier<Collection<RaftPeerId>> members;
  private final Duration silence;

  /**
   * @param members the voters but this one, as agreed now
   */
  PeerChannels(RaftServerRpc rpc, Supplier<Collection<RaftPeerId>> members, Duration silence) {
    this.rpc = rpc;
    this.members = members;
    this.silence = silence;
  }

  /** One round; blocks for milliseconds. */
  void rebuildSilent(RoleInfoProto role) {
    silent(role).forEach(this::rebuild);
  }

  /**
   * A leader knows who answers, though a new one counts from before it asked; a candidate that
   * found no leader for long suspects everyone. That is later than elections take which are won: a
   * connection that is closed under a new leader's first entry makes it a {@link StuckLeader}.
   */
  private Collection<RaftPeerId> silent(RoleInfoProto role) {
    if (role.hasLeaderInfo() && role.getRoleElapsedTimeMs() < silence.toMillis()) {
      return List.of();
    }
    return switch (role.getPeerInfoCase()) {
      case LEADERINFO ->
          role.getLeaderInfo().getFollowerInfoList().stream()
              .filter(f -> f.getLastRpcElapsedTimeMs() > silence.toMillis())
              .map(f -> RaftPeerId.valueOf(f.getId().getId()))
              .toList();
      case CANDIDATEINFO ->
          role.getCandidateInfo().getLastLeaderElapsedTimeMs() > 4 * silence.toMillis()
              ? members.get()
              : List.of();
      case FOLLOWERINFO, PEERINFO_NOT_SET -> List.of();
    };
  }

  /**
   * True when this member leads but no majority of the voters answered within the silence. The
   * library's own check of this runs only when no proposal arrived for a while; a leader that is
   * cut off and goes on to renew would pile up entries that the others, when the network heals,
   * walk back one round trip each.
   */
  boolean lostMajority(RoleInfoProto role) {
    Collection<RaftPeerId> others = members.get();
    long silent = silent(role).stream().filter(others::contains).count();
    return role.hasLeaderInfo() && 2 * (others.size() - silent + 1) <= others.size() + 1;
  }

  private void rebuild(RaftPeerId peer) {
    LOG.debug("Ledger: {} is silent, connecting anew", peer);
    promptly(() -> rpc.handleException(peer, new IOException("silent"), true));
  }

  /**
   * Runs on a thread of its own that is already interrupted: closing a channel waits seconds for
   * its streams to end, which on a dead connection they never do, and an interrupted closer skips
   * that wait and fails the streams at once. Only then does the log appender open new ones.
   */
  static void promptly(Runnable close) {
    Thread.startVirtualThread(
        () -> {
          Thread.currentThread().interrupt();
          try {
            close.run();
          } catch (RuntimeException e) {
            LOG.debug("Ledger: closing a channel failed", e);
          }
        });
  }
}
