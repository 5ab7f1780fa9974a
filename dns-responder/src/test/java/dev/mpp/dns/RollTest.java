package dev.mpp.dns;

import static dev.mpp.dns.SignedExample.DAY;
import static dev.mpp.dns.SignedExample.NOW;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Section;

/** Rolls and renewals on a virtual clock, with real signatures. */
class RollTest {
  private static final int DO = SignedExample.DO;

  /** What a resolver was told, and when. */
  private record Told(long at, List<RRset> sets) {}

  private static Told ask(SignedExample example, String name, int type, int section) {
    Message response = new Ask(example.table).ask(SignedExample.query(name, type, DO));
    return new Told(example.clock.get(), response.getSectionRRsets(section));
  }

  /**
   * A CSK, then ZSKs from day 10, 40 and 70 on, then a new KSK from day 20. Every quarter of a day,
   * and around every event, a resolver asks; everything it may still hold by its TTLs, answers and
   * keys alike, must fit together.
   */
  @Test
  void atEveryInstantWhatCachesHoldValidates() throws Exception {
    List<SigningKey> keys =
        List.of(
            SignedExample.csk(DnssecAlgorithm.ECDSAP256SHA256),
            SignedExample.zsk(NOW, NOW + 10 * DAY),
            SignedExample.zsk(NOW, NOW + 40 * DAY),
            SignedExample.key(
                true,
                DnssecAlgorithm.ECDSAP256SHA256,
                KeyTimes.activeFrom(NOW + 20 * DAY, NOW + 27 * DAY)));
    SignedExample example = new SignedExample(keys);
    KeyRing ring = new KeyRing(SignedExample.ZONE, keys);
    TreeSet<Long> instants = new TreeSet<>();
    for (long t = NOW; t < NOW + 46 * DAY; t += DAY) {
      instants.add(t);
    }
    for (long t = NOW; t < NOW + 46 * DAY && t != Long.MAX_VALUE; t = ring.at(t).until()) {
      instants.addAll(List.of(t - 1, t, t + 1, t + 1800, t + 3601));
    }
    TreeMap<Long, Validator> keysSeen = new TreeMap<>();
    List<Told> told = new ArrayList<>();
    TreeSet<Integer> signers = new TreeSet<>();
    for (long now : instants) {
      example.clock.set(now);
      keysSeen.put(now, example.validator());
      told.add(ask(example, "a.very.deep.vip.example.", RrType.A, Section.ANSWER));
      told.add(ask(example, "nosuch.vip.example.", RrType.A, Section.AUTHORITY));
      // Answers are held for as long as any TTL of a signed zone, whatever these have.
      told.removeIf(t -> now - t.at() > KeyRing.MAX_TTL);
      // Of sets with the same keys one is enough.
      Map<TreeSet<Integer>, Validator> held = new HashMap<>();
      keysSeen
          .tailMap(now - KeyRing.DNSKEY_TTL)
          .values()
          .forEach(keysThen -> held.put(keysThen.tags(), keysThen));
      for (Told answer : told) {
        for (Validator with : held.values()) {
          answer.sets().forEach(set -> with.assertSigned(set, Instant.ofEpochSecond(now)));
          answer.sets().forEach(set -> signers.add(set.sigs().getFirst().getFootprint()));
        }
      }
    }
    assertEquals(3, signers.size(), "the CSK and both ZSKs have signed");
  }

  private static RRSIGRecord signature(SignedExample example, String name) {
    return ask(example, name, RrType.A, Section.ANSWER).sets().getFirst().sigs().getFirst();
  }

  /** Seven days, an hour before, and replaced before a quarter of it is left; not all at once. */
  @Test
  void signaturesAreRenewedInTime() throws Exception {
    SignedExample example = SignedExample.ofOneKey();
    Validator keys = example.validator();
    TreeSet<Instant> renewals = new TreeSet<>();
    Map<String, Instant> expires = new TreeMap<>();
    List<String> names = List.of("db.vip.example.", "ns1.vip.example.", "ro.vip.example.");
    for (long now = NOW; now < NOW + 20 * DAY; now += 7200) {
      example.clock.set(now);
      example.table.zones().forEach(SigningSweep::sign);
      for (String name : names) {
        Told told = ask(example, name, RrType.A, Section.ANSWER);
        keys.assertSigned(told.sets().getFirst(), Instant.ofEpochSecond(now));
        RRSIGRecord sig = told.sets().getFirst().sigs().getFirst();
        long left = sig.getExpire().getEpochSecond() - now;
        assertTrue(left > 7 * DAY / 4 && left <= 7 * DAY, () -> left + " s left");
        assertEquals(
            7 * DAY + 3600,
            sig.getExpire().getEpochSecond() - sig.getTimeSigned().getEpochSecond());
        if (!sig.getExpire().equals(expires.put(name, sig.getExpire()))) {
          renewals.add(sig.getExpire());
        }
      }
    }
    assertTrue(renewals.size() >= 3 * 4, () -> "at different times: " + renewals);
  }

  /** The other site signs in the same windows with the same key, though in other octets. */
  @Test
  void sitesSignAlike() throws Exception {
    List<SigningKey> keys = List.of(SignedExample.csk(DnssecAlgorithm.ECDSAP256SHA256));
    SignedExample one = new SignedExample(keys);
    SignedExample other = new SignedExample(keys);
    other.clock.addAndGet(17);
    RRSIGRecord a = signature(one, "db.vip.example.");
    RRSIGRecord b = signature(other, "db.vip.example.");
    assertEquals(a.getExpire(), b.getExpire());
    assertEquals(a.getTimeSigned(), b.getTimeSigned());
    assertEquals(a.getFootprint(), b.getFootprint());
  }

  @Test
  void aNewTableKeepsTheSignaturesOfWhatDidNotChange() {
    SignedExample example = SignedExample.ofOneKey();
    SigningSweep.sign(example.table.zones().getFirst());
    long made = example.signer.made();
    assertTrue(made > 20, () -> made + " signatures ahead");
    Liveness lease = Liveness.lease(Example.LEASE_END, Example.STALE_AFTER);
    Zone next =
        SignedExample.zone()
            .live("more.vip.example.", 5, lease, Rdata.address("192.0.2.8"))
            .build()
            .signedBy(example.signer);
    SigningSweep.sign(next);
    assertEquals(made + 2, example.signer.made(), "the address, and the NSEC of its name");
    Ask ask = new Ask(Example.tableOf(next));
    for (int i = 0; i < 3; i++) {
      ask.ask(SignedExample.query("more.vip.example.", RrType.A, DO));
      ask.ask(SignedExample.query("more.vip.example.", RrType.AAAA, DO));
    }
    assertEquals(made + 2, example.signer.made(), "nothing is signed for a query");
  }

  /** A name that is asked for again is not signed again. */
  @Test
  void denialsAreRemembered() throws Exception {
    SignedExample example = SignedExample.ofOneKey();
    Told first = ask(example, "nosuch.vip.example.", RrType.A, Section.AUTHORITY);
    long made = example.signer.made();
    Told again = ask(example, "NOSUCH.vip.example.", RrType.TXT, Section.AUTHORITY);
    assertEquals(made, example.signer.made());
    assertNotEquals(
        first.sets().get(1).getName().toString(), again.sets().get(1).getName().toString());
    example.validator().assertSigned(again.sets().get(1), example.instant());
    assertEquals(Name.fromString("nosuch.vip.example."), again.sets().get(1).getName());
  }

  @Test
  void whatCannotBeSignedIsRefused() {
    SignedExample example = SignedExample.ofOneKey();
    for (int type : new int[] {RrType.DNSKEY, RrType.RRSIG, RrType.NSEC, RrType.CDS}) {
      ZoneBuilder zone =
          Example.emptyZone()
              .records("x.vip.example.", 60, new Rdata.Opaque(type, new byte[] {1, 2, 3, 4}));
      assertRefused("made while the zone is signed", zone, example.signer);
    }
    ZoneBuilder lasting =
        Example.emptyZone().records("x.vip.example.", 90_000, Rdata.address("192.0.2.1"));
    assertRefused("shorten it", lasting, example.signer);
    ZoneBuilder other =
        Zone.builder("other.test.", 60, Example.soa(1)).ns(60, "ns.elsewhere.test.");
    assertRefused("keys of vip.example.", other, example.signer);
  }

  private static void assertRefused(String reason, ZoneBuilder zone, ZoneSigner signer) {
    Zone unsigned = zone.build();
    String message =
        org.junit.jupiter.api.Assertions.assertThrows(
                IllegalArgumentException.class, () -> unsigned.signedBy(signer))
            .getMessage();
    assertTrue(String.valueOf(message).contains(reason), message);
  }
}
