package dev.mpp.dns;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Signs what a zone answers, at the moment it is first needed, and remembers it.
 *
 * <p>Inception and expiration are functions of the name, the type and the wall clock, so all sites
 * sign alike. Signatures of what is in the zone are made by the {@link SigningSweep} before anybody
 * asks; only names that do not exist are signed for a query, within a budget and with a cache of
 * fixed size. For any number of threads.
 */
public final class ZoneSigner {
  private static final System.Logger LOG = System.getLogger(ZoneSigner.class.getName());

  /** Clocks differ (RFC 6781 section 4.4.2.2): signatures are valid from an hour before now. */
  private static final long BACKDATED = 3600;

  private static final int ABSENT_SLOTS = 4096;

  /** The records at the apex that follow from the keys alone, for as long as they do. */
  private record Apex(
      KeyRing ring,
      KeyRing.Stage stage,
      RecordSet dnskey,
      @Nullable RecordSet cds,
      @Nullable RecordSet cdnskey) {
    boolean holds(KeyRing keys, long now) {
      return ring == keys && stage.from() <= now && now < stage.until();
    }
  }

  private final DnsName zone;
  private final SigningPolicy policy;
  private final LongSupplier unixSeconds;
  private final SignatureMemory memory = new SignatureMemory();
  private final AtomicReferenceArray<@Nullable RecordSet> absent =
      new AtomicReferenceArray<>(ABSENT_SLOTS);
  private final SigningBudget budget;
  private final AtomicLong made = new AtomicLong();
  private final AtomicReference<@Nullable Apex> apex = new AtomicReference<>();
  private volatile KeyRing ring;
  private volatile boolean complained;
  private final @Nullable KeyDirectory directory;
  private String stamp;
  private String told = "";

  /**
   * Reads the keys, and reads them again when their files change.
   *
   * @param unixSeconds the wall clock, read once a query that wants signatures
   * @throws KeyFileException if the zone cannot be signed with them
   */
  public static ZoneSigner open(
      KeyDirectory directory, DnsName zone, SigningPolicy policy, LongSupplier unixSeconds)
      throws KeyFileException {
    String stamp = directory.stamp(zone); // before the keys: what changes meanwhile is read again
    return new ZoneSigner(directory.read(zone), policy, unixSeconds, directory, stamp);
  }

  /** Signs with these keys until others are given. */
  public ZoneSigner(KeyRing ring, SigningPolicy policy, LongSupplier unixSeconds) {
    this(ring, policy, unixSeconds, null, "");
  }

  private ZoneSigner(
      KeyRing ring,
      SigningPolicy policy,
      LongSupplier unixSeconds,
      @Nullable KeyDirectory directory,
      String stamp) {
    this.directory = directory;
    this.stamp = stamp;
    this.zone = ring.zone();
    this.ring = ring;
    this.policy = policy;
    this.unixSeconds = unixSeconds;
    this.budget = new SigningBudget(policy.denialsPerSecond());
  }

  public DnsName zone() {
    return zone;
  }

  /** Takes other keys over; every signature is made anew. */
  public void use(KeyRing keys) {
    if (!keys.zone().equals(zone)) {
      throw new IllegalArgumentException("keys of " + keys.zone() + " for zone " + zone);
    }
    ring = keys;
  }

  /**
   * Reads the files again if they changed. Keys that cannot be used are reported, and those from
   * before go on. One thread calls it.
   */
  void reread() {
    if (directory == null) {
      return;
    }
    String now = directory.stamp(zone);
    if (now.equals(stamp)) {
      return;
    }
    try {
      use(directory.read(zone));
      LOG.log(System.Logger.Level.INFO, "zone " + zone + ": keys read again from " + directory);
      told = "";
    } catch (KeyFileException e) {
      String text = String.join("; ", e.problems());
      if (!text.equals(told)) {
        told = text;
        LOG.log(System.Logger.Level.ERROR, "the keys from before are kept: " + text);
      }
      return; // and tried again: the other file of a key may be about to come
    }
    stamp = now;
  }

  /** Signatures made so far. */
  public long made() {
    return made.get();
  }

  /** Why nothing can be signed now, or null: a clock that cannot be right. */
  @Nullable String clockTrouble() {
    long floor = Math.max(BuildTime.SECONDS, ring.madeAt() - BACKDATED);
    if (unixSeconds.getAsLong() >= floor) {
      if (complained) {
        complained = false; // written only then: every thread reads it for every such query
      }
      return null;
    }
    return "the clock of this host says "
        + KeyTimes.text(unixSeconds.getAsLong())
        + " (UTC), which is before this program or the keys of "
        + zone
        + " were made; set it. Until then whoever asks for signatures gets SERVFAIL";
  }

  /** Whether the clock may be right; tells the log once when it is not. */
  boolean ready() {
    String trouble = clockTrouble();
    if (trouble != null && !complained) {
      complained = true;
      LOG.log(System.Logger.Level.ERROR, trouble);
    }
    return trouble == null;
  }

  /** DNSKEY, CDS or CDNSKEY as of now; null if there is none, and for other types. */
  @Nullable RecordSet keys(int type) {
    return switch (type) {
      case RrType.DNSKEY -> apexNow().dnskey();
      case RrType.CDS -> apexNow().cds();
      case RrType.CDNSKEY -> apexNow().cdnskey();
      default -> null;
    };
  }

  private Apex apexNow() {
    long now = unixSeconds.getAsLong();
    KeyRing keys = ring;
    Apex known = apex.get();
    if (known == null || !known.holds(keys, now)) {
      known = apex(keys, keys.at(now));
      apex.set(known);
    }
    return known;
  }

  private Apex apex(KeyRing keys, KeyRing.Stage stage) {
    List<Rdata> dnskey = new ArrayList<>();
    stage.published().forEach(k -> dnskey.add(new Rdata.Opaque(RrType.DNSKEY, k.key().rdata())));
    List<Rdata> cds = new ArrayList<>();
    List<Rdata> cdnskey = new ArrayList<>();
    for (SigningKey key : stage.entryPoints()) {
      cds.add(new Rdata.Opaque(RrType.CDS, key.key().ds(zone, Dnskey.Digest.SHA256)));
      cdnskey.add(new Rdata.Opaque(RrType.CDNSKEY, key.key().rdata()));
    }
    return new Apex(
        keys,
        stage,
        RecordSet.of(zone, RrType.DNSKEY, KeyRing.DNSKEY_TTL, dnskey, zone),
        cds.isEmpty() ? null : RecordSet.of(zone, RrType.CDS, KeyRing.DNSKEY_TTL, cds, zone),
        cds.isEmpty()
            ? null
            : RecordSet.of(zone, RrType.CDNSKEY, KeyRing.DNSKEY_TTL, cdnskey, zone));
  }

  /** What the next query for DNSKEY or a change of keys brings at {@code now}. */
  KeyRing.Stage stage() {
    return apexNow().stage();
  }

  OptionalLong nextRoll() {
    return ring.nextRoll(unixSeconds.getAsLong());
  }

  /** The RRSIG records of a set of this zone. */
  List<EncodedRecord> signatures(RecordSet set) {
    long now = unixSeconds.getAsLong();
    KeyRing keys = ring;
    SignedSet signed = set.signed();
    return (signed != null && signed.good(keys, now) ? signed : renew(set, keys, now)).records();
  }

  /** Makes the signatures of a set if they are due; whoever asks next has them. */
  void foresee(RecordSet set) {
    long now = unixSeconds.getAsLong();
    KeyRing keys = ring;
    SignedSet signed = set.signed();
    if (signed == null || signed.due(keys, now)) {
      var unused = renew(set, keys, now);
    }
  }

  private SignedSet renew(RecordSet set, KeyRing keys, long now) {
    SignedSet known = memory.find(set, now);
    if (known == null || known.due(keys, now)) {
      known = sign(set, keys, now);
      memory.keep(set, known, now);
    }
    set.signed(known);
    return known;
  }

  /**
   * The proof that a name does not exist, with its signatures made.
   *
   * @param name lives as long as it likes: a copy is kept
   * @return null if too many were asked for lately
   */
  @Nullable RecordSet absent(LookupName name, long ttl, long nowNanos) {
    int hash = name.hash(0);
    int slot = (hash ^ (hash >>> 16)) & (ABSENT_SLOTS - 1);
    RecordSet known = absent.get(slot);
    long now = unixSeconds.getAsLong();
    if (known != null && known.ttl() == ttl && name.matches(known.owner(), 0)) {
      SignedSet signed = known.signed();
      if (signed != null && !signed.due(ring, now)) {
        return known;
      }
    }
    if (!budget.take(nowNanos)) {
      return null;
    }
    RecordSet denial = Denial.absent(name.copy(), ttl, zone);
    denial.signed(sign(denial, ring, now));
    absent.set(slot, denial);
    return denial;
  }

  private SignedSet sign(RecordSet set, KeyRing keys, long now) {
    KeyRing.Stage stage = keys.at(now);
    boolean ofKeys =
        switch (set.type()) {
          case RrType.DNSKEY, RrType.CDS, RrType.CDNSKEY -> true;
          default -> false;
        };
    List<SigningKey> signers = ofKeys ? stage.keySigners() : List.of(stage.zoneSigner());
    long validity = policy.validity().toSeconds();
    long used = validity * 5 / 8;
    // All windows of all names do not begin at once: an offset that is the same on all sites.
    long offset = Math.floorMod(31L * set.owner().hashCode() + set.type(), used);
    long start = Math.floorDiv(now - offset, used) * used + offset;
    byte[] records = Canonical.records(set);
    List<EncodedRecord> signatures =
        signers.stream()
            .map(k -> rrsig(set, k, start - BACKDATED, start + validity, records))
            .toList();
    made.addAndGet(signatures.size());
    return new SignedSet(
        signatures,
        keys,
        start - BACKDATED,
        Math.min(start + used, stage.until()),
        start + validity);
  }

  /** RFC 4034 section 3.1. */
  private EncodedRecord rrsig(
      RecordSet set, SigningKey key, long inception, long expiration, byte[] records) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    Canonical.u16(data, set.type());
    data.write(key.key().algorithm().number());
    data.write(set.owner().labels());
    Canonical.u32(data, set.ttl());
    Canonical.u32(data, expiration);
    Canonical.u32(data, inception);
    Canonical.u16(data, key.key().tag());
    data.writeBytes(zone.lowerWire());
    byte[] head = data.toByteArray();
    byte[] signed = Arrays.copyOf(head, head.length + records.length);
    System.arraycopy(records, 0, signed, head.length, records.length);
    data.writeBytes(key.sign(signed));
    return EncodedRecord.of(new Rdata.Opaque(RrType.RRSIG, data.toByteArray()), zone);
  }

  /** Lets go of signatures that nobody has asked for lately. */
  void tidy() {
    memory.tidy(unixSeconds.getAsLong());
  }
}
