package dev.mpp.dns;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The names of class CH by which servers are told apart (RFC 4892). */
final class Chaos {
  private final NameIndex<EncodedRecord> texts;

  Chaos(ServerIdentity identity) {
    Map<DnsName, EncodedRecord> all = new HashMap<>();
    put(all, List.of("id.server.", "hostname.bind."), identity.id());
    put(all, List.of("version.bind.", "version.server."), identity.version());
    texts = new NameIndex<>(all);
  }

  private static void put(
      Map<DnsName, EncodedRecord> all, List<String> names, Optional<String> text) {
    for (String name : names) {
      text.ifPresent(t -> all.put(DnsName.of(name), EncodedRecord.chaos(new Rdata.Txt(t))));
    }
  }

  /** The TXT record of a name, or null. */
  @Nullable EncodedRecord text(LookupName name) {
    return texts.find(name, 0);
  }
}
