package dev.mpp.node.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.lease.SiteOrder;
import dev.mpp.core.model.SiteId;
import dev.mpp.node.NodeSnapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Orders that leave nobody to take a role over. */
final class SidesTest {
  private static Optional<String> warning(String... aside) {
    NodeSnapshot s = Pictures.standard();
    Map<SiteId, SiteOrder> orders = new HashMap<>();
    for (String site : aside) {
      orders.put(new SiteId(site), new SiteOrder(SiteOrder.Mode.DRAIN, "ann", "racks"));
    }
    return new Sides(
            new NodeSnapshot(
                s.takenAt(),
                s.local(),
                s.peers(),
                s.services(),
                orders,
                s.ledger(),
                s.ledgerFreshAt(),
                s.insecure(),
                s.lastEventSequence(),
                s.twin()))
        .nobodyElse();
  }

  @Test
  void withoutOrdersThereIsNothingToSay() {
    assertEquals(Optional.empty(), warning());
  }

  @Test
  void oneOfTwoDataSitesAside() {
    String said = warning("site2").orElseThrow();
    assertTrue(said.contains("only site1 is not ordered aside (site2)"), said);
  }

  @Test
  void bothAside() {
    String said = warning("site1", "site2").orElseThrow();
    assertTrue(said.contains("no site may take any role"), said);
    assertTrue(said.contains("mpp site return"), said);
  }

  @Test
  void theWitnessIsNotCounted() {
    assertEquals(Set.of(new SiteId("site3")), new Sides(Pictures.standard()).witnesses());
  }
}
