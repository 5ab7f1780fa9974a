package dev.mpp.cli;

import dev.mpp.proto.v1.CommitOutcome;
import dev.mpp.proto.v1.ConfiguredPool;
import dev.mpp.proto.v1.NodeView;
import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.ServerFacts;
import dev.mpp.proto.v1.StoredNode;
import dev.mpp.proto.v1.Vitals;
import java.util.Optional;

/** Everything about one pool, a fact a line. */
final class PoolSheet {
  private PoolSheet() {}

  static void append(
      StringBuilder out,
      ConfiguredPool p,
      Optional<Pools.Heard> heard,
      boolean serves,
      Terminal terminal) {
    line(out, 0, "POOL " + p.getName(), "service " + p.getService() + ", site " + p.getSite());
    line(out, 2, "one line", p.getLine());
    line(out, 2, "mpp.yml", "");
    p.getYaml().lines().forEach(l -> out.append("    ").append(Text.clean(l)).append('\n'));
    line(out, 2, "policies", "");
    p.getPoliciesList().forEach(s -> line(out, 4, s.getKey(), s.getValue()));
    if (heard.isEmpty()) {
      line(out, 2, "status", "? (its site was never heard since the asked node started)");
      return;
    }
    Shown site = heard.get().site();
    PoolView v = heard.get().pool();
    line(out, 2, "status", site.mark(Names.of(v.getStatus())));
    String role = serves ? "holds the role" : v.getEligible() ? "eligible" : "not eligible";
    line(out, 2, role, site.message(v.getReason()));
    v.getNodesList().forEach(n -> node(out, site, n, terminal));
  }

  private static void node(StringBuilder out, Shown site, NodeView n, Terminal terminal) {
    line(out, 2, Names.of(n.getType()) + " " + Pools.address(n), "");
    line(out, 4, "state", site.state(n.getState()));
    line(out, 4, "status", site.mark(Names.of(n.getStatus())));
    line(out, 4, "measured", Names.of(n.getMeasured()));
    line(out, 4, "req", n.getReq() < 0 ? "not polled yet" : Integer.toString(n.getReq()));
    line(out, 4, "last poll", terminal.time(n.getLastWallMillis()));
    line(out, 4, "skipped polls", Long.toString(n.getSkipped()));
    line(out, 4, "override", OverrideText.of(n));
    line(out, 4, "message", site.message(n.getMessage()));
    if (n.hasFacts()) {
      facts(out, n.getFacts());
    }
  }

  private static void facts(StringBuilder out, ServerFacts f) {
    line(out, 4, "version", f.getVersion());
    line(out, 4, "read-only", f.getReadOnly() ? "yes" : "NO");
    line(out, 4, "dead-man", f.getDeadMan() ? "armed" : "NOT armed");
    if (!f.getLoginsClosed().isEmpty()) {
      line(out, 4, "logins closed", f.getLoginsClosed());
    }
    line(out, 4, "executed", f.getExecuted());
    if (f.hasReplication()) {
      var r = f.getReplication();
      line(
          out,
          4,
          "replication",
          "from "
              + r.getSource()
              + ", receiver "
              + (r.getReceiverRunning() ? "runs" : "STOPPED")
              + ", applier "
              + (r.getApplierRunning() ? "runs" : "STOPPED")
              + (r.hasLagSeconds() ? ", lag " + r.getLagSeconds() + " s" : "")
              + (r.getError().isEmpty() ? "" : ", error: " + r.getError()));
    } else {
      line(out, 4, "replication", "no source configured");
    }
    if (f.hasVitals()) {
      vitals(out, f.getVitals());
    }
  }

  private static void vitals(StringBuilder out, Vitals v) {
    if (v.getConnectionLimit() > 0) {
      line(out, 4, "connections", v.getConnections() + " of " + v.getConnectionLimit());
    }
    if (v.getCommits() != CommitOutcome.COMMIT_OUTCOME_UNSPECIFIED) {
      line(
          out,
          4,
          "commits",
          Names.of(v.getCommits())
              + ", "
              + v.getCommitMillis()
              + " ms"
              + (v.getCommitDetail().isEmpty() ? "" : ": " + v.getCommitDetail()));
    }
  }

  static void append(StringBuilder out, StoredNode s, Terminal terminal) {
    line(
        out,
        2,
        "not configured",
        s.getNode()
            + " was "
            + Names.of(s.getState())
            + " "
            + Names.of(s.getStatus())
            + (s.getLastWallMillis() == 0 ? "" : " at " + terminal.time(s.getLastWallMillis()))
            + (s.getOverride().isEmpty() ? "" : ", override " + s.getOverride())
            + "; kept on disk: mpp pool delete "
            + s.getPool());
  }

  private static void line(StringBuilder out, int indent, String key, String value) {
    String words = value.isEmpty() && indent == 4 ? "-" : value;
    out.append(
            (" ".repeat(indent)
                    + Text.left(Text.clean(key), 24 - indent)
                    + "  "
                    + Text.clean(words))
                .stripTrailing())
        .append('\n');
  }
}
