package dev.mpp.dns;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The data of one record. Immutable; constructors throw {@link IllegalArgumentException}. */
public sealed interface Rdata {

  /** The record type number, as in {@link RrType}. */
  int type();

  /** An {@link A} or an {@link Aaaa} record, whichever the address is. */
  static Rdata address(InetAddress address) {
    return switch (address) {
      case Inet4Address four -> new A(four);
      case Inet6Address six -> new Aaaa(six);
      default -> throw new IllegalArgumentException("neither IPv4 nor IPv6: " + address);
    };
  }

  /** As {@link #address(InetAddress)}, from a literal; a host name is refused, never resolved. */
  static Rdata address(String literal) {
    return address(InetAddress.ofLiteral(literal));
  }

  /** RFC 1035 section 3.4.1. */
  record A(Inet4Address address) implements Rdata {
    @Override
    public int type() {
      return RrType.A;
    }
  }

  /** RFC 3596 section 2.2. */
  record Aaaa(Inet6Address address) implements Rdata {
    @Override
    public int type() {
      return RrType.AAAA;
    }
  }

  /** RFC 1035 section 3.3.11. Below a zone's apex it delegates what lies there. */
  record Ns(DnsName host) implements Rdata {
    @Override
    public int type() {
      return RrType.NS;
    }
  }

  /** RFC 1035 section 3.3.1. Alone at its name, and static. */
  record Cname(DnsName target) implements Rdata {
    @Override
    public int type() {
      return RrType.CNAME;
    }
  }

  /**
   * RFC 1035 section 3.3.14.
   *
   * @param strings one or more, each at most 255 octets in UTF-8
   */
  record Txt(List<String> strings) implements Rdata {
    public Txt {
      strings = List.copyOf(strings);
      if (strings.isEmpty()) {
        throw new IllegalArgumentException("TXT needs at least one string");
      }
      for (String s : strings) {
        if (s.getBytes(StandardCharsets.UTF_8).length > 255) {
          throw new IllegalArgumentException("TXT string longer than 255 octets: " + s);
        }
      }
    }

    public Txt(String... strings) {
      this(List.of(strings));
    }

    @Override
    public int type() {
      return RrType.TXT;
    }
  }

  /** RFC 2782; priority, weight and port are 0 to 65535. */
  record Srv(int priority, int weight, int port, DnsName target) implements Rdata {
    public Srv {
      Wire.requireU16("SRV priority", priority);
      Wire.requireU16("SRV weight", weight);
      Wire.requireU16("SRV port", port);
    }

    @Override
    public int type() {
      return RrType.SRV;
    }
  }

  /**
   * RFC 1035 section 3.3.13. Given to {@link Zone#builder}, never among other records.
   *
   * @param mname the primary server
   * @param rname the mailbox of who is responsible, its first label before the {@code @}
   * @param serial 0 to 2^32-1
   * @param refresh seconds, as are the rest: 0 to 2^31-1
   * @param minimum the TTL of negative answers (RFC 2308 section 4)
   */
  record Soa(
      DnsName mname,
      DnsName rname,
      long serial,
      long refresh,
      long retry,
      long expire,
      long minimum)
      implements Rdata {
    public Soa {
      if (serial < 0 || serial > 0xffff_ffffL) {
        throw new IllegalArgumentException("SOA serial not in 0..2^32-1: " + serial);
      }
      Wire.requireTtl("SOA refresh", refresh);
      Wire.requireTtl("SOA retry", retry);
      Wire.requireTtl("SOA expire", expire);
      Wire.requireTtl("SOA minimum", minimum);
    }

    @Override
    public int type() {
      return RrType.SOA;
    }
  }

  /** Any other type, its data as raw octets (RFC 3597); never compressed. */
  final class Opaque implements Rdata {
    private static final List<Integer> NAMED_HERE =
        List.of(
            RrType.A,
            RrType.NS,
            RrType.CNAME,
            RrType.SOA,
            RrType.TXT,
            RrType.AAAA,
            RrType.SRV,
            RrType.DNAME);

    private final int type;
    private final byte[] data;

    /**
     * Copies {@code data}.
     *
     * @param type 1 to 65535; not a meta type, not one of the types above, not DNAME
     * @param data at most 65535 octets
     */
    public Opaque(int type, byte[] data) {
      Wire.requireU16("type", type);
      Wire.requireU16("data length", data.length);
      if (RrType.isMeta(type) || NAMED_HERE.contains(type)) {
        throw new IllegalArgumentException("type " + type + " cannot be opaque data");
      }
      this.type = type;
      this.data = data.clone();
    }

    @Override
    public int type() {
      return type;
    }

    byte[] data() {
      return data.clone();
    }

    @Override
    public boolean equals(@Nullable Object o) {
      return o instanceof Opaque other && type == other.type && Arrays.equals(data, other.data);
    }

    @Override
    public int hashCode() {
      return 31 * type + Arrays.hashCode(data);
    }

    @Override
    public String toString() {
      return "TYPE" + type + "[" + data.length + " octets]";
    }
  }
}
