package dev.mpp.node.publish;

import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.Reach;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.NodeView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.model.State;
import dev.mpp.node.NodeSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which gauges there are, and how each is read from a picture. */
final class SnapshotGauges {
  private static final double NANOS_PER_SECOND = 1e9;

  /** Takes one sample; labels are name, value, name, value. */
  interface Sink {
    void sample(double value, String... labels);
  }

  /** Reads the samples of one family. */
  interface Read {
    void read(NodeSnapshot s, long now, Sink sink);
  }

  /**
   * @param unit appended to the name, may be empty
   */
  record Family(String name, String unit, String help, Read read) {}

  private interface NodeRead {
    void read(NodeView node, Sink sink, String... labels);
  }

  static final List<Family> ALL = all();

  private SnapshotGauges() {}

  private static List<Family> all() {
    List<Family> all = new ArrayList<>();
    process(all);
    services(all);
    nodes(all);
    surroundings(all);
    return List.copyOf(all);
  }

  private static void process(List<Family> all) {
    all.add(
        new Family(
            "mpp.info",
            "",
            "Always 1; who this is",
            (s, now, sink) ->
                sink.sample(
                    1,
                    "site",
                    s.local().site().name(),
                    "version",
                    s.local().version(),
                    "config",
                    s.local().configHash(),
                    "witness",
                    Boolean.toString(s.local().witness()))));
    all.add(
        new Family(
            "mpp.insecure",
            "",
            "1 when sites and operators are not authenticated",
            (s, now, sink) -> sink.sample(bit(s.insecure()))));
    all.add(
        new Family(
            "mpp.loop.age",
            "seconds",
            "Age of the picture; more than the lease means a stuck loop",
            (s, now, sink) -> sink.sample((now - s.takenAt()) / NANOS_PER_SECOND)));
    all.add(
        new Family(
            "mpp.ledger.age",
            "seconds",
            "How far the ledger replica may be behind; absent before the first command",
            (s, now, sink) -> {
              if (s.ledgerFreshAt() != Long.MIN_VALUE) {
                sink.sample((now - s.ledgerFreshAt()) / NANOS_PER_SECOND);
              }
            }));
    all.add(
        new Family(
            "mpp.ledger.term",
            "",
            "Term of the replication",
            (s, now, sink) -> sink.sample(s.ledger().term())));
    all.add(
        new Family(
            "mpp.ledger.applied.index",
            "",
            "Index of the last applied ledger entry",
            (s, now, sink) -> sink.sample(s.ledger().appliedIndex())));
    all.add(
        new Family(
            "mpp.ledger.leader",
            "",
            "1 for the member that leads the replication, as seen here",
            (s, now, sink) -> {
              if (!s.ledger().leader().isEmpty()) {
                sink.sample(1, "site", s.ledger().leader());
              }
            }));
  }

  private static void services(List<Family> all) {
    all.add(
        new Family(
            "mpp.service.epoch",
            "",
            "Epoch of the agreed role",
            (s, now, sink) ->
                s.services()
                    .forEach(v -> sink.sample(v.grant().epoch(), "service", v.name().name()))));
    all.add(
        new Family(
            "mpp.service.active",
            "",
            "1 for the site that is ACTIVE by this site's evidence, 0 for the others; all 0 when the"
                + " lease has lapsed",
            (s, now, sink) ->
                s.services().forEach(v -> sites(s).forEach(site -> role(v, site, now, sink)))));
    all.add(
        new Family(
            "mpp.service.serving",
            "",
            "1 when the holder confirmed a writable server in this epoch",
            (s, now, sink) ->
                s.services()
                    .forEach(
                        v -> sink.sample(bit(v.grant().serving()), "service", v.name().name()))));
    all.add(
        new Family(
            "mpp.service.holding",
            "",
            "1 when this process holds the lease",
            (s, now, sink) ->
                s.services()
                    .forEach(v -> sink.sample(bit(v.holding()), "service", v.name().name()))));
    all.add(
        new Family(
            "mpp.service.lease.left",
            "seconds",
            "What is left of the lease by this site's evidence; absent when the role is vacant",
            (s, now, sink) ->
                s.services().stream()
                    .filter(v -> v.holding() || v.leaseEnd() != Long.MIN_VALUE)
                    .forEach(v -> lease(v, now, sink))));
    all.add(
        new Family(
            "mpp.service.paused",
            "",
            "1 while an operator keeps the roles where they are",
            (s, now, sink) ->
                s.services()
                    .forEach(
                        v ->
                            sink.sample(
                                bit(v.grant().paused().isPresent()), "service", v.name().name()))));
    all.add(
        new Family(
            "mpp.pool.ok",
            "",
            "0 when the pool is FAIL",
            (s, now, sink) ->
                s.local()
                    .pools()
                    .forEach(
                        p ->
                            sink.sample(
                                bit(p.status() == dev.mpp.core.model.Status.OK), labels(p)))));
    all.add(
        new Family(
            "mpp.pool.eligible",
            "",
            "1 when this site could take the ACTIVE role now; may be 0 at the site that holds it",
            (s, now, sink) ->
                s.local().pools().forEach(p -> sink.sample(bit(p.eligible()), labels(p)))));
  }

  private static void role(NodeSnapshot.Service v, SiteId site, long now, Sink sink) {
    boolean active = v.active(now).equals(Optional.of(site));
    sink.sample(bit(active), "service", v.name().name(), "site", site.name());
  }

  private static void lease(NodeSnapshot.Service v, long now, Sink sink) {
    long end = v.holding() ? v.validUntil() : v.leaseEnd();
    sink.sample((end - now) / NANOS_PER_SECOND, "service", v.name().name());
  }

  private static void nodes(List<Family> all) {
    all.add(
        node(
            "mpp.node.state",
            "",
            "1 for the state the node is in",
            (node, sink, labels) -> {
              for (State state : State.values()) {
                sink.sample(bit(node.state() == state), with(labels, "state", state.name()));
              }
            }));
    all.add(
        node(
            "mpp.node.status",
            "",
            "0 OK, 1 OK_INFO, 2 OK_WARN, 3 OK_CRITICAL, 4 FAIL",
            (node, sink, labels) -> sink.sample(level(node.status()), labels)));
    all.add(
        node(
            "mpp.node.override",
            "",
            "1 for each part that an operator overrides",
            (node, sink, labels) ->
                override(
                    node.override().map(SiteView.OverrideView::what).orElse(NodeOverride.NONE),
                    sink,
                    labels)));
    all.add(
        node(
            "mpp.node.req",
            "",
            "Consecutive errored requests; -1 before the first poll",
            (node, sink, labels) -> sink.sample(node.req(), labels)));
    all.add(
        node(
            "mpp.node.read.only",
            "",
            "1 when the last answered poll found the server read-only",
            (node, sink, labels) ->
                node.facts().ifPresent(f -> sink.sample(bit(f.readOnly()), labels))));
    all.add(
        node(
            "mpp.node.dead.man",
            "",
            "1 when the dead-man is armed in the server",
            (node, sink, labels) ->
                node.facts().ifPresent(f -> sink.sample(bit(f.deadMan()), labels))));
    all.add(
        node(
            "mpp.node.lag",
            "seconds",
            "Replication lag; absent when the server cannot say",
            (node, sink, labels) ->
                node.facts()
                    .flatMap(dev.mpp.core.model.ServerFacts::replication)
                    .ifPresent(r -> r.lagSeconds().ifPresent(lag -> sink.sample(lag, labels)))));
  }

  private static void override(NodeOverride what, Sink sink, String... labels) {
    sink.sample(bit(what.state().isPresent()), with(labels, "part", "state"));
    sink.sample(bit(what.status().isPresent()), with(labels, "part", "status"));
    sink.sample(bit(what.type().isPresent()), with(labels, "part", "type"));
    sink.sample(bit(what.weight().isPresent()), with(labels, "part", "weight"));
  }

  private static Family node(String name, String unit, String help, NodeRead read) {
    return new Family(
        name,
        unit,
        help,
        (s, now, sink) -> {
          for (PoolView pool : s.local().pools()) {
            for (NodeView node : pool.nodes()) {
              read.read(node, sink, with(labels(pool), "node", node.address().toString()));
            }
          }
        });
  }

  private static void surroundings(List<Family> all) {
    all.add(
        new Family(
            "mpp.peer.up",
            "",
            "1 when a stream to or from the peer is alive",
            (s, now, sink) ->
                s.peers().forEach(p -> sink.sample(bit(p.connected()), "peer", p.site().name()))));
    all.add(
        new Family(
            "mpp.peer.configuration.differs",
            "",
            "1 when the peer runs another configuration of the deployment; absent when never heard",
            (s, now, sink) ->
                s.peers().stream()
                    .filter(p -> p.view().isPresent())
                    .forEach(
                        p ->
                            sink.sample(
                                bit(
                                    !p.view()
                                        .orElseThrow()
                                        .configHash()
                                        .equals(s.local().configHash())),
                                "peer",
                                p.site().name()))));
    all.add(
        new Family(
            "mpp.peer.rtt",
            "seconds",
            "Round trip of the last heartbeat; absent when unknown",
            (s, now, sink) ->
                s.peers().stream()
                    .filter(p -> p.rttMicros() >= 0)
                    .forEach(p -> sink.sample(p.rttMicros() / 1e6, "peer", p.site().name()))));
    all.add(
        new Family(
            "mpp.peer.heard.age",
            "seconds",
            "Since the peer was last heard; absent when never",
            (s, now, sink) ->
                s.peers().stream()
                    .filter(p -> p.heardAt() != Long.MIN_VALUE)
                    .forEach(
                        p ->
                            sink.sample(
                                (now - p.heardAt()) / NANOS_PER_SECOND, "peer", p.site().name()))));
    all.add(
        new Family(
            "mpp.reach",
            "",
            "1 for how far this site can see",
            (s, now, sink) -> {
              for (Reach reach : Reach.values()) {
                sink.sample(bit(s.local().reach() == reach), "reach", reach.name());
              }
            }));
    all.add(
        new Family(
            "mpp.checkpoint.status",
            "",
            "0 OK, 1 OK_INFO, 2 OK_WARN, 3 OK_CRITICAL, 4 FAIL",
            (s, now, sink) ->
                s.local()
                    .checkpoints()
                    .forEach(
                        c ->
                            sink.sample(
                                level(c.status()),
                                "checkpoint",
                                c.spec(),
                                "class",
                                c.kind().name()))));
  }

  private static List<SiteId> sites(NodeSnapshot s) {
    List<SiteId> sites = new ArrayList<>();
    sites.add(s.local().site());
    s.peers().forEach(p -> sites.add(p.site()));
    return sites;
  }

  private static String[] labels(PoolView pool) {
    return new String[] {"service", pool.service().name(), "pool", pool.name()};
  }

  private static String[] with(String[] labels, String name, String value) {
    String[] more = java.util.Arrays.copyOf(labels, labels.length + 2);
    more[labels.length] = name;
    more[labels.length + 1] = value;
    return more;
  }

  private static double bit(boolean value) {
    return value ? 1 : 0;
  }

  /** The published numbers do not change when a level is added to the enum. */
  private static double level(dev.mpp.core.model.Status status) {
    return switch (status) {
      case OK -> 0;
      case OK_INFO -> 1;
      case OK_WARN -> 2;
      case OK_CRITICAL -> 3;
      case FAIL -> 4;
    };
  }
}
