package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.NodeType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Everything that can happen to a pool of so many nodes, made once. */
final class Menu {
  private static final PollResult[] RESULTS = {
    PollResult.HEALTHY,
    new PollResult.ConnectFailure("down"),
    new PollResult.ReplicationFailure("lag"),
    new PollResult.Healthy("full"),
    new PollResult.ConnectFailure("locked out", ScenarioWords.VOUCHED)
  };
  static final int KINDS = RESULTS.length;
  static final int WARNED = 3;
  static final int VOUCHED = 4;
  private static final String[] OVERRIDES = {
    "state=ACTIVE",
    "state=STANDBY",
    "state=FAILED_ONLINE",
    "state=FAILED_OFFLINE",
    "status=OK",
    "status=FAIL",
    "type=PRIMARY",
    "type=SECONDARY",
    "weight=0",
    "weight=500"
  };

  final List<PoolConfig.Member> members = new ArrayList<>();

  /**
   * All nodes; the results are the digits of the index to base {@link #KINDS}, the PRIMARY's the
   * lowest.
   */
  final Act[] polls;

  /** By node and result. */
  final Act[][] pollsOfOne;

  final Act[] promoted;
  final Act[] promotionFailed;
  final Act[] fenced;
  final Act[] recover;
  final Act[] proven;
  final Act[] unset;

  /** By node. */
  final Act[][] overrides;

  final Act granted = happens(new PoolEvent.Permission(true, ""));
  final Act withdrawn = happens(new PoolEvent.Permission(false, PlayText.NO_LEASE));
  final Act returned = happens(new PoolEvent.Returned("subset"));
  final Act pause = happens(new PoolEvent.Paused(true));
  final Act resume = happens(new PoolEvent.Paused(false));
  final Act recoverPool = happens(new PoolEvent.RecoverPool());
  final Act activatePrimary = happens(new PoolEvent.ActivatePrimary());
  final Act restart = new Act.Restart();

  Menu(int size) {
    int count = 1;
    for (int i = 0; i < size; i++) {
      members.add(
          new PoolConfig.Member(
              new NodeAddress("10.0.0." + (i + 1), 3306),
              i == 0 ? NodeType.PRIMARY : NodeType.SECONDARY));
      count *= RESULTS.length;
    }
    polls = new Act[count];
    for (int n = 0; n < count; n++) {
      polls[n] = poll(n);
    }
    pollsOfOne = new Act[size][RESULTS.length];
    promoted = new Act[size];
    promotionFailed = new Act[size];
    fenced = new Act[size];
    recover = new Act[size];
    proven = new Act[size];
    unset = new Act[size];
    overrides = new Act[size][OVERRIDES.length];
    for (int i = 0; i < size; i++) {
      node(i, members.get(i).address());
    }
  }

  private Act poll(int digits) {
    Map<NodeAddress, PollResult> results = new HashMap<>();
    int rest = digits;
    for (PoolConfig.Member member : members) {
      results.put(member.address(), RESULTS[rest % RESULTS.length]);
      rest /= RESULTS.length;
    }
    return happens(new PoolEvent.Polled(results));
  }

  private void node(int i, NodeAddress node) {
    for (int r = 0; r < RESULTS.length; r++) {
      pollsOfOne[i][r] = happens(new PoolEvent.Polled(Map.of(node, RESULTS[r])));
    }
    promoted[i] = happens(new PoolEvent.Promoted(node));
    promotionFailed[i] = happens(new PoolEvent.PromotionFailed(node, "disk full"));
    fenced[i] = happens(new PoolEvent.Fenced(node, "by hand"));
    recover[i] = happens(new PoolEvent.Recover(node));
    proven[i] = happens(new PoolEvent.ProvenClean(node, "subset"));
    unset[i] = happens(new PoolEvent.SetOverride(node, NodeOverride.NONE));
    for (int k = 0; k < OVERRIDES.length; k++) {
      String[] word = OVERRIDES[k].split("=", -1);
      overrides[i][k] = new Act.Override(node, NodeOverride.parse(word[0], word[1]));
    }
  }

  private static Act happens(PoolEvent event) {
    return new Act.Happens(event);
  }
}
