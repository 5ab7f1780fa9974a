package dev.mpp.core.plan;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServerFacts;
import java.util.Optional;

/**
 * What one read-only node is told so that it follows the source that the {@link Topology} gives it.
 *
 * <pre>
 *   its receiver            its source   what is done
 *   ----------------------  -----------  --------------------------------------------------------
 *   off, never configured   any          follow, once compared
 *   off, with an error      any          follow, once compared; after five attempts no more
 *   off                     right        start, once compared
 *   off                     wrong        follow, once compared
 *   connecting              wrong        follow, once compared
 *   running                 wrong        stop: what it has stands still then, and can be compared
 *   connecting for 3 s      right        follow, at most twice, for the account may be another; the
 *                                        server itself goes on trying
 *   running, applier off    right        start the applier; after five errors no more
 *   on, not by GTID         right        stop, and then as above
 *   running                 right        nothing
 * </pre>
 *
 * <p>Compared: the ACTIVE has everything that the node executed, and everything that it received
 * and would throw away with its relay log; and the source, if it is another than the ACTIVE, has
 * what the node executed (a MariaDB source refuses a replica that is ahead of it). So a node that
 * diverged is never given another source, and the only copy of a transaction is never thrown away.
 */
final class ChannelRule {
  /** Attempts on an error that stays, before an operator is asked. */
  static final int ATTEMPTS = 5;

  /** A connection may be down that long (a restart, a role change) before it is looked into. */
  static final long GRACE = 3_000_000_000L;

  /** Of the account of one that cannot connect; the attempts that are left are for later. */
  private static final int RENEWALS = 2;

  static final Leave LEAVE = new Leave();

  private ChannelRule() {}

  /**
   * What is known.
   *
   * @param node of the last poll
   * @param source whom it is to follow
   * @param relay of the source's last poll; empty when the source is the ACTIVE, or not known
   * @param counted the ACTIVE waits for what this node acknowledges
   * @param attempts on the present trouble
   * @param downFor nanoseconds for which it has not replicated
   */
  record Sight(
      ServerFacts node,
      ActiveSeen active,
      NodeAddress source,
      Optional<ServerFacts> relay,
      boolean counted,
      int attempts,
      long downFor) {

    private boolean relayed() {
      return !source.equals(active.node());
    }
  }

  /** At most one command to the node. */
  sealed interface Step {}

  /** It follows, or tries to. */
  record Leave() implements Step {}

  /**
   * Not yet, or not any more.
   *
   * @param why as part of a sentence
   */
  record Wait(String why) implements Step {}

  /** Both threads are stopped. */
  record Stop(String why) implements Step {}

  /** What is off is started, with the source that is configured. */
  record Start(String why) implements Step {}

  /** Source and account are configured and both threads started. */
  record Follow(String why) implements Step {}

  static Step judge(Sight s) {
    ServerFacts.Replication r = s.node().replication().orElse(null);
    if (r == null) {
      return compared(s, new Follow("it had no source"));
    }
    boolean right = r.source().equals(s.source().toString());
    if (!r.receiverStarted()) {
      return off(s, r, right);
    }
    if (!right) {
      return elsewhere(s, r);
    }
    if (!r.applierRunning()) {
      return applier(s, r);
    }
    if (!r.byGtid()) {
      return new Stop(r.error());
    }
    return r.receiverRunning() ? LEAVE : connecting(s, r);
  }

  private static Step off(Sight s, ServerFacts.Replication r, boolean right) {
    if (s.counted()) {
      return new Wait("the ACTIVE site still counts on what it received");
    }
    if (!right) {
      return compared(s, new Follow("its source was " + r.source()));
    }
    if (r.error().isEmpty()) {
      return compared(s, new Start("its replication was off"));
    }
    return s.attempts() >= ATTEMPTS
        ? givenUp()
        : compared(s, new Follow("its replication had stopped: " + r.error()));
  }

  private static Step elsewhere(Sight s, ServerFacts.Replication r) {
    if (s.counted()) {
      return new Wait("the ACTIVE site still counts on what it received");
    }
    if (!r.receiverRunning()) {
      return compared(s, new Follow("its source was " + r.source()));
    }
    return s.relayed() && s.relay().filter(ChannelRule::replicates).isEmpty()
        ? new Wait(s.source() + " does not replicate itself yet")
        : new Stop("it follows %s and not %s; compared first".formatted(r.source(), s.source()));
  }

  private static Step applier(Sight s, ServerFacts.Replication r) {
    if (!has(s.active().facts(), s.node().executed())) {
      return behind(s);
    }
    if (r.error().isEmpty()) {
      return new Start("its applier was off");
    }
    return s.attempts() >= ATTEMPTS
        ? givenUp()
        : new Start("its applier had stopped: " + r.error());
  }

  private static Step connecting(Sight s, ServerFacts.Replication r) {
    boolean look =
        s.attempts() < RENEWALS && s.downFor() >= GRACE && !r.error().isEmpty() && !s.counted();
    return look ? compared(s, new Follow("it cannot reach its source: " + r.error())) : LEAVE;
  }

  private static Step compared(Sight s, Step then) {
    GtidSet mine = s.node().executed();
    ServerFacts theirs = s.active().facts();
    if (!mine.comparable(theirs.executed())) {
      return new Wait("the ACTIVE is of another family");
    }
    if (!has(theirs, mine)) {
      return behind(s);
    }
    Optional<GtidSet> received =
        s.node().replication().map(ServerFacts.Replication::received).filter(r -> !has(theirs, r));
    if (received.isPresent()) {
      return new Wait(unapplied(s.active(), received.get()));
    }
    boolean ready = !s.relayed() || s.relay().filter(relay -> has(relay, mine)).isPresent();
    return ready ? then : new Wait(s.source() + " does not have yet all that it has");
  }

  static String unapplied(ActiveSeen active, GtidSet received) {
    return "it received and did not apply what ACTIVE %s lacks: %s"
        .formatted(active.node(), received.missingFrom(active.facts().executed()));
  }

  private static boolean has(ServerFacts facts, GtidSet transactions) {
    return facts.executed().contains(transactions);
  }

  private static boolean replicates(ServerFacts f) {
    return f.replication().filter(r -> r.receiverRunning() && r.applierRunning()).isPresent();
  }

  private static Step behind(Sight s) {
    return new Wait("ACTIVE %s has not shown all that it has".formatted(s.active().node()));
  }

  private static Step givenUp() {
    return new Wait("tried %d times in vain; mpp recover tries again".formatted(ATTEMPTS));
  }
}
