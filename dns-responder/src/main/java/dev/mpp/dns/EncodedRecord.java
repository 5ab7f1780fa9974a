package dev.mpp.dns;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A record in wire form but for its owner, its TTL, and the place in the message where its zone's
 * apex stands.
 *
 * <p>Every question that is answered ends in the apex of some zone of ours, so a name in the data
 * compresses by pointing at that apex: the offsets to patch are known when the table is built, and
 * answering needs no search for earlier names.
 */
final class EncodedRecord {
  /** Where the data starts: after type, class, TTL and length. */
  static final int RDATA = 10;

  private static final int TTL = 4;
  private static final int SOA_TAIL = 20;
  private static final int NO_POINTER = 0;

  private final byte[] body;
  private int firstPointer = NO_POINTER;
  private int secondPointer = NO_POINTER;

  private EncodedRecord(Rdata data, int klass, DnsName apex) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    putU16(out, data.type());
    putU16(out, klass);
    putU16(out, 0);
    putU16(out, 0);
    putU16(out, 0);
    encode(out, data, apex);
    body = out.toByteArray();
    Wire.requireU16("record data length", body.length - RDATA);
    Wire.putU16(body, RDATA - 2, body.length - RDATA);
  }

  static EncodedRecord of(Rdata data, DnsName apex) {
    return new EncodedRecord(data, Wire.CLASS_IN, apex);
  }

  /** Of class CH, with names written out. */
  static EncodedRecord chaos(Rdata data) {
    return new EncodedRecord(data, Wire.CLASS_CH, DnsName.ROOT);
  }

  private void encode(ByteArrayOutputStream out, Rdata data, DnsName apex) {
    switch (data) {
      case Rdata.A a -> out.writeBytes(a.address().getAddress());
      case Rdata.Aaaa aaaa -> out.writeBytes(aaaa.address().getAddress());
      case Rdata.Ns ns -> compress(out, ns.host(), apex);
      case Rdata.Cname cname -> compress(out, cname.target(), apex);
      case Rdata.Txt txt -> {
        for (String s : txt.strings()) {
          byte[] octets = s.getBytes(StandardCharsets.UTF_8);
          out.write(octets.length);
          out.writeBytes(octets);
        }
      }
      case Rdata.Srv srv -> {
        putU16(out, srv.priority());
        putU16(out, srv.weight());
        putU16(out, srv.port());
        srv.target().writeTo(out, srv.target().length()); // RFC 2782: never compressed
      }
      case Rdata.Soa soa -> {
        compress(out, soa.mname(), apex);
        compress(out, soa.rname(), apex);
        putU32(out, soa.serial());
        putU32(out, soa.refresh());
        putU32(out, soa.retry());
        putU32(out, soa.expire());
        putU32(out, soa.minimum());
      }
      case Rdata.Opaque opaque -> out.writeBytes(opaque.data());
    }
  }

  private void compress(ByteArrayOutputStream out, DnsName name, DnsName apex) {
    if (!name.isAtOrBelow(apex)) {
      name.writeTo(out, name.length());
      return;
    }
    name.writeTo(out, name.length() - apex.length());
    if (firstPointer == NO_POINTER) {
      firstPointer = out.size();
    } else {
      secondPointer = out.size();
    }
    putU16(out, 0);
  }

  int length() {
    return body.length;
  }

  /** The serial; only of a SOA. */
  long soaSerial() {
    return Wire.u32(body, body.length - SOA_TAIL);
  }

  @Override
  public boolean equals(@Nullable Object o) {
    return o instanceof EncodedRecord other
        && firstPointer == other.firstPointer
        && secondPointer == other.secondPointer
        && Arrays.equals(body, other.body);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(body);
  }

  /** Copies the record to {@code out[at..]}; {@code apexAt} is the apex's offset in the message. */
  void writeTo(byte[] out, int at, long ttl, int apexAt) {
    System.arraycopy(body, 0, out, at, body.length);
    Wire.putU32(out, at + TTL, ttl);
    if (firstPointer != NO_POINTER) {
      Wire.putU16(out, at + firstPointer, Response.POINTER | apexAt);
    }
    if (secondPointer != NO_POINTER) {
      Wire.putU16(out, at + secondPointer, Response.POINTER | apexAt);
    }
  }

  private static void putU16(ByteArrayOutputStream out, int value) {
    out.write(value >>> 8);
    out.write(value);
  }

  private static void putU32(ByteArrayOutputStream out, long value) {
    putU16(out, (int) (value >>> 16));
    putU16(out, (int) value);
  }
}
