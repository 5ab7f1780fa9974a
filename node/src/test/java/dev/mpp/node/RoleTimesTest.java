package dev.mpp.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.node.api.NodeControl.Time;
import dev.mpp.node.api.Pictures;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoleTimesTest {
  private static final long MS = 1_000_000L;
  private final RoleTimes times = new RoleTimes(() -> Pictures.WALL);

  private void picture(
      long millis, int req, State state, long epoch, String holder, boolean serving) {
    picture(millis, req, state, epoch, holder, serving, Pictures.NOW + 60_000 * MS);
  }

  private void picture(
      long millis,
      int req,
      State state,
      long epoch,
      String holder,
      boolean serving,
      long leaseEnd) {
    NodeSnapshot s =
        Pictures.picture(
            List.of(Pictures.node(Pictures.P1, NodeType.PRIMARY, req, Status.OK, state, "")),
            false,
            Status.OK,
            Pictures.NOW + millis * MS);
    Grant grant =
        new Grant(
            Pictures.SERVICE,
            epoch,
            holder.isEmpty() ? Optional.empty() : Optional.of(new SiteId(holder)),
            "x",
            1,
            serving,
            Optional.empty(),
            Set.of());
    times.on(
        new NodeSnapshot(
            s.takenAt(),
            s.local(),
            s.peers(),
            List.of(
                new NodeSnapshot.Service(
                    Pictures.SERVICE, grant, leaseEnd, false, Long.MIN_VALUE, "", List.of())),
            s.ledger(),
            s.ledgerFreshAt(),
            false,
            0));
  }

  private long millis(String stage) {
    return times.measured().times().stream()
        .filter(t -> t.stage().equals(stage))
        .mapToLong(Time::millis)
        .findFirst()
        .orElse(-1);
  }

  @Test
  void everyStageOfAFailoverBetweenSites() {
    picture(0, 0, State.ACTIVE, 7, "site1", true);
    assertEquals(List.of(), times.measured().times());
    picture(1_000, 1, State.ACTIVE, 7, "site1", true);
    picture(1_200, 2, State.ACTIVE, 7, "site1", true);
    picture(1_600, 4, State.FAILED_OFFLINE, 7, "site1", true);
    picture(1_650, 4, State.FAILED_OFFLINE, 7, "", false);
    picture(1_700, 4, State.FAILED_OFFLINE, 8, "site2", false);
    picture(2_000, 5, State.FAILED_OFFLINE, 8, "site2", true);
    assertEquals(600, millis("detection"));
    assertEquals(50, millis("release"));
    assertEquals(50, millis("claim"));
    assertEquals(300, millis("promotion"));
  }

  @Test
  void aLapsedLeaseIsFreeFromItsEnd() {
    long end = Pictures.NOW + 6_000 * MS;
    picture(0, 0, State.STANDBY, 7, "site2", true, end);
    picture(6_010, 0, State.STANDBY, 7, "site2", true, end);
    picture(6_090, 1, State.STANDBY, 8, "site1", false);
    assertEquals(80, millis("claim"));
    assertEquals(-1, millis("promotion"));
    assertEquals(-1, millis("release"));
    assertEquals(-1, millis("detection"));
  }

  /** A poll that fails now and then is no detection, and the first claim of all ends no vacancy. */
  @Test
  void whatWasNotSeenFromItsBeginningIsNotMeasured() {
    picture(0, 0, State.ACTIVE, 1, "site1", true);
    picture(500, 1, State.ACTIVE, 1, "site1", true);
    picture(700, 0, State.ACTIVE, 1, "site1", true);
    picture(9_000, 1, State.ACTIVE, 1, "site1", true);
    picture(9_400, 4, State.FAILED_OFFLINE, 1, "site1", true);
    assertEquals(400, millis("detection"));
    assertEquals(-1, millis("claim"));
  }
}
