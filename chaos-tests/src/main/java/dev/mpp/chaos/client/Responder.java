package dev.mpp.chaos.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** One DNS server that answers for the global name. Thread-safe. */
public final class Responder {
  private final String address;
  private final SimpleResolver resolver;

  public Responder(String address, int port, Duration timeout) {
    this.address = address;
    this.resolver = new SimpleResolver(new InetSocketAddress(address, port));
    resolver.setTimeout(timeout);
    resolver.setEDNS(-1);
  }

  public String address() {
    return address;
  }

  /**
   * @param ip the first A record; empty when there is none
   * @param ttl seconds
   * @param said the address, or what the server said instead
   */
  public record Answer(Optional<String> ip, long ttl, String said) {}

  /** Asks for the A record, bounded by the time-out given at construction; never throws. */
  public Answer ask(String name) {
    try {
      Record question = Record.newRecord(absolute(name), Type.A, DClass.IN);
      Message answer = resolver.send(Message.newQuery(question));
      for (Record found : answer.getSection(Section.ANSWER)) {
        if (found instanceof ARecord a) {
          String ip = a.getAddress().getHostAddress();
          return new Answer(Optional.of(ip), a.getTTL(), ip);
        }
      }
      return new Answer(Optional.empty(), 0, Rcode.string(answer.getRcode()));
    } catch (IOException e) {
      return new Answer(Optional.empty(), 0, "no answer");
    }
  }

  private static Name absolute(String name) {
    try {
      return Name.fromString(name + ".");
    } catch (TextParseException e) {
      throw new IllegalArgumentException(name, e);
    }
  }
}
