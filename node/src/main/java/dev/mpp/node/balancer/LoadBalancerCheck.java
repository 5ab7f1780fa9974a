package dev.mpp.node.balancer;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.node.NodeSnapshot;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a load balancer may send clients to a node (BEHAVIOUR section 7).
 *
 * <pre>
 * check  UP iff, never polled excepted          and
 * rw     ACTIVE  × OK OK_INFO OK_WARN (OK_CRITICAL)   this site holds the lease, pool OK
 * ro     STANDBY × OK                                 pool OK
 *        ACTIVE  as rw                                no STANDBY of the pool is OK
 * local  UNKNOWN STANDBY ACTIVE × all but FAIL        pool OK
 * all                                                 picture younger than the lease
 * </pre>
 *
 * @param criticalIsUp whether an ACTIVE node at OK_CRITICAL still takes writes
 * @param lease a picture older than that says nothing: everything is DOWN
 */
public record LoadBalancerCheck(boolean criticalIsUp, Duration lease) {

  private static final Set<State> NOT_FAILED =
      EnumSet.of(State.UNKNOWN, State.STANDBY, State.ACTIVE);

  /** What a check asks. */
  public enum Kind {
    RW,
    RO,
    LOCAL
  }

  /** The answer of a check. */
  public enum Answer {
    UP,
    DOWN,
    /** No such node at this site. */
    NO_SUCH_NODE
  }

  /** An answer and one line that says why. */
  public record Verdict(Answer answer, String reason) {
    /** The line for the response body, for example {@code DOWN 10.0.0.1:3306 STANDBY/OK}. */
    public String line() {
      return (answer == Answer.UP ? "UP " : "DOWN ") + reason;
    }
  }

  /**
   * Judges a node of this site. A node that is in several pools is UP only if it is in each.
   *
   * @param service restricts the question to the pool of one service
   * @param now of the clock that the snapshot's instants come from
   */
  public Verdict judge(
      Kind kind, NodeAddress node, Optional<ServiceName> service, NodeSnapshot s, long now) {
    List<PoolView> pools =
        s.local().pools().stream()
            .filter(p -> service.isEmpty() || p.service().equals(service.get()))
            .filter(p -> find(p, node).isPresent())
            .toList();
    if (pools.isEmpty()) {
      return new Verdict(
          Answer.NO_SUCH_NODE,
          node
              + " is not a node of "
              + s.local().site()
              + service.map(n -> " for " + n).orElse(""));
    }
    long age = now - s.takenAt();
    if (age > lease.toNanos()) {
      return down(
          node + " unknown: nothing was decided for " + age / 1_000_000 + " ms, the loop is stuck");
    }
    Verdict verdict = down("");
    for (PoolView pool : pools) {
      verdict = judge(kind, pool, find(pool, node).orElseThrow(), s, now);
      if (verdict.answer() != Answer.UP) {
        return verdict;
      }
    }
    return verdict;
  }

  private Verdict judge(Kind kind, PoolView pool, NodeView node, NodeSnapshot s, long now) {
    String what =
        node.address()
            + " "
            + node.state()
            + "/"
            + node.status()
            + node.override().map(o -> " (override: " + o.what() + ")").orElse("");
    if (node.req() < 0) {
      return down(what + ", not polled yet");
    }
    if (pool.status() == Status.FAIL) {
      return down(what + ", pool " + pool.name() + " is FAIL");
    }
    return switch (kind) {
      case RW -> readWrite(pool, node, what, s, now);
      case RO -> readOnly(pool, node, what);
      case LOCAL ->
          NOT_FAILED.contains(node.state()) && takesTraffic(node.status()) ? up(what) : down(what);
    };
  }

  private Verdict readWrite(PoolView pool, NodeView node, String what, NodeSnapshot s, long now) {
    if (!activeAndFit(node)) {
      return down(what);
    }
    Optional<NodeSnapshot.Service> service =
        s.services().stream().filter(v -> v.name().equals(pool.service())).findFirst();
    if (service.isEmpty() || !service.get().holding()) {
      return down(what + ", but this site does not hold the lease");
    }
    if (service.get().validUntil() - now <= 0) {
      return down(what + ", but the lease has run out");
    }
    return up(what + ", epoch " + service.get().grant().epoch());
  }

  private Verdict readOnly(PoolView pool, NodeView node, String what) {
    if (standbyAndOk(node)) {
      return up(what);
    }
    if (!activeAndFit(node)) {
      return down(what);
    }
    return pool.nodes().stream().anyMatch(LoadBalancerCheck::standbyAndOk)
        ? down(what + ", a STANDBY takes the reads")
        : up(what + ", no STANDBY is OK");
  }

  private boolean activeAndFit(NodeView node) {
    return node.state() == State.ACTIVE
        && switch (node.status()) {
          case OK, OK_INFO, OK_WARN -> true;
          case OK_CRITICAL -> criticalIsUp;
          case FAIL -> false;
        };
  }

  private static boolean standbyAndOk(NodeView node) {
    return node.state() == State.STANDBY && node.status() == Status.OK && node.req() >= 0;
  }

  private static boolean takesTraffic(Status status) {
    return switch (status) {
      case OK, OK_INFO, OK_WARN, OK_CRITICAL -> true;
      case FAIL -> false;
    };
  }

  private static Optional<NodeView> find(PoolView pool, NodeAddress node) {
    return pool.nodes().stream().filter(n -> n.address().equals(node)).findFirst();
  }

  private static Verdict up(String reason) {
    return new Verdict(Answer.UP, reason);
  }

  private static Verdict down(String reason) {
    return new Verdict(Answer.DOWN, reason);
  }
}
