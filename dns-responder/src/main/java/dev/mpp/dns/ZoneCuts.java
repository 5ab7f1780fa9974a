package dev.mpp.dns;

import dev.mpp.dns.ZoneBuilder.Draft;
import dev.mpp.dns.ZoneBuilder.SetDraft;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Finds where a zone ends and another server's begins, and refuses what does not belong there. */
final class ZoneCuts {
  private static final Set<Integer> AT_A_CUT = Set.of(RrType.NS, RrType.DS, RrType.A, RrType.AAAA);
  private static final Set<Integer> GLUE = Set.of(RrType.A, RrType.AAAA);

  private final DnsName apex;
  private final Map<DnsName, Draft> drafts;

  ZoneCuts(DnsName apex, Map<DnsName, Draft> drafts) {
    this.apex = apex;
    this.drafts = drafts;
  }

  /**
   * The delegations by name.
   *
   * @throws IllegalArgumentException if a name at or below a cut has what only the child can say,
   *     or a name server inside the child has no address here
   */
  Map<DnsName, Delegation> delegations() {
    Map<DnsName, Delegation> found = new LinkedHashMap<>();
    drafts.forEach(
        (name, draft) -> {
          if (!name.equals(apex) && draft.sets.containsKey(RrType.NS)) {
            found.put(name, delegation(name, draft));
          }
        });
    return found;
  }

  private Delegation delegation(DnsName cut, Draft draft) {
    requireOnly(AT_A_CUT, cut, cut, draft);
    drafts.forEach(
        (name, other) -> {
          if (!name.equals(cut) && name.isAtOrBelow(cut)) {
            requireOnly(GLUE, cut, name, other);
          }
        });
    SetDraft servers = draft.sets.get(RrType.NS);
    List<Delegation.Glue> glue = new ArrayList<>();
    for (Rdata one : servers == null ? List.<Rdata>of() : servers.data()) {
      glue.addAll(glue(cut, ((Rdata.Ns) one).host()));
    }
    return new Delegation(
        cut,
        servers == null
            ? RecordSet.of(cut, RrType.NS, 0, List.of(), apex)
            : servers.encode(cut, RrType.NS, apex, null, List.of()),
        glue);
  }

  private List<Delegation.Glue> glue(DnsName cut, DnsName host) {
    Draft draft = drafts.get(host);
    if (!host.isAtOrBelow(cut)) {
      return List.of();
    }
    if (draft == null || !ZoneBuilder.hasAddress(drafts, host)) {
      throw new IllegalArgumentException(
          "name server "
              + host
              + " lies in the delegated "
              + cut
              + " but has no A or AAAA here:"
              + " nobody could find it");
    }
    byte[] labels = host.prefix(apex);
    List<Delegation.Glue> glue = new ArrayList<>();
    draft.sets.forEach(
        (type, set) -> {
          if (GLUE.contains(type)) {
            glue.add(
                new Delegation.Glue(host, labels, set.encode(host, type, apex, null, List.of())));
          }
        });
    return glue;
  }

  private static void requireOnly(Set<Integer> types, DnsName cut, DnsName name, Draft draft) {
    for (int type : draft.sets.keySet()) {
      if (!types.contains(type)) {
        throw new IllegalArgumentException(
            name
                + " has type "
                + type
                + " but lies at or below "
                + cut
                + ", which NS records delegate: the other server answers there");
      }
    }
    if (draft.liveness != null) {
      throw new IllegalArgumentException(
          name + " is live but lies at or below " + cut + ", which NS records delegate");
    }
  }
}
