package dev.mpp.node.publish;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import org.xbill.DNS.Update;

/**
 * One name at another server: reads it, and changes it by RFC 2136. Blocks the calling thread for
 * at most the time-out for each message.
 *
 * @param server the zone's primary
 * @param zone that the server has
 * @param name the name, in that zone
 * @param ttl seconds
 * @param timeout of each message
 */
record DynamicUpdate(InetSocketAddress server, Name zone, Name name, long ttl, Duration timeout) {

  /** What became of an update. */
  enum Outcome {
    ACCEPTED,
    /** The mark was no longer the expected one: nothing was changed. */
    OVERTAKEN
  }

  private Name mark() {
    return Name.fromConstantString(EpochMark.LABEL + "." + name);
  }

  /**
   * What the server says now.
   *
   * @throws IOException if it cannot be asked, or is not the zone's server
   */
  PushPlan.Observed observe(TSIG key, boolean tcp) throws IOException {
    List<String> marks = new ArrayList<>();
    for (Record r : ask(mark(), Type.TXT, key, tcp)) {
      if (r instanceof TXTRecord txt) {
        marks.add(String.join("", txt.getStrings()));
      }
    }
    Set<String> addresses = new HashSet<>();
    long seen = -1;
    boolean alias = false;
    for (int type : new int[] {Type.A, Type.AAAA}) {
      for (Record r : ask(name, type, key, tcp)) {
        alias |= r.getType() == Type.CNAME;
        Optional<InetAddress> address = address(r);
        if (address.isPresent()) {
          addresses.add(address.get().getHostAddress());
          seen = r.getTTL();
        }
      }
    }
    return new PushPlan.Observed(marks, addresses, seen, alias);
  }

  private static Optional<InetAddress> address(Record r) {
    return switch (r) {
      case ARecord a -> Optional.of(a.getAddress());
      case AAAARecord aaaa -> Optional.of(aaaa.getAddress());
      default -> Optional.empty();
    };
  }

  private List<Record> ask(Name owner, int type, TSIG key, boolean tcp) throws IOException {
    Message query = Message.newQuery(Record.newRecord(owner, type, DClass.IN));
    query.getHeader().unsetFlag(Flags.RD);
    Message answer = exchange(query, key, tcp);
    int rcode = answer.getRcode();
    if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
      throw new IOException(
          owner + " " + Type.string(type) + " is answered with " + Rcode.string(rcode));
    }
    if (!answer.getHeader().getFlag(Flags.AA)) {
      throw new IOException(
          "the server is not authoritative for " + owner + ": name the primary of zone " + zone);
    }
    if (answer.getHeader().getFlag(Flags.TC)) {
      throw new IOException(owner + " has more records than fit a datagram");
    }
    return answer.getSection(Section.ANSWER);
  }

  /**
   * Replaces addresses and mark, if the mark is still the expected one (RFC 2136 sections 2.4.2 and
   * 2.4.3): the server checks that and changes everything or nothing.
   *
   * @throws IOException if it is not known whether the server did it, or it refuses
   */
  Outcome send(PushPlan.Update plan, Set<String> addresses, TSIG key, boolean tcp)
      throws IOException {
    int rcode = exchange(message(plan, addresses), key, tcp).getRcode();
    return switch (rcode) {
      case Rcode.NOERROR -> Outcome.ACCEPTED;
      case Rcode.NXRRSET, Rcode.YXRRSET -> Outcome.OVERTAKEN;
      case Rcode.REFUSED ->
          throw new IOException(
              "the update is refused: may the key change A, AAAA and TXT of "
                  + name
                  + " and "
                  + mark()
                  + "?");
      case Rcode.NOTAUTH, Rcode.NOTZONE ->
          throw new IOException(
              "the update is answered with "
                  + Rcode.string(rcode)
                  + ": is this the primary of zone "
                  + zone
                  + "?");
      default -> throw new IOException("the update is answered with " + Rcode.string(rcode));
    };
  }

  /** The update itself; nothing in it says when it was made, only what must still be so. */
  Update message(PushPlan.Update plan, Set<String> addresses) {
    Update update = new Update(zone);
    plan.expected()
        .ifPresentOrElse(
            e -> update.present(new TXTRecord(mark(), DClass.IN, 0, e.text())),
            () -> update.absent(mark(), Type.TXT));
    update.delete(name, Type.A);
    update.delete(name, Type.AAAA);
    for (String address : addresses) {
      InetAddress literal = InetAddress.ofLiteral(address);
      update.add(
          literal.getAddress().length == 4
              ? new ARecord(name, DClass.IN, ttl, literal)
              : new AAAARecord(name, DClass.IN, ttl, literal));
    }
    update.delete(mark(), Type.TXT);
    update.add(new TXTRecord(mark(), DClass.IN, ttl, plan.mark().text()));
    return update;
  }

  private Message exchange(Message message, TSIG key, boolean tcp) throws IOException {
    return new SignedDns(server, timeout, Optional.of(key)).exchange(message, tcp);
  }
}
