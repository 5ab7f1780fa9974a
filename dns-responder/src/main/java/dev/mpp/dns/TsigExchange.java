package dev.mpp.dns;

import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Mac;
import org.jspecify.annotations.Nullable;

/**
 * One signed request and the messages that answer it (RFC 8945 section 5). Of one thread.
 *
 * <p>Each code covers the one before it, so that nobody can leave out, repeat or reorder a message
 * of a transfer; here every message of an answer is signed, which the RFC allows and everybody
 * understands.
 */
final class TsigExchange {
  /** Seconds by which clocks may differ, RFC 8945 section 10. */
  static final int FUDGE = 300;

  /** What section 5.2 says of a request; the numbers are those of section 3. */
  enum Verdict {
    GOOD(0),
    BADSIG(16),
    BADKEY(17),
    BADTIME(18),
    BADTRUNC(22),
    /** Section 5.2.2.1: a code of an impossible length. */
    MALFORMED(0);

    private final int error;

    Verdict(int error) {
      this.error = error;
    }

    /** Whether the answer is signed: the client has proven that it knows the key. */
    boolean signed() {
      return this == GOOD || this == BADTIME || this == BADTRUNC;
    }
  }

  private final TsigRecord request;
  private final @Nullable TsigKey key;
  private final Verdict verdict;
  private final int id;
  private byte[] chain;
  private boolean first = true;

  private TsigExchange(
      TsigRecord request, @Nullable TsigKey key, Verdict verdict, int id, byte[] chain) {
    this.request = request;
    this.key = key;
    this.verdict = verdict;
    this.id = id;
    this.chain = chain;
  }

  /**
   * Judges a request.
   *
   * @param at where its TSIG record begins
   * @param now seconds since 1970
   */
  static TsigExchange of(byte[] packet, int at, TsigRecord record, List<TsigKey> keys, long now) {
    int id = Wire.u16(packet, 0);
    TsigKey key = find(record, keys);
    if (key == null) {
      return new TsigExchange(record, null, Verdict.BADKEY, id, record.mac());
    }
    return new TsigExchange(record, key, judge(packet, at, record, key, now), id, record.mac());
  }

  private static @Nullable TsigKey find(TsigRecord record, List<TsigKey> keys) {
    for (TsigKey key : keys) {
      if (key.name().matches(record.key(), 0, record.key().length)) {
        DnsName algorithm = key.algorithm().wireName();
        return algorithm.matches(record.algorithm(), 0, record.algorithm().length) ? key : null;
      }
    }
    return null;
  }

  private static Verdict judge(byte[] packet, int at, TsigRecord record, TsigKey key, long now) {
    int full = key.algorithm().octets();
    int given = record.mac().length;
    if (given > full || given < Math.max(10, full / 2)) {
      return Verdict.MALFORMED;
    }
    Mac mac = key.mac();
    byte[] header = Arrays.copyOf(packet, Wire.HEADER);
    Wire.putU16(header, 0, record.originalId());
    Wire.putU16(header, 10, Wire.u16(header, 10) - 1);
    mac.update(header);
    mac.update(packet, Wire.HEADER, at - Wire.HEADER);
    mac.update(
        variables(
            record.key(),
            record.algorithm(),
            record.time(),
            record.fudge(),
            record.error(),
            record.other()));
    byte[] expected = Arrays.copyOf(mac.doFinal(), given);
    if (!MessageDigest.isEqual(expected, record.mac())) {
      return Verdict.BADSIG;
    }
    if (Math.abs(now - record.time()) > record.fudge()) {
      return Verdict.BADTIME;
    }
    return given < full ? Verdict.BADTRUNC : Verdict.GOOD;
  }

  Verdict verdict() {
    return verdict;
  }

  /** The key that the client has proven to know now, or null. */
  @Nullable TsigKey proven() {
    return verdict == Verdict.GOOD ? key : null;
  }

  /** Octets that {@link #sign} adds to a message. */
  int room() {
    int mac = verdict.signed() && key != null ? key.algorithm().octets() : 0;
    int other = verdict == Verdict.BADTIME ? 6 : 0;
    return request.key().length + 10 + request.algorithm().length + 16 + mac + other;
  }

  /**
   * Appends the TSIG record to a complete message.
   *
   * @param now seconds since 1970
   */
  void sign(Response message, long now) {
    // Section 5.2.3: with the client's own time, so that it can check the answer at all.
    long time = verdict == Verdict.BADTIME ? request.time() : now;
    byte[] other = verdict == Verdict.BADTIME ? time48(now) : new byte[0];
    byte[] mac = verdict.signed() && key != null ? code(key, message, time, other) : new byte[0];
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(request.key());
    u16(out, RrType.TSIG);
    u16(out, TsigRecord.CLASS_ANY);
    u16(out, 0);
    u16(out, 0);
    u16(out, request.algorithm().length + 16 + mac.length + other.length);
    out.writeBytes(request.algorithm());
    out.writeBytes(time48(time));
    u16(out, FUDGE);
    u16(out, mac.length);
    out.writeBytes(mac);
    u16(out, id);
    u16(out, verdict.error);
    u16(out, other.length);
    out.writeBytes(other);
    message.appendAdditional(out.toByteArray());
    chain = mac;
    first = false;
  }

  private byte[] code(TsigKey with, Response message, long time, byte[] other) {
    Mac mac = with.mac();
    ByteArrayOutputStream prior = new ByteArrayOutputStream();
    u16(prior, chain.length);
    prior.writeBytes(chain);
    mac.update(prior.toByteArray());
    mac.update(message.bytes(), 0, message.length());
    if (first) {
      mac.update(variables(request.key(), request.algorithm(), time, FUDGE, verdict.error, other));
    } else {
      // Section 5.3.1: later messages cover the timers alone.
      mac.update(time48(time));
      mac.update(new byte[] {FUDGE >>> 8, (byte) FUDGE});
    }
    return mac.doFinal();
  }

  private static byte[] variables(
      byte[] key, byte[] algorithm, long time, int fudge, int error, byte[] other) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(key);
    u16(out, TsigRecord.CLASS_ANY);
    u16(out, 0);
    u16(out, 0);
    out.writeBytes(algorithm);
    out.writeBytes(time48(time));
    u16(out, fudge);
    u16(out, error);
    u16(out, other.length);
    out.writeBytes(other);
    return out.toByteArray();
  }

  private static byte[] time48(long seconds) {
    byte[] out = new byte[6];
    Wire.putU16(out, 0, (int) (seconds >>> 32));
    Wire.putU32(out, 2, seconds);
    return out;
  }

  private static void u16(ByteArrayOutputStream out, int value) {
    out.write(value >>> 8);
    out.write(value);
  }
}
