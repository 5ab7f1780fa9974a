package dev.mpp.node;

import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainCommand;
import dev.mpp.node.agreement.Agreement;
import dev.mpp.node.agreement.Agreement.Member;
import dev.mpp.node.api.NodeControl.MemberChange;
import dev.mpp.node.api.NodeControl.Voter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Adds, removes and replaces voters of the ledger at an operator's order, with the guards that keep
 * a majority. The change itself is one committed entry (docs/decisions/0012).
 *
 * <pre>
 * order    refused when
 * any      no majority answers; somebody else changed the members meanwhile
 * add      it votes already; it is not in mpp.yml; it is not here with a storage of its own
 * replace  it does not vote; it still has the storage that votes; as add
 * remove   it does not vote; the rest would be one, or has no majority connected; it holds a
 *          service (unless forced)
 * </pre>
 */
final class Membership {
  private static final String KIND = "member";

  private final SiteId self;
  private final Agreement agreement;
  private final PeerVersions versions;
  private final Map<SiteId, String> configured;
  private final Supplier<NodeSnapshot> pictures;
  private final Consumer<BrainCommand.Journal> journal;

  private static final String FIXED = "by mpp.yml: the members are fixed in pair and solo mode";

  /**
   * @param configured {@code host:port} of every site's ledger in this node's configuration
   */
  Membership(
      SiteId self,
      Agreement agreement,
      PeerVersions versions,
      Map<SiteId, String> configured,
      Supplier<NodeSnapshot> pictures,
      Consumer<BrainCommand.Journal> journal) {
    this.self = self;
    this.agreement = agreement;
    this.versions = versions;
    this.configured = new TreeMap<>(configured);
    this.pictures = pictures;
    this.journal = journal;
  }

  List<Voter> voters() {
    List<Member> agreed = agreement.members();
    if (agreed.isEmpty()) {
      return configured.entrySet().stream()
          .map(c -> new Voter(c.getKey(), "", c.getValue(), false, connected(c.getKey()), FIXED))
          .toList();
    }
    String leader = agreement.health().leader();
    List<Voter> all = new ArrayList<>();
    for (Member m : agreed) {
      all.add(
          new Voter(
              m.site(),
              m.id(),
              m.address(),
              m.site().name().equals(leader),
              connected(m.site()),
              note(m)));
    }
    configured.forEach(
        (site, address) -> {
          if (agreed.stream().noneMatch(m -> m.site().equals(site))) {
            all.add(
                new Voter(
                    site,
                    "",
                    address,
                    false,
                    connected(site),
                    "in mpp.yml, does not vote: add it"));
          }
        });
    return all;
  }

  private String note(Member m) {
    String address = configured.get(m.site());
    if (address == null) {
      return "not in mpp.yml";
    }
    Optional<String> storage = storage(m.site()).filter(s -> !s.equals(m.id()));
    if (storage.isPresent()) {
      return "came back with another storage, "
          + storage.get()
          + ", which does not vote: replace it";
    }
    return address.equals(m.address()) ? "" : "mpp.yml has the address " + address;
  }

  String change(MemberChange order) {
    List<Member> from = agreement.members();
    refuseIf(
        from.isEmpty(),
        "in pair and solo mode the sites of mpp.yml are the members, and none is added or removed at"
            + " run time; nothing has to be moved or deleted");
    Optional<Member> present = from.stream().filter(m -> m.site().equals(order.site())).findFirst();
    List<Member> to = new ArrayList<>(from);
    present.ifPresent(to::remove);
    switch (order.kind()) {
      case ADD -> {
        refuseIf(present.isPresent(), order.site() + " votes already (mpp member list)");
        to.add(joining(order.site()));
      }
      case REPLACE -> {
        refuseIf(present.isEmpty(), order.site() + " does not vote: mpp member add");
        Member next = joining(order.site());
        refuseIf(
            present.map(m -> m.id().equals(next.id())).orElse(false),
            order.site() + " still has the storage that votes: there is nothing to replace");
        to.add(next);
      }
      case REMOVE -> {
        refuseIf(present.isEmpty(), order.site() + " does not vote");
        removable(order, to);
      }
    }
    try {
      agreement.changeMembers(from, to);
    } catch (IOException e) {
      throw new IllegalStateException(
          "not agreed, or not confirmed: " + e.getMessage() + "; look with mpp member list", e);
    }
    String done = done(order, from, to);
    journal.accept(
        new BrainCommand.Journal(
            "",
            KIND,
            order.site().name(),
            "",
            "",
            0,
            (order.reason().isEmpty() ? "" : order.reason() + " — ") + done,
            order.by()));
    return "OK: " + done;
  }

  private Member joining(SiteId site) {
    String address = configured.get(site);
    refuseIf(
        address == null,
        site + " is not in mpp.yml here: add it there on every site first, with its address");
    String id =
        storage(site)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        connected(site)
                            ? site
                                + " is connected, but has no storage that can join yet: start it with"
                                + " --join, on an empty data-dir"
                            : site
                                + " is not connected: start it with --join, on an empty data-dir"));
    refuseIf(
        id.equals(site.name()),
        site
            + " has a storage that was not made to join: move its ledger directory away and start it"
            + " with --join");
    return new Member(site, id, String.valueOf(address));
  }

  private void removable(MemberChange order, List<Member> rest) {
    refuseIf(rest.size() < 2, "the ledger needs two voters at least, better three");
    List<String> held =
        pictures.get().services().stream()
            .filter(s -> s.grant().holder().filter(order.site()::equals).isPresent())
            .map(s -> s.name().name())
            .toList();
    refuseIf(
        !held.isEmpty() && !order.force(),
        "%s holds %s: drain it first (mpp site drain), or --force"
            .formatted(order.site(), String.join(", ", held)));
    long here = rest.stream().filter(m -> connected(m.site())).count();
    refuseIf(
        2 * here <= rest.size(),
        "of the %d voters that would remain only %d are connected to %s: no majority"
            .formatted(rest.size(), here, self));
  }

  private static String done(MemberChange order, List<Member> from, List<Member> to) {
    String what =
        switch (order.kind()) {
          case ADD -> order.site() + " votes";
          case REMOVE -> order.site() + " votes no more; take it out of mpp.yml on every site";
          case REPLACE -> order.site() + " votes with its new storage, the lost one no more";
        };
    return what
        + "; voters: "
        + String.join(", ", to.stream().map(m -> m.site().name()).sorted().toList())
        + (to.size() % 2 == 0 && to.size() < from.size()
            ? " (an even number tolerates no more failures than one less)"
            : "");
  }

  private Optional<String> storage(SiteId site) {
    return site.equals(self)
        ? Optional.of(agreement.ownMember()).filter(id -> !id.isEmpty() && Agreement.votes(id))
        : versions.member(site);
  }

  private boolean connected(SiteId site) {
    return site.equals(self)
        || pictures.get().peers().stream().anyMatch(p -> p.site().equals(site) && p.connected());
  }

  private static void refuseIf(boolean wrong, String why) {
    if (wrong) {
      throw new IllegalStateException(why);
    }
  }
}
