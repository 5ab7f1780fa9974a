package dev.mpp.dns;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What DNSSEC adds to the answers of one engine. Everything here is skipped for who did not ask
 * with DO, or asked for a zone that nobody signs.
 *
 * <pre>
 * answers                signatures behind each record set
 * no such type           SOA and the name's own NSEC, signed (RFC 9824 section 3.2)
 * no such name           the same with NXNAME and NOERROR; NXDOMAIN for who says CO (section 5.1)
 * too many such names    SERVFAIL
 * referral               DS, or the NSEC that says there is none, signed (RFC 4035 section 3.1.4)
 * DNSKEY CDS CDNSKEY     at the apex, with or without DO
 * NSEC asked for         the name's own; RRSIG: that of one set (RFC 8482 in spirit)
 * clock cannot be right  SERVFAIL
 * </pre>
 *
 * AD and CD stay clear (RFC 4035 section 3.1.6). Mutable scratch of one thread.
 */
final class SignedAnswers {
  /** How a denial went. */
  enum Outcome {
    NOT_WANTED,
    WRITTEN,
    TOO_LONG,
    TOO_MANY
  }

  private final WireQuery query;
  private @Nullable SignedZone zone;
  private long nowNanos;
  private DnsCounters.@Nullable Event trouble;

  SignedAnswers(WireQuery query) {
    this.query = query;
  }

  /** Forgets the query before. */
  void begin() {
    zone = null;
    trouble = null;
  }

  DnsCounters.@Nullable Event trouble() {
    return trouble;
  }

  /**
   * What follows is of that zone.
   *
   * @return false if it cannot be signed at present
   */
  boolean enter(Zone entered, long now, Response out) {
    SignedZone signing = entered.signing();
    if (signing == null || !query.dnssecOk()) {
      zone = null;
      return true;
    }
    zone = signing;
    nowNanos = now;
    if (query.compactOk()) {
      out.compactOk();
    }
    return ready(signing);
  }

  private boolean ready(SignedZone signing) {
    if (signing.signer().ready()) {
      return true;
    }
    trouble = DnsCounters.Event.CLOCK_WRONG;
    return false;
  }

  /** A set at a name that exists and does not come from the table; null if there is none. */
  @Nullable RecordSet made(Zone of, LookupName name) {
    SignedZone signing = of.signing();
    if (signing == null) {
      return null;
    }
    if (query.type() == RrType.NSEC) {
      return signing.denial(name);
    }
    return name.length() == of.apex().length() ? signing.ofKeys(query.type()) : null;
  }

  /** The NSEC record of a name that does not exist, if that is what was asked for, or null. */
  @Nullable RecordSet absent(LookupName name) {
    return zone == null || query.type() != RrType.NSEC
        ? null
        : zone.signer().absent(name, zone.negativeTtl(), nowNanos);
  }

  /**
   * Answers a query for RRSIG with the signatures of one set of the name, as for ANY; or nothing.
   *
   * @param shown a set of the name that may be told, or null
   */
  boolean onlySignatures(
      Zone of, @Nullable RecordSet shown, LookupName name, int nameAt, int apexAt, Response out) {
    SignedZone signing = of.signing();
    if (query.type() != RrType.RRSIG || signing == null || !ready(signing)) {
      return false;
    }
    zone = signing;
    RecordSet set = shown == null ? signing.denial(name) : shown;
    return set != null && answer(set, set.ttl(), nameAt, apexAt, out);
  }

  /** Signs a set that was written to the answer section; false if it does not fit. */
  boolean answer(RecordSet set, long ttl, int nameAt, int apexAt, Response out) {
    if (zone == null) {
      return true;
    }
    List<EncodedRecord> signatures = zone.signer().signatures(set);
    for (int i = 0; i < signatures.size(); i++) {
      if (!out.answer(signatures.get(i), nameAt, ttl, apexAt)) {
        return false;
      }
    }
    return true;
  }

  /** Says whether the child is signed; false if it does not fit. */
  boolean referral(LookupName name, int cutAt, int apexAt, Response out) {
    RecordSet proof = zone == null ? null : zone.proof(name);
    return proof == null
        || (records(proof, proof.ttl(), cutAt, apexAt, out)
            && signatures(proof, proof.ttl(), cutAt, apexAt, out));
  }

  /** Proves what the SOA record in front of it says. */
  Outcome denial(LookupName name, long ttl, int nameAt, int apexAt, Response out) {
    SignedZone signing = zone;
    if (signing == null) {
      return Outcome.NOT_WANTED;
    }
    RecordSet denial = signing.denial(name);
    if (denial == null) {
      denial = signing.signer().absent(name, signing.negativeTtl(), nowNanos);
    }
    if (denial == null) {
      trouble = DnsCounters.Event.DENIAL_LIMITED;
      return Outcome.TOO_MANY;
    }
    boolean fits =
        signatures(signing.soa(), ttl, apexAt, apexAt, out)
            && records(denial, ttl, nameAt, apexAt, out)
            && signatures(denial, ttl, nameAt, apexAt, out);
    return fits ? Outcome.WRITTEN : Outcome.TOO_LONG;
  }

  private static boolean records(RecordSet set, long ttl, int ownerAt, int apexAt, Response out) {
    for (int i = 0; i < set.size(); i++) {
      if (!out.authority(set.record(i), ownerAt, ttl, apexAt)) {
        return false;
      }
    }
    return true;
  }

  private boolean signatures(RecordSet set, long ttl, int ownerAt, int apexAt, Response out) {
    if (zone == null) {
      return true;
    }
    List<EncodedRecord> signatures = zone.signer().signatures(set);
    for (int i = 0; i < signatures.size(); i++) {
      if (!out.authority(signatures.get(i), ownerAt, ttl, apexAt)) {
        return false;
      }
    }
    return true;
  }
}
