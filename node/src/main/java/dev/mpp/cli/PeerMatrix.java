package dev.mpp.cli;

import dev.mpp.proto.v1.LinkView;
import dev.mpp.proto.v1.PeerStatus;
import dev.mpp.proto.v1.SiteView;
import dev.mpp.proto.v1.StatusReply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Who hears whom, by everybody's own word, and what that means. */
record PeerMatrix(List<Row> rows) {

  /**
   * What one member says of the others.
   *
   * @param view empty when the asked node never heard it
   * @param ageMillis since it was said; -1 when unknown
   * @param stale it may be otherwise by now
   */
  record Row(String site, boolean witness, Optional<SiteView> view, long ageMillis, boolean stale) {

    Optional<LinkView> about(String peer) {
      return view.flatMap(
          v -> v.getLinksList().stream().filter(l -> l.getPeer().equals(peer)).findFirst());
    }

    /** Since it last heard the peer, as old as its word is by now; -1 when it never did. */
    long heardAge(LinkView link) {
      return link.getAgeMillis() < 0 ? -1 : link.getAgeMillis() + Math.max(0, ageMillis);
    }

    /** How old its replica of the ledger is by now; empty when that is not known. */
    Optional<Long> replicaAge() {
      return view.filter(v -> v.hasReplica() && v.getReplica().getFreshAgeMillis() >= 0)
          .map(v -> v.getReplica().getFreshAgeMillis() + Math.max(0, ageMillis));
    }
  }

  static PeerMatrix of(StatusReply reply) {
    List<Row> rows = new ArrayList<>();
    Shown local = Shown.local(reply);
    rows.add(
        new Row(
            local.view().getSite(),
            local.view().getWitness(),
            Optional.of(local.view()),
            local.ageMillis(),
            local.stale()));
    for (PeerStatus p : reply.getPeersList()) {
      Shown shown = Shown.of(p);
      rows.add(
          new Row(
              p.getSite(),
              p.getWitness(),
              p.hasView() ? Optional.of(p.getView()) : Optional.empty(),
              shown.ageMillis(),
              shown.stale() || !p.hasView()));
    }
    return new PeerMatrix(rows);
  }

  /** Present word only: empty when what {@code who} says is old. */
  private static Optional<Boolean> hears(Row who, Row about) {
    return who.stale() ? Optional.empty() : who.about(about.site()).map(LinkView::getUp);
  }

  /** What stands out, one sentence each; empty when everybody hears everybody. */
  List<String> findings() {
    List<String> all = new ArrayList<>();
    List<Row> gone = new ArrayList<>();
    for (Row r : rows) {
      if (unheard(r)) {
        gone.add(r);
        all.add(
            "nobody hears "
                + r.site()
                + ": it is down, or cut off"
                + (r.stale() ? "" : " one way"));
      }
    }
    for (int i = 0; i < rows.size(); i++) {
      for (int j = i + 1; j < rows.size(); j++) {
        if (!gone.contains(rows.get(i)) && !gone.contains(rows.get(j))) {
          pair(rows.get(i), rows.get(j)).ifPresent(all::add);
        }
      }
    }
    ledger(all);
    return all;
  }

  private boolean unheard(Row r) {
    List<Optional<Boolean>> words =
        rows.stream()
            .filter(o -> o != r)
            .map(o -> hears(o, r))
            .filter(Optional::isPresent)
            .toList();
    return !words.isEmpty() && words.stream().noneMatch(w -> w.orElse(true));
  }

  private Optional<String> pair(Row a, Row b) {
    Optional<Boolean> ab = hears(a, b);
    Optional<Boolean> ba = hears(b, a);
    boolean aDeaf = ab.isPresent() && !ab.get();
    boolean bDeaf = ba.isPresent() && !ba.get();
    if (!aDeaf && !bDeaf) {
      return Optional.empty();
    }
    if (aDeaf && bDeaf) {
      return Optional.of(a.site() + " and " + b.site() + " do not hear each other" + both(a, b));
    }
    Row deaf = aDeaf ? a : b;
    Row other = aDeaf ? b : a;
    boolean known = aDeaf ? ba.isPresent() : ab.isPresent();
    return Optional.of(
        known
            ? "one way only: "
                + other.site()
                + " hears "
                + deaf.site()
                + ", but "
                + deaf.site()
                + " does not hear "
                + other.site()
            : deaf.site()
                + " does not hear "
                + other.site()
                + " (what "
                + other.site()
                + " says is not known now)");
  }

  /** Through whom they still reach each other: the sign of a partial partition. */
  private String both(Row a, Row b) {
    List<String> common =
        rows.stream()
            .filter(r -> r != a && r != b)
            .filter(r -> hears(a, r).orElse(false) && hears(b, r).orElse(false))
            .map(Row::site)
            .toList();
    return common.isEmpty() ? "" : "; both hear " + String.join(", ", common);
  }

  private void ledger(List<String> all) {
    Map<String, List<String>> leaders = new LinkedHashMap<>();
    for (Row r : rows) {
      r.view()
          .filter(v -> !r.stale() && v.hasReplica() && !v.getReplica().getLeader().isEmpty())
          .ifPresent(
              v ->
                  leaders
                      .computeIfAbsent(v.getReplica().getLeader(), l -> new ArrayList<>())
                      .add(r.site()));
      if (!r.stale() && r.replicaAge().filter(age -> age > Shown.SILENT_MILLIS).isPresent()) {
        all.add(
            r.site()
                + " has had nothing committed for "
                + Text.duration(r.replicaAge().get())
                + ": it has no majority, or the ledger has no leader");
      }
    }
    if (leaders.size() > 1) {
      List<String> words = new ArrayList<>();
      for (String leader : new TreeSet<>(leaders.keySet())) {
        words.add(leader + " (" + String.join(", ", leaders.getOrDefault(leader, List.of())) + ")");
      }
      all.add("they name different leaders of the ledger: " + String.join("; ", words));
    }
  }
}
