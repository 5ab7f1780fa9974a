package dev.mpp.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mpp.proto.v1.CommitOutcome;
import dev.mpp.proto.v1.Health;
import dev.mpp.proto.v1.NodeType;
import dev.mpp.proto.v1.NodeView;
import dev.mpp.proto.v1.Override;
import dev.mpp.proto.v1.PeerStatus;
import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.ServiceStatus;
import dev.mpp.proto.v1.SiteView;
import dev.mpp.proto.v1.State;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.TwinStatus;
import dev.mpp.proto.v1.Vitals;
import java.io.UncheckedIOException;

/**
 * The object of {@code mpp status --json}. Fields keep their names and meaning; more may be added.
 * What is not known is left out or null. Times are milliseconds: {@code *_at_ms} since 1970, others
 * durations.
 *
 * <pre>
 * { format: 1, asked_site, at_ms, age_ms, insecure, alarms: [text], outbound_dns: [text],
 *   last_event,
 *   ledger:   { leader, role, term, applied, fresh_age_ms },
 *   services: [ { service, epoch, active, lapsed, serving, served_by, in_sync: [site], lease_left_ms,
 *                 holding, own_left_ms, sentence, paused: { by, reason }, preferred,
 *                 moving: { id, target, by, reason, handed_over }, addresses: { site: [address] } } ],
 *   twin:     { instance, passive, sentence, up, heard_age_ms, other_passive },
 *   site_orders: [ { site, mode, by, reason } ],
 *   sites:    [ { site, self, witness, connected, stale, heard_age_ms, rtt_us, version, config, reach,
 *                 ledger: { leader, applied, fresh_age_ms }, journal: { sequence, hash },
 *                 pools: [ { service, name, status, eligible, reason, best,
 *                   guards: [ { kind, what, remedy } ],
 *                   nodes: [ { node, type, req, status, measured, state, stale, message, polled_at_ms,
 *                     skipped, override: { state, status, type, weight, until_at_ms, by, reason },
 *                     version, read_only, dead_man, logins_closed, executed, source, lag_s } ] } ],
 *                 checkpoints: [ { checkpoint, class, req, status, message, probed_at_ms } ],
 *                 links: [ { peer, up, rtt_us, age_ms } ] } ] }
 * </pre>
 *
 * {@code lapsed}: the lease of {@code active} has run out, nobody is ACTIVE. {@code stale}: what
 * the site said is old, it may be otherwise by now.
 */
final class StatusJson {
  private static final ObjectMapper MAPPER =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private StatusJson() {}

  static String render(StatusReply reply) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("format", 1);
    root.put("asked_site", reply.getLocal().getSite());
    root.put("at_ms", reply.getWallMillis());
    root.put("age_ms", reply.getAgeMillis());
    root.put("insecure", reply.getInsecure());
    ArrayNode alarms = root.putArray("alarms");
    reply.getAlarmsList().forEach(alarms::add);
    ArrayNode outbound = root.putArray("outbound_dns");
    reply.getOutboundDnsList().forEach(outbound::add);
    root.put("last_event", reply.getLastEventSequence());
    if (reply.hasTwin()) {
      twin(root.putObject("twin"), reply);
    }
    ObjectNode ledger = root.putObject("ledger");
    ledger.put("leader", reply.getLedger().getLeader());
    ledger.put("role", reply.getLedger().getRole());
    ledger.put("term", reply.getLedger().getTerm());
    ledger.put("applied", reply.getLedger().getAppliedIndex());
    if (reply.getLedger().hasFreshAgeMillis()) {
      ledger.put("fresh_age_ms", reply.getLedger().getFreshAgeMillis());
    }
    ArrayNode services = root.putArray("services");
    reply.getServicesList().forEach(s -> service(services.addObject(), s));
    ArrayNode orders = root.putArray("site_orders");
    reply
        .getSiteOrdersList()
        .forEach(
            s -> {
              ObjectNode each = orders.addObject();
              each.put("site", s.getSite());
              each.put("mode", s.getMode());
              each.put("by", s.getBy());
              each.put("reason", s.getReason());
            });
    ArrayNode sites = root.putArray("sites");
    ObjectNode self = sites.addObject();
    self.put("site", reply.getLocal().getSite());
    self.put("self", true);
    self.put("witness", reply.getLocal().getWitness());
    self.put("connected", true);
    view(self, Shown.local(reply));
    reply.getPeersList().forEach(p -> peer(sites.addObject(), p));
    try {
      return MAPPER.writeValueAsString(root) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void twin(ObjectNode json, StatusReply reply) {
    TwinStatus twin = reply.getTwin();
    json.put("instance", reply.getLocal().getInstance());
    json.put("passive", reply.getLocal().getPassive());
    json.put("sentence", twin.getSentence());
    json.put("up", twin.getUp());
    if (twin.hasHeardAgeMillis()) {
      json.put("heard_age_ms", twin.getHeardAgeMillis());
    }
    if (twin.hasView()) {
      json.put("other_passive", twin.getView().getPassive());
    }
  }

  private static void service(ObjectNode o, ServiceStatus s) {
    o.put("service", s.getService());
    o.put("epoch", s.getEpoch());
    o.put("active", s.getHolder().isEmpty() ? null : s.getHolder());
    o.put("lapsed", Roles.lapsed(s));
    o.put("serving", s.getServing());
    o.put("served_by", s.getServedBy().isEmpty() ? null : s.getServedBy());
    ArrayNode inSync = o.putArray("in_sync");
    s.getInSyncList().forEach(inSync::add);
    if (s.hasLeaseLeftMillis()) {
      o.put("lease_left_ms", s.getLeaseLeftMillis());
    }
    o.put("holding", s.getHolding());
    if (s.hasOwnLeftMillis()) {
      o.put("own_left_ms", s.getOwnLeftMillis());
    }
    o.put("sentence", s.getSentence());
    if (s.hasPaused()) {
      ObjectNode paused = o.putObject("paused");
      paused.put("by", s.getPaused().getBy());
      paused.put("reason", s.getPaused().getReason());
    } else {
      o.putNull("paused");
    }
    o.put("preferred", s.getPreferred().isEmpty() ? null : s.getPreferred());
    if (s.hasMoving()) {
      ObjectNode moving = o.putObject("moving");
      moving.put("id", s.getMoving().getId());
      moving.put("target", s.getMoving().getTarget());
      moving.put("by", s.getMoving().getBy());
      moving.put("reason", s.getMoving().getReason());
      moving.put("handed_over", s.getMoving().getHandedOver());
    } else {
      o.putNull("moving");
    }
    ObjectNode addresses = o.putObject("addresses");
    s.getAddressesList()
        .forEach(
            a -> {
              ArrayNode list = addresses.putArray(a.getSite());
              a.getAddressesList().forEach(list::add);
            });
  }

  private static void peer(ObjectNode o, PeerStatus p) {
    o.put("site", p.getSite());
    o.put("self", false);
    o.put("witness", p.getWitness());
    o.put("connected", p.getConnected());
    if (p.hasHeardAgeMillis()) {
      o.put("heard_age_ms", p.getHeardAgeMillis());
    }
    if (p.getRttMicros() >= 0) {
      o.put("rtt_us", p.getRttMicros());
    }
    if (p.hasView()) {
      view(o, Shown.of(p));
    } else {
      o.put("stale", true);
    }
  }

  private static void view(ObjectNode o, Shown shown) {
    SiteView v = shown.view();
    o.put("stale", shown.stale());
    o.put("version", v.getVersion());
    o.put("config", v.getConfigHash());
    o.put("reach", Names.of(v.getReach()));
    agreement(o, v);
    ArrayNode pools = o.putArray("pools");
    v.getPoolsList().forEach(p -> pool(pools.addObject(), p, shown));
    ArrayNode checkpoints = o.putArray("checkpoints");
    v.getCheckpointsList()
        .forEach(
            c -> {
              ObjectNode each = checkpoints.addObject();
              each.put("checkpoint", c.getSpec());
              each.put("class", Names.of(c.getKind()));
              each.put("req", c.getReq());
              each.put("status", Names.of(c.getStatus()));
              each.put("message", c.getMessage());
              each.put("probed_at_ms", c.getLastWallMillis());
            });
    ArrayNode links = o.putArray("links");
    v.getLinksList()
        .forEach(
            l -> {
              ObjectNode each = links.addObject();
              each.put("peer", l.getPeer());
              each.put("up", l.getUp());
              each.put("rtt_us", l.getRttMicros());
              each.put("age_ms", l.getAgeMillis());
            });
  }

  /** The site's replica of the ledger and the end of its journal, as it said when it was heard. */
  static void agreement(ObjectNode o, SiteView v) {
    if (v.hasReplica()) {
      ObjectNode ledger = o.putObject("ledger");
      ledger.put("leader", v.getReplica().getLeader());
      ledger.put("applied", v.getReplica().getAppliedIndex());
      if (v.getReplica().getFreshAgeMillis() >= 0) {
        ledger.put("fresh_age_ms", v.getReplica().getFreshAgeMillis());
      }
    }
    if (v.hasJournal()) {
      ObjectNode journal = o.putObject("journal");
      journal.put("sequence", v.getJournal().getSequence());
      journal.put("hash", v.getJournal().getHash());
    }
  }

  static void pool(ObjectNode o, PoolView p, Shown shown) {
    o.put("service", p.getService());
    o.put("name", p.getName());
    o.put("status", Names.of(p.getStatus()));
    o.put("eligible", p.getEligible());
    o.put("reason", p.getReason());
    if (p.hasBest()) {
      o.put("best", p.getBest());
    }
    WhyNotCommand.guards(o.putArray("guards"), p.getGuardsList());
    ArrayNode nodes = o.putArray("nodes");
    p.getNodesList().forEach(n -> node(nodes.addObject(), n, shown));
  }

  /** Null without one; parts that are not overridden are left out. */
  private static void override(ObjectNode o, NodeView n) {
    if (!n.hasOverride()) {
      o.putNull("override");
      return;
    }
    Override what = n.getOverride();
    ObjectNode each = o.putObject("override");
    if (what.getState() != State.STATE_UNSPECIFIED) {
      each.put("state", Names.of(what.getState()));
    }
    if (what.getStatus() != Health.HEALTH_UNSPECIFIED) {
      each.put("status", Names.of(what.getStatus()));
    }
    if (what.getType() != NodeType.NODE_TYPE_UNSPECIFIED) {
      each.put("type", Names.of(what.getType()));
    }
    if (what.hasWeight()) {
      each.put("weight", what.getWeight());
    }
    if (what.getUntilWallMillis() != 0) {
      each.put("until_at_ms", what.getUntilWallMillis());
    }
    each.put("by", what.getBy());
    each.put("reason", what.getReason());
  }

  private static void node(ObjectNode o, NodeView n, Shown shown) {
    o.put("node", Text.hostPort(n.getHost(), n.getPort()));
    o.put("type", Names.of(n.getType()));
    o.put("req", n.getReq());
    o.put("status", Names.of(n.getStatus()));
    o.put("measured", Names.of(n.getMeasured()));
    o.put("state", Names.of(n.getState()));
    o.put("stale", shown.stale());
    o.put("message", n.getMessage());
    o.put("polled_at_ms", n.getLastWallMillis());
    o.put("skipped", n.getSkipped());
    override(o, n);
    if (n.hasFacts()) {
      o.put("version", n.getFacts().getVersion());
      o.put("read_only", n.getFacts().getReadOnly());
      o.put("dead_man", n.getFacts().getDeadMan());
      if (!n.getFacts().getLoginsClosed().isEmpty()) {
        o.put("logins_closed", n.getFacts().getLoginsClosed());
      }
      o.put("executed", n.getFacts().getExecuted());
      if (n.getFacts().hasReplication()) {
        o.put("source", n.getFacts().getReplication().getSource());
        if (n.getFacts().getReplication().hasLagSeconds()) {
          o.put("lag_s", n.getFacts().getReplication().getLagSeconds());
        }
      }
      if (n.getFacts().hasVitals()) {
        vitals(o, n.getFacts().getVitals());
      }
    }
  }

  private static void vitals(ObjectNode o, Vitals v) {
    if (v.getConnectionLimit() > 0) {
      o.put("connections", v.getConnections());
      o.put("max_connections", v.getConnectionLimit());
    }
    if (v.getCommits() != CommitOutcome.COMMIT_OUTCOME_UNSPECIFIED) {
      o.put("commits", Names.of(v.getCommits()));
      o.put("commit_ms", v.getCommitMillis());
    }
  }
}
