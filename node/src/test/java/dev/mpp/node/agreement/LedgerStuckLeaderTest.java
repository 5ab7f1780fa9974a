package dev.mpp.node.agreement;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.junit.jupiter.api.Test;

class LedgerStuckLeaderTest {
  private final StuckLeader stuck = new StuckLeader(Duration.ofNanos(10));

  @Test
  void aLeaderThatCannotCommitGivesUpAndIsMorePatientNextTime() {
    assertFalse(stuck.stuck(RaftPeerRole.LEADER, false, 3, 100));
    assertFalse(stuck.stuck(RaftPeerRole.LEADER, false, 3, 109));
    assertTrue(stuck.stuck(RaftPeerRole.LEADER, false, 3, 110));
    assertFalse(stuck.stuck(RaftPeerRole.FOLLOWER, false, 3, 120));
    assertFalse(stuck.stuck(RaftPeerRole.LEADER, false, 5, 130));
    assertFalse(stuck.stuck(RaftPeerRole.LEADER, false, 5, 149));
    assertTrue(stuck.stuck(RaftPeerRole.LEADER, false, 5, 150));
  }

  @Test
  void aLeaderThatCommitsIsLeftAlone() {
    assertFalse(stuck.stuck(RaftPeerRole.LEADER, false, 3, 100));
    assertFalse(stuck.stuck(RaftPeerRole.LEADER, true, 3, 200));
    assertFalse(stuck.stuck(RaftPeerRole.LEADER, true, 3, 300));
    assertFalse(stuck.stuck(RaftPeerRole.CANDIDATE, false, 3, 400));
  }
}
