package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.Guard;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.core.plan.FailoverPlan.Outcome;
import dev.mpp.core.plan.FailoverPlan.Part;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Three data sites and two witnesses, under {@code rpo: availability} unless said. */
final class FailoverPlanTest {
  private static final long MS = 1_000_000;
  private static final ServiceName S = new ServiceName("mysql.example.com");
  private static final SiteId A = new SiteId("a");
  private static final SiteId B = new SiteId("b");
  private static final SiteId C = new SiteId("c");
  private static final SiteId V = new SiteId("v");
  private static final SiteId W = new SiteId("w");
  private static final List<SiteId> ALL = List.of(A, B, C, V, W);

  private final Map<SiteId, Long> advance = new HashMap<>(Map.of(A, 100L, B, 90L, C, 95L));
  private final Map<SiteId, List<Guard>> guards = new HashMap<>();
  private final Set<SiteId> silent = new HashSet<>();
  private final Set<Set<SiteId>> cuts = new HashSet<>();
  private boolean rpoZero;
  private long ledgerAge;
  private Set<SiteId> inSync = Set.of(A);
  private Optional<SiteId> active = Optional.of(A);

  private FailoverPlan plan(SiteId... lost) {
    Map<SiteId, BrainConfig.Member> members = new LinkedHashMap<>();
    ALL.forEach(s -> members.put(s, new BrainConfig.Member(s.equals(V) || s.equals(W), 100)));
    FailoverPlan.Setting setting =
        new FailoverPlan.Setting(
            S,
            members,
            Set.of(A, B, C),
            rpoZero,
            new LeaseTiming(6000 * MS, 500 * MS, 1500 * MS, 0.001, 300 * MS, 4000 * MS),
            2000 * MS,
            OptionalLong.of(1000 * MS));
    Map<SiteId, SiteView> views = new HashMap<>();
    ALL.stream().filter(s -> !silent.contains(s)).forEach(s -> views.put(s, view(s)));
    Grant grant = new Grant(S, 7, active, "run", 3, true, Optional.of(A), inSync);
    return FailoverPlan.of(
        setting,
        new FailoverPlan.Known(W, views, grant, active, Optional.of(A), ledgerAge),
        Set.of(lost));
  }

  private SiteView view(SiteId site) {
    List<SiteView.LinkView> links = new ArrayList<>();
    for (SiteId other : ALL) {
      if (!other.equals(site)) {
        boolean up = !silent.contains(other) && !cuts.contains(Set.of(site, other));
        links.add(new SiteView.LinkView(other, up, 100, 10));
      }
    }
    List<SiteView.PoolView> pools = advance.containsKey(site) ? List.of(pool(site)) : List.of();
    return new SiteView(
        site, "run", 1, pools.isEmpty(), "", "", Reach.GLOBAL, List.of(), pools, links);
  }

  private SiteView.PoolView pool(SiteId site) {
    boolean serves = active.equals(Optional.of(site));
    List<Guard> own =
        serves
            ? List.of()
            : guards.getOrDefault(
                site, List.of(new Guard(Guard.Kind.LEASE_HELD, "a holds the lease", "")));
    GtidSet gtids = GtidSet.parse("0-1-" + advance.get(site));
    SiteView.NodeView node =
        new SiteView.NodeView(
            new NodeAddress("10.0.0.1", 3306),
            NodeType.PRIMARY,
            0,
            Status.OK,
            Status.OK,
            serves ? State.ACTIVE : State.STANDBY,
            "",
            0,
            0,
            Optional.of(
                new ServerFacts(
                    "", !serves, gtids, Optional.empty(), ServerFacts.SemiSync.OFF, true)),
            Optional.empty());
    boolean eligible = !serves && !guards.containsKey(site);
    return new SiteView.PoolView(
        S,
        "p",
        Status.OK,
        eligible,
        "",
        Optional.of(gtids),
        eligible ? advance.get(site) : -1,
        List.of(node),
        "",
        own);
  }

  private static Part part(FailoverPlan plan, SiteId site) {
    return plan.sites().stream()
        .filter(s -> s.site().equals(site))
        .findFirst()
        .orElseThrow()
        .part();
  }

  @Test
  void theFurthestSiteTakesOverAndTheTimesAreTheConfigurations() {
    FailoverPlan plan = plan(A);
    assertEquals(Outcome.TAKEN, plan.outcome());
    assertEquals(Optional.of(C), plan.next());
    assertEquals(Part.LOST, part(plan, A));
    assertEquals(Part.STANDBY, part(plan, B));
    assertEquals(Part.WITNESS, part(plan, V));
    assertEquals(
        List.of("election", "lease expiry", "claim", "promotion", "names"),
        plan.steps().stream().map(FailoverPlan.Step::name).toList());
    assertEquals((2000 + 6006 + 500 + 1000) * MS, plan.worst());
    assertTrue(plan.data().contains("may be lost (rpo: availability)"), plan.data());
    assertTrue(plan.data().contains("has not received 5 transactions yet"), plan.data());
    assertEquals(4, plan.left());
    assertTrue(
        plan.sentence().startsWith("c takes over in epoch 8, within 9.5 s"), plan.sentence());
    advance.put(B, 99L);
    assertEquals(Optional.of(B), plan(A).next());
    advance.put(C, 99L);
    assertEquals(Optional.of(B), plan(A).next(), "equal in all: by name");
  }

  @Test
  void aNodeWhoseLedgerIsOlderThanALeaseSaysSo() {
    ledgerAge = 5_900 * MS;
    assertFalse(plan(A).notes().toString().contains("The ledger as this node has it"));
    ledgerAge = 43_000 * MS;
    assertTrue(
        plan(A).notes().getFirst().startsWith("The ledger as this node has it is 43.0 s old"),
        plan(A).notes().toString());
    ledgerAge = Long.MAX_VALUE;
    assertTrue(plan(A).notes().getFirst().contains("is of before its start"));
  }

  @Test
  void aLostStandbyChangesNothingAndAMissingMajorityEverything() {
    assertEquals(Outcome.STAYS, plan(B, W).outcome());
    assertEquals(Optional.of(A), plan(B, W).next());
    assertEquals(List.of(), plan(B).steps());
    assertTrue(
        plan(B, W).notes().toString().contains("3 of 5 voters are left: one more lost"),
        plan(B, W).notes().toString());
    FailoverPlan minority = plan(B, C, V);
    assertEquals(Outcome.NO_MAJORITY, minority.outcome());
    assertEquals(Optional.empty(), minority.next());
    assertTrue(minority.sentence().startsWith("a fences itself"), minority.sentence());
    assertEquals(2, minority.left());
    assertEquals(Outcome.NO_MAJORITY, plan(A, B, V).outcome());
  }

  @Test
  void guardsKeepASiteOutAndAreNamed() {
    Guard down = new Guard(Guard.Kind.NO_CANDIDATE, "no node here is ready", "mend");
    guards.put(C, List.of(new Guard(Guard.Kind.LEASE_HELD, "a holds", ""), down));
    FailoverPlan plan = plan(A);
    assertEquals(Optional.of(B), plan.next());
    assertEquals(Part.UNABLE, part(plan, C));
    assertEquals(
        List.of(down), plan.sites().get(2).guards(), "without what passes with the holder");
    assertEquals(OptionalLong.empty(), plan.sites().get(2).behind());
    guards.put(B, List.of(down));
    assertEquals(Outcome.NOBODY, plan(A).outcome());
    assertTrue(plan(A).steps().isEmpty());
  }

  @Test
  void rpoZeroIsVouchedForByTheLedger() {
    rpoZero = true;
    inSync = Set.of(A, B);
    guards.put(C, List.of(new Guard(Guard.Kind.NOT_IN_SYNC, "may be missing", "")));
    FailoverPlan plan = plan(A);
    assertEquals(Optional.of(B), plan.next());
    assertTrue(plan.data().startsWith("no acknowledged write is missing"), plan.data());
    assertTrue(plan.notes().contains("No site to fail over to would be left."));
  }

  @Test
  void whoIsSilentOrCutOffIsNotCountedOn() {
    silent.add(C);
    FailoverPlan plan = plan(A);
    assertEquals(Optional.of(B), plan.next());
    assertEquals(Part.SILENT, part(plan, C));
    assertEquals(3, plan.left());
    silent.clear();
    cuts.add(Set.of(C, B));
    cuts.add(Set.of(C, V));
    cuts.add(Set.of(C, W));
    FailoverPlan cut = plan(A);
    assertEquals(Optional.of(B), cut.next());
    assertEquals(Part.UNABLE, part(cut, C));
    assertEquals(Guard.Kind.CUT_OFF, cut.sites().get(2).guards().getFirst().kind());
    cuts.clear();
    cuts.add(Set.of(B, C));
    assertEquals(Optional.of(C), plan(A).next(), "both reach a majority");
  }

  @Test
  void aVacantRoleIsClaimedWithoutWaiting() {
    active = Optional.empty();
    guards.put(A, List.of(new Guard(Guard.Kind.HOLD_DOWN, "it returns in 3 s", "wait")));
    FailoverPlan plan = plan();
    assertEquals(Outcome.TAKEN, plan.outcome());
    assertEquals(
        List.of("claim", "promotion", "names"),
        plan.steps().stream().map(FailoverPlan.Step::name).toList());
    assertEquals(Outcome.NO_MAJORITY, plan(A, B, C).outcome());
  }

  @Test
  void anUnknownSiteIsRefused() {
    var refused = assertThrows(IllegalArgumentException.class, () -> plan(new SiteId("nowhere")));
    assertTrue(refused.getMessage().contains("there is no site nowhere"), refused.getMessage());
  }
}
