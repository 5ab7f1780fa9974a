package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.LedgerCommand;
import dev.mpp.core.lease.LedgerOutcome;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.node.agreement.Agreement;
import dev.mpp.node.api.NodeControl.MemberChange;
import dev.mpp.node.api.NodeControl.MemberChange.Kind;
import dev.mpp.node.api.Pictures;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The guards: site1 is asked and ACTIVE, site2 is connected, the witness is silent. */
final class MembershipTest {
  private static final SiteId ONE = new SiteId("site1");
  private static final SiteId TWO = new SiteId("site2");
  private static final SiteId THREE = new SiteId("site3");
  private static final SiteId FOUR = new SiteId("site4");

  private List<Agreement.Member> agreed =
      new ArrayList<>(List.of(member(ONE, "site1"), member(TWO, "site2"), member(THREE, "site3")));
  private final List<BrainCommand.Journal> journal = new ArrayList<>();
  private final PeerVersions versions = new PeerVersions("h", j -> {});
  private final Membership membership =
      new Membership(
          ONE,
          new Ledger(),
          versions,
          Map.of(ONE, "site1:7401", TWO, "site2:7401", THREE, "site3:7401", FOUR, "site4:7401"),
          Pictures::standard,
          journal::add);

  private static Agreement.Member member(SiteId site, String id) {
    return new Agreement.Member(site, id, site + ":7401");
  }

  /** Agrees at once. */
  private final class Ledger implements Agreement {
    @Override
    public void start() {}

    @Override
    public CompletableFuture<LedgerOutcome> propose(LedgerCommand command) {
      return new CompletableFuture<>();
    }

    @Override
    public void preferLeadership() {}

    @Override
    public void yieldLeadership(SiteId to) {}

    @Override
    public Health health() {
      return new Health("site1", "LEADER", 1, 1);
    }

    @Override
    public List<Member> members() {
      return List.copyOf(agreed);
    }

    @Override
    public String ownMember() {
      return "site1";
    }

    @Override
    public void changeMembers(List<Member> from, List<Member> to) {
      assertEquals(agreed, from);
      agreed = new ArrayList<>(to);
    }

    @Override
    public void close() {}
  }

  private String order(Kind kind, SiteId site, boolean force) {
    return membership.change(new MemberChange(kind, site, force, "ann", "because"));
  }

  private void refused(Kind kind, SiteId site, String why) {
    List<Agreement.Member> before = List.copyOf(agreed);
    var e = assertThrows(IllegalStateException.class, () -> order(kind, site, false));
    assertTrue(String.valueOf(e.getMessage()).contains(why), e.getMessage());
    assertEquals(before, agreed);
    assertTrue(journal.isEmpty());
  }

  @Test
  void onlyAJoinedAndConnectedSiteIsAdded() {
    refused(Kind.ADD, TWO, "site2 votes already");
    refused(Kind.ADD, FOUR, "site4 is not connected: start it with --join");
    refused(Kind.ADD, new SiteId("site9"), "is not in mpp.yml here");
    versions.greeted(FOUR, "site4", "h", "site4");
    refused(Kind.ADD, FOUR, "was not made to join");
    versions.greeted(FOUR, "site4", "h", "site4~00000001");
    assertEquals(
        "OK: site4 votes; voters: site1, site2, site3, site4", order(Kind.ADD, FOUR, false));
    assertEquals("site4~00000001", agreed.getLast().id());
    assertEquals("ann", journal.getFirst().by());
    assertTrue(journal.getFirst().reason().startsWith("because — "));
  }

  /** Nobody is led to move the ledger of a pair away. */
  @Test
  void thereIsNothingToChangeInAPair() {
    agreed.clear();
    for (Kind kind : Kind.values()) {
      refused(kind, TWO, "in pair and solo mode the sites of mpp.yml are the members");
    }
    assertTrue(
        membership.voters().stream().allMatch(v -> v.note().contains("fixed in pair")),
        membership.voters().toString());
  }

  @Test
  void onlyALostStorageIsReplaced() {
    versions.greeted(THREE, "site3", "h", "site3");
    refused(Kind.REPLACE, THREE, "was not made to join");
    refused(Kind.REPLACE, FOUR, "does not vote: mpp member add");
    versions.greeted(THREE, "site3", "h", "site3~00000001");
    assertTrue(
        membership.voters().stream()
            .anyMatch(v -> v.site().equals(THREE) && v.note().contains("replace it")));
    assertTrue(
        order(Kind.REPLACE, THREE, false).startsWith("OK: site3 votes with its new storage"));
    assertEquals(
        List.of("site1", "site2", "site3~00000001"),
        agreed.stream().map(Agreement.Member::id).toList());
    journal.clear();
    refused(Kind.REPLACE, THREE, "still has the storage that votes");
  }

  @Test
  void aMajorityAndTheHolderStay() {
    refused(Kind.REMOVE, FOUR, "does not vote");
    refused(Kind.REMOVE, ONE, "site1 holds mysql.eraser.com: drain it first");
    refused(Kind.REMOVE, TWO, "only 1 are connected to site1: no majority");
    assertTrue(order(Kind.REMOVE, THREE, false).contains("voters: site1, site2"));
    journal.clear();
    refused(Kind.REMOVE, TWO, "two voters at least");
  }
}
