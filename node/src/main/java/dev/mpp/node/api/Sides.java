package dev.mpp.node.api;

import dev.mpp.core.model.SiteId;
import dev.mpp.node.NodeSnapshot;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Which sites could have a role, and whether operators left any to take one over. */
public final class Sides {
  private final NodeSnapshot picture;

  public Sides(NodeSnapshot picture) {
    this.picture = picture;
  }

  Set<SiteId> witnesses() {
    Set<SiteId> all = new TreeSet<>();
    if (picture.local().witness()) {
      all.add(picture.local().site());
    }
    picture.peers().stream().filter(NodeSnapshot.Peer::witness).forEach(p -> all.add(p.site()));
    return all;
  }

  private Set<SiteId> withServers() {
    Set<SiteId> all = new TreeSet<>();
    all.add(picture.local().site());
    picture.peers().forEach(p -> all.add(p.site()));
    all.removeAll(witnesses());
    return all;
  }

  /** What orders about sites leave: a warning when no site could take over from another. */
  public Optional<String> nobodyElse() {
    Set<SiteId> data = withServers();
    Set<SiteId> left = new TreeSet<>(data);
    left.removeAll(picture.siteOrders().keySet());
    if (data.size() < 2 || left.size() > 1 || left.size() == data.size()) {
      return Optional.empty();
    }
    String aside =
        data.stream()
            .filter(s -> !left.contains(s))
            .map(SiteId::name)
            .collect(Collectors.joining(", "));
    return Optional.of(
        (left.isEmpty()
                    ? "no site may take any role: all are ordered aside (%s)"
                    : "no site to fail over to: only "
                        + left.iterator().next()
                        + " is not ordered aside (%s)")
                .formatted(aside)
            + "; mpp site return SITE ends that");
  }
}
