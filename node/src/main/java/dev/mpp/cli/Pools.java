package dev.mpp.cli;

import dev.mpp.proto.v1.ConfiguredPool;
import dev.mpp.proto.v1.NodeView;
import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.PoolsReply;
import dev.mpp.proto.v1.PoolsRequest;
import dev.mpp.proto.v1.State;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.StatusRequest;
import dev.mpp.proto.v1.StoredNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The pools as configured, as last heard and as kept on disk, from one node. */
record Pools(StatusReply status, PoolsReply configured) {

  /**
   * @param status {@code OK}, {@code FAIL}, with {@code ?} when old, {@code ?} when never heard, or
   *     {@code not configured}
   */
  record Row(
      String site,
      String service,
      String pool,
      boolean configured,
      String logic,
      String status,
      boolean stale,
      List<String> active,
      List<String> nodes) {
    List<String> cells() {
      return List.of(
          site, service, pool, logic, status, String.join(" ", active), String.join(" ", nodes));
    }
  }

  /** A pool and the site that said so. */
  record Heard(Shown site, PoolView pool) {}

  static Pools ask(Cli cli) {
    return cli.nodes()
        .ask(
            stub ->
                new Pools(
                    stub.status(StatusRequest.getDefaultInstance()),
                    stub.pools(PoolsRequest.getDefaultInstance())));
  }

  List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (ConfiguredPool p : configured.getPoolsList()) {
      Optional<Heard> heard = heard(p);
      rows.add(
          new Row(
              p.getSite(),
              p.getService(),
              p.getName(),
              true,
              p.getLogic(),
              heard.map(h -> h.site().mark(Names.of(h.pool().getStatus()))).orElse("?"),
              heard.map(h -> h.site().stale()).orElse(true),
              heard.map(Pools::active).orElse(List.of()),
              p.getNodesList()));
    }
    leftovers()
        .forEach(
            (pool, nodes) ->
                rows.add(
                    new Row(
                        status.getLocal().getSite(),
                        nodes.getFirst().getService(),
                        pool,
                        false,
                        "",
                        "not configured",
                        false,
                        List.of(),
                        nodes.stream().map(StoredNode::getNode).toList())));
    return rows;
  }

  private static List<String> active(Heard h) {
    return h.pool().getNodesList().stream()
        .filter(n -> n.getState() == State.STATE_ACTIVE)
        .map(n -> h.site().mark(address(n)))
        .toList();
  }

  static String address(NodeView n) {
    return Text.hostPort(n.getHost(), n.getPort());
  }

  /** What its site last said of a configured pool. */
  Optional<Heard> heard(ConfiguredPool p) {
    for (Shown site : Shown.of(status)) {
      if (site.view().getSite().equals(p.getSite())) {
        for (PoolView v : site.view().getPoolsList()) {
          if (v.getService().equals(p.getService())) {
            return Optional.of(new Heard(site, v));
          }
        }
      }
    }
    return Optional.empty();
  }

  /** Its site has the role and uses it: whether it could take it is no question. */
  boolean serves(ConfiguredPool p) {
    return heard(p).stream()
        .anyMatch(
            h ->
                status.getServicesList().stream()
                    .filter(s -> s.getService().equals(p.getService()))
                    .anyMatch(s -> Roles.serves(s, h.site().view(), h.pool())));
  }

  /** By pool. */
  Map<String, List<StoredNode>> leftovers() {
    Map<String, List<StoredNode>> all = new LinkedHashMap<>();
    configured
        .getStoredList()
        .forEach(s -> all.computeIfAbsent(s.getPool(), name -> new ArrayList<>()).add(s));
    return all;
  }
}
