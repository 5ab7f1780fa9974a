package dev.mpp.dns;

import static dev.mpp.dns.SignedExample.DAY;
import static dev.mpp.dns.SignedExample.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Which key does what, when. */
class KeyRingTest {
  /** How long a validator may hold what it was told before it validates with it. */
  private static final long HELD = KeyRing.MAX_TTL;

  private static final DnssecAlgorithm P256 = DnssecAlgorithm.ECDSAP256SHA256;

  private static SigningKey csk(long created, long activate) {
    return SignedExample.key(true, P256, KeyTimes.activeFrom(created, activate));
  }

  private static KeyRing ring(SigningKey... keys) {
    return new KeyRing(SignedExample.ZONE, List.of(keys));
  }

  @Test
  void aSingleKeyDoesEverything() {
    SigningKey csk = csk(NOW, NOW);
    KeyRing ring = ring(csk);
    for (long now : new long[] {NOW - DAY, NOW, NOW + 10_000 * DAY}) {
      KeyRing.Stage stage = ring.at(now);
      assertEquals(List.of(csk), stage.published());
      assertEquals(csk, stage.zoneSigner());
      assertEquals(List.of(csk), stage.entryPoints());
    }
    assertEquals(OptionalLong.empty(), ring.nextRoll(NOW));
  }

  @Test
  void aZoneKeyIsPublishedADayBeforeAndTwoDaysAfter() {
    SigningKey ksk = csk(NOW - DAY, NOW - DAY);
    SigningKey first = SignedExample.zsk(NOW, NOW + 10 * DAY);
    SigningKey second = SignedExample.zsk(NOW, NOW + 40 * DAY);
    KeyRing ring = ring(ksk, second, first);
    assertEquals(List.of(ksk), ring.at(NOW).published());
    assertEquals(ksk, ring.at(NOW).zoneSigner());
    assertEquals(List.of(ksk, first), ring.at(NOW + 9 * DAY).published());
    assertEquals(ksk, ring.at(NOW + 10 * DAY - 1).zoneSigner());
    assertEquals(first, ring.at(NOW + 10 * DAY).zoneSigner());
    assertEquals(List.of(ksk), ring.at(NOW + 10 * DAY).keySigners());
    assertEquals(List.of(ksk, first, second), ring.at(NOW + 39 * DAY).published());
    assertEquals(second, ring.at(NOW + 40 * DAY).zoneSigner());
    assertEquals(List.of(ksk, first, second), ring.at(NOW + 42 * DAY - 1).published());
    assertEquals(List.of(ksk, second), ring.at(NOW + 42 * DAY).published());
    assertEquals(second, ring.at(NOW + 4000 * DAY).zoneSigner());
    assertEquals(OptionalLong.of(NOW + 40 * DAY), ring.nextRoll(NOW + 10 * DAY));
  }

  /** Whatever its file says: caches have the DNSKEY set from before. */
  @Test
  void aLateKeyWaitsUntilEverybodyCanHaveSeenIt() {
    SigningKey old = csk(NOW - 100 * DAY, NOW - 100 * DAY);
    SigningKey hasty = csk(NOW, NOW - 5 * DAY);
    SigningKey zone = SignedExample.zsk(NOW, NOW);
    KeyRing ring = ring(old, hasty, zone);
    assertEquals(old, ring.at(NOW).zoneSigner());
    assertEquals(Set.of(old, hasty, zone), new HashSet<>(ring.at(NOW).published()));
    assertEquals(old, ring.at(NOW + KeyRing.LEAD - 1).zoneSigner());
    assertEquals(zone, ring.at(NOW + KeyRing.LEAD).zoneSigner());
  }

  @Test
  void aRetiredEntryPointLeavesTheParentFirst() {
    SigningKey old =
        SignedExample.key(
            true,
            P256,
            KeyTimes.activeFrom(NOW - 100 * DAY, NOW - 100 * DAY).retired(NOW, NOW + 7 * DAY));
    SigningKey next = csk(NOW - 10 * DAY, NOW - 5 * DAY);
    KeyRing ring = ring(old, next);
    assertEquals(List.of(old, next), ring.at(NOW - 1).entryPoints());
    assertEquals(List.of(next), ring.at(NOW).entryPoints());
    assertEquals(List.of(old, next), ring.at(NOW + 7 * DAY - 1).keySigners());
    assertEquals(List.of(next), ring.at(NOW + 7 * DAY).published());
  }

  @Test
  void contradictionsAreNamed() {
    SigningKey zone = SignedExample.zsk(NOW, NOW);
    assertTrue(KeyRing.contradictions(List.of(zone)).getFirst().contains("no KSK or CSK"));
    SigningKey csk = csk(NOW, NOW);
    SigningKey ed = SignedExample.csk(DnssecAlgorithm.ED25519);
    assertTrue(KeyRing.contradictions(List.of(csk, ed)).getFirst().contains("two algorithms"));
    SigningKey ending =
        SignedExample.key(
            true, P256, KeyTimes.activeFrom(NOW, NOW).retired(NOW + DAY, NOW + 2 * DAY));
    List<String> problems = KeyRing.contradictions(List.of(ending));
    assertEquals(2, problems.size(), problems::toString);
    assertTrue(problems.get(0).contains("is to stay"), problems::toString);
    assertTrue(problems.get(1).contains("two days"), problems::toString);
  }

  /**
   * For any plan of keys that is accepted, at any instant, on clocks that differ by up to an hour:
   * what was signed at {@code t} validates with any DNSKEY set that may be cached then, and with
   * any that is fetched while the answer may be.
   */
  @Test
  void nothingThatCachesHoldIsEverBogus() {
    Random random = new Random(20261122);
    List<SigningKey> points = new ArrayList<>();
    List<SigningKey> zones = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      points.add(csk(NOW, NOW));
      zones.add(SignedExample.zsk(NOW, NOW));
    }
    for (int plan = 0; plan < 100; plan++) {
      List<SigningKey> keys = new ArrayList<>();
      keys.add(
          timed(
              points.get(0),
              new KeyTimes(
                  NOW - 30 * DAY, none(), OptionalLong.of(NOW - 30 * DAY), none(), none())));
      for (int i = 1; i < 3; i++) {
        if (random.nextBoolean()) {
          keys.add(timed(points.get(i), times(random, false)));
        }
      }
      for (SigningKey zone : zones) {
        if (random.nextBoolean()) {
          keys.add(timed(zone, times(random, random.nextInt(3) == 0)));
        }
      }
      if (KeyRing.contradictions(keys).isEmpty()) {
        assertNeverBogus(new KeyRing(SignedExample.ZONE, keys), random, plan);
      }
    }
  }

  private static OptionalLong none() {
    return OptionalLong.empty();
  }

  private static KeyTimes times(Random random, boolean ends) {
    // A file is everywhere when it was made: what is copied late is checked by mpp dns check.
    long created = NOW + random.nextLong(20 * DAY);
    long activate = created + random.nextLong(-5 * DAY, 30 * DAY);
    if (!ends) {
      return KeyTimes.activeFrom(created, activate);
    }
    long inactive = Math.max(created, activate) + random.nextLong(30 * DAY);
    return KeyTimes.activeFrom(created, activate)
        .retired(inactive, inactive + KeyRing.RETIRE + random.nextLong(DAY));
  }

  private static SigningKey timed(SigningKey key, KeyTimes times) {
    try {
      return new SigningKey(key.zone(), key.key(), P256.privateKey(key.secretOctets()), times);
    } catch (java.security.GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertNeverBogus(KeyRing ring, Random random, int plan) {
    List<Long> instants = new ArrayList<>();
    for (long t = NOW - 5 * DAY; t < NOW + 90 * DAY; t = ring.at(t).until()) {
      instants.add(t);
      instants.add(t - 1);
      if (ring.at(t).until() == Long.MAX_VALUE) {
        break;
      }
    }
    for (int i = 0; i < 20; i++) {
      instants.add(NOW + random.nextLong(90 * DAY));
    }
    for (long t : instants) {
      SigningKey signer = ring.at(t).zoneSigner();
      for (long skew : new long[] {-3600, 0, 3600}) {
        for (long other : new long[] {-KeyRing.DNSKEY_TTL, -1, 0, 1, HELD / 2, HELD}) {
          KeyRing.Stage seen = ring.at(t + other + skew);
          assertTrue(
              seen.published().contains(signer),
              () ->
                  "plan "
                      + plan
                      + ": signed at "
                      + (t - NOW)
                      + " by "
                      + signer.key().tag()
                      + ", DNSKEY of "
                      + (t + other + skew - NOW)
                      + " has "
                      + seen.published());
          assertFalse(seen.keySigners().isEmpty(), "the DNSKEY set is signed");
        }
      }
    }
  }
}
