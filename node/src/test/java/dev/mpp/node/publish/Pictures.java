package dev.mpp.node.publish;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.Status;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.node.agreement.Agreement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Pictures of a service with two sites, as one of them sees it. Made at 100 s. */
record Pictures(
    SiteId self,
    long epoch,
    Optional<SiteId> holder,
    boolean serving,
    Optional<SiteId> servedBy,
    long leaseEnd,
    boolean holding,
    long freshAt,
    Status pool,
    boolean passive) {
  static final long S = 1_000_000_000L;
  static final long NOW = 100 * S;
  static final ServiceName SERVICE = new ServiceName("mysql.eraser.test");
  static final SiteId SITE1 = new SiteId("site1");
  static final SiteId SITE2 = new SiteId("site2");

  /** The site is ACTIVE in that epoch, and this is its own picture. */
  static Pictures active(SiteId site, long epoch) {
    return new Pictures(
        site,
        epoch,
        Optional.of(site),
        true,
        Optional.of(site),
        NOW + 5 * S,
        true,
        NOW,
        Status.OK,
        false);
  }

  Pictures seenBy(SiteId site) {
    return new Pictures(
        site, epoch, holder, serving, servedBy, leaseEnd, false, freshAt, pool, passive);
  }

  Pictures promoting(SiteId before) {
    return new Pictures(
        self, epoch, holder, false, Optional.of(before), leaseEnd, holding, freshAt, pool, passive);
  }

  Pictures vacant() {
    return new Pictures(
        self,
        epoch,
        Optional.empty(),
        false,
        servedBy,
        Long.MIN_VALUE,
        false,
        freshAt,
        pool,
        passive);
  }

  Pictures holding(boolean is) {
    return new Pictures(
        self, epoch, holder, serving, servedBy, leaseEnd, is, freshAt, pool, passive);
  }

  Pictures leaseEnd(long end) {
    return new Pictures(
        self, epoch, holder, serving, servedBy, end, holding, freshAt, pool, passive);
  }

  Pictures freshAt(long at) {
    return new Pictures(
        self, epoch, holder, serving, servedBy, leaseEnd, holding, at, pool, passive);
  }

  Pictures asPassive() {
    return new Pictures(
        self, epoch, holder, serving, servedBy, leaseEnd, holding, freshAt, pool, true);
  }

  Pictures pool(Status status) {
    return new Pictures(
        self, epoch, holder, serving, servedBy, leaseEnd, holding, freshAt, status, passive);
  }

  NodeSnapshot picture() {
    String incarnation = "of " + self;
    Grant grant =
        new Grant(
            SERVICE,
            epoch,
            holder,
            holder.map(h -> "of " + h).orElse(""),
            9,
            serving,
            servedBy,
            Set.of());
    return new NodeSnapshot(
        NOW,
        new SiteView(
            self,
            incarnation,
            1,
            false,
            "",
            "",
            Reach.GLOBAL,
            List.of(),
            List.of(
                new SiteView.PoolView(
                    SERVICE, "p", pool, false, "", Optional.empty(), -1, List.of())),
            List.of(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            "",
            passive),
        List.of(),
        List.of(
            new NodeSnapshot.Service(
                SERVICE,
                grant,
                leaseEnd,
                holding,
                leaseEnd,
                "",
                List.of(
                    new NodeSnapshot.SiteAddress(SITE1, List.of("198.51.100.1")),
                    new NodeSnapshot.SiteAddress(SITE2, List.of("203.0.113.2", "2001:db8::2"))))),
        Map.of(),
        new Agreement.Health("", "", 1, 1),
        freshAt,
        false,
        0,
        Optional.empty());
  }
}
