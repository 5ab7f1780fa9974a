package dev.mpp.node;

import dev.mpp.node.DnsCheck.Line;
import dev.mpp.node.DnsServers.Server;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.DSRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.RRSIGRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Follows the chain from the parent's DS to the answers, as validators do. */
final class DnssecCheck {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final Duration LEAST_LEFT = Duration.ofHours(12);
  private static final Set<Integer> DIGESTS =
      Set.of(DNSSEC.Digest.SHA1, DNSSEC.Digest.SHA256, DNSSEC.Digest.SHA384);
  private static final String NO_SUCH_NAME = "mpp-dns-check-no-such-name";

  private final Name zone;
  private final boolean configured;
  private final Instant now;
  private final Consumer<Line> lines;
  private Instant firstToExpire = Instant.MAX;

  /**
   * @param configured whether the zone is meant to be signed
   */
  DnssecCheck(Name zone, boolean configured, Instant now, Consumer<Line> lines) {
    this.zone = zone;
    this.configured = configured;
    this.now = now;
    this.lines = lines;
  }

  /**
   * @param services names with addresses
   * @param resolver whom to ask for the parent's DS; empty: nobody
   */
  void run(List<Server> servers, List<Name> services, Optional<DnsClient> resolver) {
    Map<String, List<DNSKEYRecord>> keys = new LinkedHashMap<>();
    for (Server server : servers) {
      keys.put(server.name(), keys(server, services));
    }
    agree(keys);
    List<DNSKEYRecord> all = keys.values().stream().flatMap(List::stream).toList();
    resolver.ifPresent(client -> parent(client, all));
  }

  private void well(String text) {
    lines.accept(new Line(true, text));
  }

  private void wrong(String text) {
    lines.accept(new Line(false, text));
  }

  /** The keys of a server, its signatures checked with them. */
  private List<DNSKEYRecord> keys(Server server, List<Name> services) {
    DnsClient client = new DnsClient(server.address(), TIMEOUT);
    try {
      Message message = ask(client, zone, Type.DNSKEY, false);
      List<DNSKEYRecord> keys = new ArrayList<>();
      for (Record record : message.getSection(Section.ANSWER)) {
        if (record instanceof DNSKEYRecord key) {
          keys.add(key);
        }
      }
      if (keys.isEmpty()) {
        if (configured) {
          wrong(
              server.text()
                  + ": says "
                  + Rcode.string(message.getRcode())
                  + " and no DNSKEY; was it restarted with dns.dnssec, and is its clock right?");
        }
        return keys;
      }
      firstToExpire = Instant.MAX;
      List<DNSKEYRecord> points = keys.stream().filter(DnssecCheck::entryPoint).toList();
      verify(message, Section.ANSWER, points);
      answers(client, keys, services);
      life(server);
      return keys;
    } catch (IOException | DNSSEC.DNSSECException e) {
      wrong(
          server.text()
              + ": "
              + e.getMessage()
              + "; compare its clock and its key directory with the others' (mpp dns keys)");
      return List.of();
    }
  }

  private static boolean entryPoint(DNSKEYRecord key) {
    return (key.getFlags() & DNSKEYRecord.Flags.SEP_KEY) != 0;
  }

  private void answers(DnsClient client, List<DNSKEYRecord> keys, List<Name> services)
      throws IOException, DNSSEC.DNSSECException {
    verify(ask(client, zone, Type.SOA, false), Section.ANSWER, keys);
    verify(ask(client, noSuchName(), Type.A, false), Section.AUTHORITY, keys);
    for (Name service : services) {
      Message answer = ask(client, service, Type.A, false);
      if (answer.getRcode() == Rcode.NOERROR) {
        boolean none = answer.getSection(Section.ANSWER).isEmpty();
        verify(answer, none ? Section.AUTHORITY : Section.ANSWER, keys);
      }
    }
  }

  private Name noSuchName() {
    try {
      return Name.concatenate(Name.fromConstantString(NO_SUCH_NAME), zone);
    } catch (NameTooLongException e) {
      return zone; // what is denied there is denied as well
    }
  }

  private static Message ask(DnsClient client, Name name, int type, boolean recursive)
      throws IOException {
    return client.ask(DnsClient.signedQuestion(name, type, recursive)).message();
  }

  private void verify(Message message, int section, List<DNSKEYRecord> keys)
      throws IOException, DNSSEC.DNSSECException {
    List<RRset> sets = message.getSectionRRsets(section);
    if (sets.isEmpty()) {
      throw new IOException("nothing to validate for " + message.getQuestion());
    }
    for (RRset set : sets) {
      verify(set, keys);
    }
  }

  private void verify(RRset set, List<DNSKEYRecord> keys)
      throws IOException, DNSSEC.DNSSECException {
    String what = set.getName() + " " + Type.string(set.getType());
    if (set.sigs().isEmpty()) {
      throw new IOException(what + " is not signed");
    }
    for (RRSIGRecord signature : set.sigs()) {
      Optional<DNSKEYRecord> key =
          keys.stream().filter(k -> k.getFootprint() == signature.getFootprint()).findFirst();
      if (key.isEmpty()) {
        throw new IOException(
            what + " is signed by key " + signature.getFootprint() + ", which it does not publish");
      }
      DNSSEC.verify(set, signature, key.get(), now);
      if (signature.getExpire().isBefore(firstToExpire)) {
        firstToExpire = signature.getExpire();
      }
    }
  }

  private void life(Server server) {
    Duration left = Duration.between(now, firstToExpire);
    String hours = left.toHours() + " h";
    if (left.compareTo(LEAST_LEFT) < 0) {
      wrong(
          server.text()
              + ": a signature has "
              + hours
              + " left; they are replaced long before: is its clock right, or its process stuck?");
    } else {
      well(server.text() + ": signatures are valid, the first to expire for " + hours);
    }
  }

  private void agree(Map<String, List<DNSKEYRecord>> keys) {
    Map<String, Set<Integer>> tags = new LinkedHashMap<>();
    keys.forEach(
        (server, published) -> {
          Set<Integer> own = new TreeSet<>();
          published.forEach(k -> own.add(k.getFootprint()));
          tags.put(server, own);
        });
    if (Set.copyOf(tags.values()).size() > 1) {
      wrong(
          "the servers publish different keys: "
              + tags
              + "; copy the key directory to every site, and compare their clocks");
    }
  }

  private void parent(DnsClient resolver, List<DNSKEYRecord> keys) {
    try {
      Message answer = ask(resolver, zone, Type.DS, true);
      if (answer.getRcode() != Rcode.NOERROR && answer.getRcode() != Rcode.NXDOMAIN) {
        throw new IOException("the resolver says " + Rcode.string(answer.getRcode()));
      }
      List<DSRecord> all = new ArrayList<>();
      for (Record record : answer.getSection(Section.ANSWER)) {
        if (record instanceof DSRecord ds) {
          all.add(ds);
        }
      }
      compare(all, keys);
    } catch (IOException e) {
      wrong("DS at the parent: " + e.getMessage() + "; name another with --resolver");
    }
  }

  private void compare(List<DSRecord> parent, List<DNSKEYRecord> keys) {
    long matching =
        parent.stream().filter(ds -> keys.stream().anyMatch(k -> pointsTo(ds, k))).count();
    if (parent.isEmpty() && configured) {
      well("no DS at the parent yet: validators take the zone as unsigned; give it: mpp dns ds");
    } else if (!parent.isEmpty() && matching == 0) {
      wrong(
          "the parent's DS records point to "
              + parent.stream().map(DSRecord::getFootprint).distinct().toList()
              + ", and no such key is published: validating resolvers fail for the whole zone;"
              + " correct them at the parent now (mpp dns ds), or take them out");
    } else if (!parent.isEmpty()) {
      well(
          "DS at the parent: "
              + matching
              + " of "
              + parent.size()
              + " point to a key that is published");
    }
  }

  private static boolean pointsTo(DSRecord ds, DNSKEYRecord key) {
    if (ds.getFootprint() != key.getFootprint()
        || ds.getAlgorithm() != key.getAlgorithm()
        || !DIGESTS.contains(ds.getDigestID())) {
      return false;
    }
    DSRecord own = new DSRecord(ds.getName(), DClass.IN, ds.getTTL(), ds.getDigestID(), key);
    return java.util.Arrays.equals(own.getDigest(), ds.getDigest());
  }
}
