package dev.mpp.core.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mpp.core.model.Reach;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whom a leader gives way to that does not hear the holder. */
final class LeaderRuleTest {
  private static final long MS = 1_000_000L;
  private static final SiteId HOLDER = new SiteId("b");
  private static final SiteId W = new SiteId("w");
  private static final SiteId X = new SiteId("x");

  private final Map<SiteId, PeerTrack> peers = new HashMap<>();
  private long views;

  @BeforeEach
  void everybodyIsHeard() {
    for (SiteId s : List.of(HOLDER, W, X)) {
      peers.put(s, new PeerTrack(s, 2500 * MS));
      heard(s, 0, true, 0);
    }
  }

  private void heard(SiteId who, long atMillis, boolean up, long ageMillis) {
    SiteView.LinkView link = new SiteView.LinkView(HOLDER, up, 1000, ageMillis);
    SiteView view =
        new SiteView(
            who, "r", ++views, true, "t", "", Reach.GLOBAL, List.of(), List.of(), List.of(link));
    java.util.Objects.requireNonNull(peers.get(who)).heard(view, atMillis * MS);
  }

  private Optional<SiteId> at(long millis) {
    return LeaderRule.inTheMiddle(HOLDER, peers, millis * MS);
  }

  @Test
  void theOneThatHeardTheHolderLast() {
    heard(W, 1300, true, 300);
    heard(X, 1300, true, 100);
    assertEquals(Optional.of(X), at(1400));
  }

  @Test
  void nobodyWhileTheHolderIsHeard() {
    heard(W, 1100, true, 0);
    assertEquals(Optional.empty(), at(1100));
  }

  @Test
  void nobodyWhenTheHolderIsGoneForAll() {
    heard(W, 1500, true, 1200);
    heard(X, 1500, false, 0);
    assertEquals(Optional.empty(), at(1500));
  }

  @Test
  void notAMemberThatIsSilentItself() {
    heard(W, 1000, true, 0);
    assertEquals(Optional.empty(), at(2300));
  }

  @Test
  void notByTheWordOfAViewOfBeforeTheCut() {
    heard(W, 700, true, 0);
    assertEquals(Optional.empty(), at(1300));
  }
}
