package dev.mpp.node.api;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalQuery;
import dev.mpp.core.journal.JournalReport;
import dev.mpp.core.journal.Testimony;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.FailoverPlan;
import dev.mpp.node.NodeSnapshot;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What operators may see and do through one node. Every method may be called from any thread. */
public interface NodeControl {

  /** The newest picture; never blocks. */
  NodeSnapshot snapshot();

  /**
   * Hands an operator's order to the brain; returns at once.
   *
   * @param order one of the {@code Operator…} events
   * @return completes with the answer, {@code OK: …} or {@code ERROR: …}; of an override when it is
   *     on disk, or with an answer that says that it is not
   */
  CompletableFuture<String> order(BrainEvent order);

  /** The journal entries on disk that are asked for, oldest first; may block on the disk. */
  List<JournalEntry> journal(JournalQuery query);

  /** Where the journal ends on disk; never blocks. */
  JournalHead journalHead();

  /**
   * Reads and checks the whole journal; blocks on the disk.
   *
   * @param known where it ended once, as somebody kept it
   */
  Verified verifyJournal(List<JournalHead> known);

  /** What the configuration says that decides a failover of the service. */
  FailoverPlan.Setting failover(ServiceName service);

  /** Tells the watcher of every later picture and entry until the subscription is closed. */
  Subscription subscribe(Watcher watcher);

  /** The pools of every site, as this node's configuration has them. */
  List<Pool> pools();

  /** Nodes that are kept on disk and in no pool of this site any more; may block on the disk. */
  List<Stored> stored();

  /**
   * Forgets them, and their overrides; may block on the disk.
   *
   * @param nodes of {@link #stored}
   */
  void forget(List<Stored> nodes, String user, String reason);

  /** This site's checkpoints. */
  Checkpoints checkpoints();

  /** How long the stages of the last changes of roles took. */
  Times times();

  /**
   * One line of the journal.
   *
   * @param sequence grows with every entry of this node
   * @param service empty for what concerns the whole node
   * @param kind short name of what happened
   * @param subject pool, node or site it is about, may be empty
   * @param user empty when the node acted by itself
   * @param hash empty before it is on disk
   */
  record JournalEntry(
      long sequence,
      long wallMillis,
      String service,
      String kind,
      String subject,
      long epoch,
      String text,
      String user,
      String hash) {}

  /**
   * @param seen by other sites, as this node heard of it
   */
  record Verified(JournalReport report, List<Testimony> seen) {
    public Verified {
      seen = List.copyOf(seen);
    }
  }

  /**
   * A configured pool.
   *
   * @param logic {@code failover} or {@code cluster}
   * @param line {@code name:N;primary:H;…}
   * @param yaml the same as part of {@code mpp.yml}
   * @param policies what judges its nodes
   */
  record Pool(
      SiteId site,
      ServiceName service,
      String name,
      String logic,
      String line,
      String yaml,
      List<Setting> policies,
      List<NodeAddress> nodes) {
    public Pool {
      policies = List.copyOf(policies);
      nodes = List.copyOf(nodes);
    }
  }

  /** A key of {@code mpp.yml} and its value. */
  record Setting(String key, String value) {}

  /**
   * What is left of a node.
   *
   * @param override empty without one
   */
  record Stored(
      ServiceName service,
      String pool,
      NodeAddress node,
      State state,
      Status status,
      long lastWallMillis,
      String override) {}

  /**
   * @param sinceWallMillis nothing before it was watched
   */
  record Times(long sinceWallMillis, List<Time> times) {
    public Times {
      times = List.copyOf(times);
    }
  }

  /**
   * The last time of one stage.
   *
   * @param stage {@code detection}, {@code takeover}, {@code release}, {@code claim} or {@code
   *     promotion}
   * @param text from what to what
   */
  record Time(ServiceName service, String stage, long millis, long wallMillis, String text) {}

  /** Called on any thread, the loop's included: must return at once and must not throw. */
  interface Watcher {
    void picture(NodeSnapshot snapshot);

    /** An entry that is on its way to the disk. */
    void entry(JournalEntry entry);

    /** Some more entries are on the disk. */
    default void committed() {}
  }

  /**
   * What this node warns of that is not of one service: certificates that end soon, members and
   * configurations that differ. Never blocks.
   */
  default List<String> alarms() {
    return List.of();
  }

  /** What other name servers were told, and how far they have confirmed it. Never blocks. */
  default List<String> outbound() {
    return List.of();
  }

  /** The ledger's voters as known here; never blocks. */
  default List<Voter> voters() {
    return List.of();
  }

  /**
   * Agrees on other voters; blocks, at most 25 s.
   *
   * @return what was done
   * @throws IllegalStateException when it is refused, with the remedy
   */
  default String changeMember(MemberChange change) {
    throw new IllegalStateException("this node has no ledger");
  }

  /**
   * A voter, or a site that waits to be one.
   *
   * @param id name of its storage, empty when it is no voter
   * @param note what does not fit, may be empty
   */
  record Voter(
      SiteId site, String id, String address, boolean leader, boolean connected, String note) {}

  /**
   * @param force remove it although it holds a service
   */
  record MemberChange(Kind kind, SiteId site, boolean force, String by, String reason) {
    /** What is done with the site. */
    public enum Kind {
      ADD,
      REMOVE,
      REPLACE
    }
  }

  /** Ends a subscription; closing twice is harmless. */
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }
}
