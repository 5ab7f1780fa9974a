package dev.mpp.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Verifies signatures with dnsjava, which shares no code with the signer. */
final class Validator {
  private final List<DNSKEYRecord> keys;

  private Validator(List<DNSKEYRecord> keys) {
    this.keys = keys;
  }

  /**
   * Takes the keys of an answer over, which one of them that is an entry point must have signed.
   */
  static Validator of(Message dnskey, Instant now) {
    List<DNSKEYRecord> all = new ArrayList<>();
    List<DNSKEYRecord> points = new ArrayList<>();
    for (Record r : dnskey.getSection(Section.ANSWER)) {
      if (r instanceof DNSKEYRecord key) {
        all.add(key);
        if ((key.getFlags() & DNSKEYRecord.Flags.SEP_KEY) != 0) {
          points.add(key);
        }
      }
    }
    new Validator(points).assertAnswerSigned(dnskey, now);
    return new Validator(all);
  }

  TreeSet<Integer> tags() {
    TreeSet<Integer> tags = new TreeSet<>();
    keys.forEach(k -> tags.add(k.getFootprint()));
    return tags;
  }

  void assertAnswerSigned(Message message, Instant now) {
    List<RRset> sets = message.getSectionRRsets(Section.ANSWER);
    assertFalse(sets.isEmpty(), "no answer in " + message);
    sets.forEach(set -> assertSigned(set, now));
  }

  void assertSigned(RRset set, Instant now) {
    assertFalse(set.sigs().isEmpty(), "no signature of " + set);
    for (RRSIGRecord sig : set.sigs()) {
      assertEquals(set.getTTL(), sig.getTTL(), "RFC 4034 section 3: the TTL of what it covers");
      DNSKEYRecord key =
          keys.stream()
              .filter(k -> k.getFootprint() == sig.getFootprint())
              .findFirst()
              .orElseThrow(
                  () ->
                      new AssertionError("signed by " + sig.getFootprint() + ", not in " + tags()));
      try {
        DNSSEC.verify(set, sig, key, now);
      } catch (DNSSEC.DNSSECException e) {
        throw new AssertionError(set + " at " + now, e);
      }
    }
  }

  /** RFC 9824: SOA and the NSEC of the name itself, which has everything but the type. */
  NSECRecord assertDenied(Message message, Name name, int type, Instant now) {
    List<RRset> sets = message.getSectionRRsets(Section.AUTHORITY);
    assertEquals(2, sets.size(), "SOA and NSEC in " + message);
    sets.forEach(set -> assertSigned(set, now));
    assertEquals(Type.SOA, sets.getFirst().getType());
    NSECRecord nsec = (NSECRecord) sets.get(1).first();
    assertEquals(name, nsec.getName());
    assertFalse(nsec.hasType(type), "denied, and in the bitmap: " + nsec);
    assertFalse(nsec.hasType(Type.CNAME), "denied, and an alias: " + nsec);
    assertTrue(nsec.hasType(Type.NSEC) && nsec.hasType(Type.RRSIG), nsec.toString());
    assertTrue(nsec.getNext().compareTo(nsec.getName()) > 0, nsec.toString());
    return nsec;
  }
}
