package dev.mpp.dns;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/** The form of records that is signed (RFC 4034 section 6, with section 5.1 of RFC 6840). */
final class Canonical {
  private static final int TXT_MOST = 255;
  private static final int NO_NAMES = -1;

  private Canonical() {}

  /**
   * What an RRSIG signs besides its own data: every record with owner, type, class, original TTL
   * and data, in canonical order. Order and number of the given records do not matter.
   */
  static byte[] records(RecordSet set) {
    TreeSet<byte[]> ordered = new TreeSet<>(Arrays::compareUnsigned);
    set.data().forEach(d -> ordered.add(data(d)));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] owner = set.owner().lowerWire();
    for (byte[] data : ordered) {
      out.writeBytes(owner);
      u16(out, set.type());
      u16(out, Wire.CLASS_IN);
      u32(out, set.ttl());
      u16(out, data.length);
      out.writeBytes(data);
    }
    return out.toByteArray();
  }

  /** The data with names written out and in lower case. */
  static byte[] data(Rdata data) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    switch (data) {
      case Rdata.A a -> out.writeBytes(a.address().getAddress());
      case Rdata.Aaaa aaaa -> out.writeBytes(aaaa.address().getAddress());
      case Rdata.Ns ns -> out.writeBytes(ns.host().lowerWire());
      case Rdata.Cname cname -> out.writeBytes(cname.target().lowerWire());
      case Rdata.Txt txt -> strings(out, txt.strings());
      case Rdata.Srv srv -> {
        u16(out, srv.priority());
        u16(out, srv.weight());
        u16(out, srv.port());
        out.writeBytes(srv.target().lowerWire());
      }
      case Rdata.Soa soa -> {
        out.writeBytes(soa.mname().lowerWire());
        out.writeBytes(soa.rname().lowerWire());
        u32(out, soa.serial());
        u32(out, soa.refresh());
        u32(out, soa.retry());
        u32(out, soa.expire());
        u32(out, soa.minimum());
      }
      case Rdata.Opaque opaque -> out.writeBytes(lowered(opaque.type(), opaque.data()));
    }
    return out.toByteArray();
  }

  private static void strings(ByteArrayOutputStream out, List<String> strings) {
    for (String s : strings) {
      byte[] octets = s.getBytes(StandardCharsets.UTF_8);
      out.write(Math.min(TXT_MOST, octets.length));
      out.writeBytes(octets);
    }
  }

  /** Length octets are at most 63, which is no letter, so everything from the names on may be. */
  private static byte[] lowered(int type, byte[] data) {
    int from = names(type, data);
    for (int i = from; from != NO_NAMES && i < data.length; i++) {
      data[i] = DnsName.toLower(data[i]);
    }
    return data;
  }

  /**
   * Where the names of the types begin that RFC 4034 section 6.2 lists; none has anything behind
   * them. NSEC is not one (RFC 6840 section 5.1), and HINFO has no names.
   */
  private static int names(int type, byte[] data) {
    return switch (type) {
      case 3, 4, 7, 8, 9, RrType.PTR, 14, 17 -> 0; // MD MF MB MG MR PTR MINFO RP
      case RrType.MX, 18, 21, 26, 36 -> 2; // MX AFSDB RT PX KX
      case 35 -> afterStrings(data); // NAPTR
      default -> NO_NAMES;
    };
  }

  private static int afterStrings(byte[] data) {
    int at = 4;
    for (int i = 0; i < 3 && at < data.length; i++) {
      at += 1 + (data[at] & 0xff);
    }
    return at < data.length ? at : NO_NAMES;
  }

  static void u16(ByteArrayOutputStream out, int value) {
    out.write(value >>> 8);
    out.write(value);
  }

  static void u32(ByteArrayOutputStream out, long value) {
    u16(out, (int) (value >>> 16));
    u16(out, (int) value);
  }
}
