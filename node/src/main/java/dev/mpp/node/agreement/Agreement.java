package dev.mpp.node.agreement;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.lease.LedgerState;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The replicated ledger as one member sees it. */
public interface Agreement extends AutoCloseable {

  /** Told of everything this member's replica applies, in order, on the replica's own thread. */
  interface Listener {
    /** One command was applied. Must return quickly and must not throw. */
    void applied(LedgerCommand command, LedgerOutcome outcome, LedgerState after);

    /** The replica was loaded or replaced (start, snapshot): every grant counts as fresh. */
    void restored(LedgerState state);
  }

  /** Starts the replica. Throws with a remedy when its storage is damaged or foreign. */
  void start();

  /**
   * Proposes a command; returns at once. The future completes when some replica has applied it, or
   * exceptionally after a bounded time; a command whose future failed may still be applied later.
   * Authority comes only from {@link Listener#applied}.
   */
  CompletableFuture<LedgerOutcome> propose(LedgerCommand command);

  /** Asks that this member lead the replication; a hint, done in the background. */
  void preferLeadership();

  /** Asks that the other member lead the replication; a hint, done in the background. */
  default void yieldLeadership(SiteId to) {}

  /** Pair mode: for which services this site's reach would be sufficient alone, from now on. */
  default void reaches(Map<ServiceName, Long> seenAt) {}

  /** Pair mode: an operator vouches that the peer does not serve the service. */
  default void force(ServiceName service, String by, String reason) {}

  /** Pair mode: the peer was heard on another way than the ledger's. Any thread. */
  default void peerHeard() {}

  /**
   * Tells what another member reads, as it said itself; kept on disk. Returns at once.
   *
   * @param member name of its storage; empty when it has none yet
   * @param formats of the run of that member that was heard last
   */
  default void reads(SiteId site, String member, Formats formats) {}

  /** Whether a storage of that name votes, or could; a follower's never does. */
  static boolean votes(String member) {
    return MemberId.votes(member);
  }

  /** The voters, as agreed now and known here, by site. */
  default List<Member> members() {
    return List.of();
  }

  /** Name under which this member's storage votes, or would once it is added. */
  default String ownMember() {
    return "";
  }

  /**
   * Agrees on other voters; blocks, at most 20 s. Needs a majority of the present ones and of the
   * new ones, and that a new one runs and has caught up.
   *
   * @param from the ones that the asker saw; refused when others are agreed meanwhile
   * @throws IOException when it was refused or not confirmed; then it may still be done later
   */
  default void changeMembers(List<Member> from, List<Member> to) throws IOException {
    throw new IOException("this ledger has no other members");
  }

  /**
   * A voter.
   *
   * @param id name of its storage: another storage of the same site has another
   * @param address {@code host:port} of its ledger
   */
  record Member(SiteId site, String id, String address) {}

  /** What an operator should know of the members and their versions; empty when all is well. */
  default List<String> alarms() {
    return List.of();
  }

  /**
   * The formats of ledger entries that a version reads.
   *
   * @param oldest at least 1
   * @param newest at least {@code oldest}; also the newest it would write
   */
  record Formats(int oldest, int newest) {
    /** Of this version. */
    public static final Formats OWN = new Formats(1, LedgerCodec.FORMAT);

    public Formats {
      if (oldest < 1 || newest < oldest) {
        throw new IllegalArgumentException("ledger formats " + oldest + " to " + newest);
      }
    }

    /** Whether two versions can be members of one ledger. */
    public boolean overlaps(Formats other) {
      return oldest <= other.newest && other.oldest <= newest;
    }

    @Override
    public String toString() {
      return oldest == newest ? Integer.toString(oldest) : oldest + " to " + newest;
    }
  }

  /** What this member knows of the replication, for display only. */
  Health health();

  /**
   * @param leader site that leads as this member sees it, empty when unknown
   * @param role LEADER, FOLLOWER, CANDIDATE or the like
   * @param appliedIndex of the last applied entry
   */
  record Health(String leader, String role, long term, long appliedIndex) {}

  @Override
  void close();
}
