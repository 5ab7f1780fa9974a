package dev.mpp.node.agreement;

import dev.mpp.core.model.SiteId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * How one member takes part in the ledger.
 *
 * @param deployment name shared by all members; members of another name are not understood
 * @param own this member, one of {@code members}
 * @param members every voter and every follower, the same list on every member
 * @param bindAddress local address of the ledger's port, empty for all; members' addresses are what
 *     the others connect to
 * @param storage directory of this member alone, on a disk that keeps what was forced to it
 * @param bootstrap allows an empty {@code storage}: only for a new deployment, see {@link
 *     LedgerStorage}
 * @param join allows an empty {@code storage} too, of a member that votes only once the others have
 *     added it
 * @param timings of elections and proposals
 * @param snapshotEvery commands between two snapshots, at least 10; the log before one is dropped
 * @param tls absent for plain connections, which belong on a private network only
 */
public record LedgerConfig(
    String deployment,
    LedgerMember own,
    List<LedgerMember> members,
    String bindAddress,
    Path storage,
    boolean bootstrap,
    boolean join,
    Timings timings,
    long snapshotEvery,
    Optional<LedgerTls> tls) {

  /**
   * @param electionMin shortest silence of the leader before an election; also how often the
   *     channels to a silent peer are rebuilt
   * @param electionMax longest such silence
   * @param propose after this a proposal's future fails; the command may still be applied later
   * @param preferLeadership shortest time between two requests for the leadership
   */
  public record Timings(
      Duration electionMin, Duration electionMax, Duration propose, Duration preferLeadership) {
    /** Elections after 1 to 2 s, proposals 1 s, a request for the leadership each 5 s at most. */
    public static final Timings DEFAULT =
        new Timings(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5));

    public Timings {
      if (electionMin.toMillis() < 100 || electionMax.compareTo(electionMin) <= 0) {
        throw new IllegalArgumentException(
            "election time-outs %s to %s: at least 100 ms, and the longest above the shortest"
                .formatted(electionMin, electionMax));
      }
      if (propose.toMillis() < 1 || preferLeadership.isNegative()) {
        throw new IllegalArgumentException(
            "the propose time-out %s and the leadership interval %s must be positive"
                .formatted(propose, preferLeadership));
      }
    }
  }

  public LedgerConfig {
    members = List.copyOf(members);
    TreeSet<String> ids = new TreeSet<>(members.stream().map(LedgerMember::id).toList());
    if (ids.size() != members.size()) {
      throw new IllegalArgumentException("a site is listed twice among the members " + members);
    }
    if (!members.contains(own)) {
      throw new IllegalArgumentException(own + " is not one of the members " + ids);
    }
    if (bootstrap && join) {
      throw new IllegalArgumentException(
          "a member either founds a new ledger (bootstrap) or joins one that exists (join)");
    }
    if (deployment.isBlank()) {
      throw new IllegalArgumentException("the deployment needs a name");
    }
    if (snapshotEvery < 10) {
      throw new IllegalArgumentException("snapshotEvery " + snapshotEvery + " is below 10");
    }
  }

  /**
   * With default timings, a snapshot each 2000 commands, bound to its own address, without TLS.
   *
   * @param self the voter that this member is
   */
  public static LedgerConfig of(
      String deployment, SiteId self, List<LedgerMember> members, Path storage, boolean bootstrap) {
    LedgerMember own =
        members.stream()
            .filter(m -> m.votes() && m.site().equals(self))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException(self + " is not one of the members " + members));
    return new LedgerConfig(
        deployment,
        own,
        members,
        own.address(),
        storage,
        bootstrap,
        false,
        Timings.DEFAULT,
        2000,
        Optional.empty());
  }

  /** What this member is called: the site's name, or that and the instance's. */
  String self() {
    return own.id();
  }
}
