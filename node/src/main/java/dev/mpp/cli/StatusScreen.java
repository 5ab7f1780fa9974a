package dev.mpp.cli;

import dev.mpp.proto.v1.CheckpointView;
import dev.mpp.proto.v1.Health;
import dev.mpp.proto.v1.LedgerStatus;
import dev.mpp.proto.v1.NodeView;
import dev.mpp.proto.v1.PeerStatus;
import dev.mpp.proto.v1.PoolView;
import dev.mpp.proto.v1.ServiceStatus;
import dev.mpp.proto.v1.SiteView;
import dev.mpp.proto.v1.State;
import dev.mpp.proto.v1.StatusReply;
import dev.mpp.proto.v1.TwinStatus;
import java.util.List;
import java.util.stream.Collectors;

/** Everything on one screen, at most 100 columns wide unless asked to be wide. */
final class StatusScreen {
  private static final int COLUMNS = 100;
  private static final int MESSAGE_INDENT = 15;

  private final StatusReply reply;
  private final Terminal terminal;
  private final Paint paint;
  private final int columns;
  private final StringBuilder out = new StringBuilder();

  /** The writable server of the service that is being shown; empty when there is none. */
  private String active = "";

  private StatusScreen(StatusReply reply, Terminal terminal, boolean wide) {
    this.reply = reply;
    this.terminal = terminal;
    this.paint = new Paint(terminal.colour());
    this.columns = wide ? Integer.MAX_VALUE : COLUMNS;
  }

  static String render(StatusReply reply, Terminal terminal, boolean wide) {
    StatusScreen screen = new StatusScreen(reply, terminal, wide);
    screen.head();
    screen.orders();
    reply.getServicesList().forEach(screen::service);
    screen.sites();
    screen.checkpoints();
    screen.ledger(reply.getLedger());
    return screen.out.toString();
  }

  private void head() {
    SiteView local = reply.getLocal();
    line(
        "MPP "
            + local.getVersion()
            + " at "
            + local.getSite()
            + (local.getInstance().isEmpty() ? "" : " instance " + local.getInstance())
            + (local.getWitness() ? " (witness)" : "")
            + ", "
            + terminal.timeAndZone(reply.getWallMillis()));
    if (reply.hasTwin()) {
      twin(reply.getTwin());
    }
    if (reply.getInsecure()) {
      warn(Words.INSECURE);
    }
    reply.getAlarmsList().forEach(this::warn);
    reply.getOutboundDnsList().forEach(text -> line(Text.clean(text)));
    if (reply.getAgeMillis() > Shown.SILENT_MILLIS) {
      warn(
          local.getSite()
              + " has decided nothing for "
              + Text.duration(reply.getAgeMillis())
              + ": its loop is stuck.");
    }
    for (PeerStatus peer : reply.getPeersList()) {
      if (!peer.getConnected()) {
        warn(
            peer.hasHeardAgeMillis()
                ? peer.getSite()
                    + " is silent: last heard "
                    + Text.duration(peer.getHeardAgeMillis())
                    + " ago; what is shown of it is that old."
                : peer.getSite() + " was never heard since this node started.");
      } else if (peer.hasView() && !peer.getView().getConfigHash().equals(local.getConfigHash())) {
        warn(peer.getSite() + " runs another configuration of the deployment.");
      }
    }
  }

  /** Both instances, and which of them acts. */
  private void twin(TwinStatus twin) {
    line("TWIN " + Text.clean(twin.getSentence()));
    if (twin.hasView()) {
      SiteView other = twin.getView();
      line(
          "     %s: %s, version %s, heard %s ago"
              .formatted(
                  other.getInstance(),
                  other.getPassive() ? "passive" : "acts",
                  other.getVersion(),
                  Text.duration(twin.getHeardAgeMillis())));
    }
    if (!twin.getUp()) {
      warn("the other instance is not there: nobody of this site takes over.");
    }
  }

  private void orders() {
    reply
        .getSiteOrdersList()
        .forEach(
            o ->
                warn(
                    o.getSite()
                        + " takes no role: "
                        + o.getMode()
                        + " by "
                        + o.getBy()
                        + ": "
                        + o.getReason()
                        + " (until mpp site return "
                        + o.getSite()
                        + ")"));
  }

  private void service(ServiceStatus s) {
    String role = Roles.sentence(s);
    String painted =
        Roles.nobody(s) ? paint.bad(role) : s.getServing() ? paint.good(role) : paint.warning(role);
    out.append('\n')
        .append(paint.bold("SERVICE " + s.getService()))
        .append("   ")
        .append(painted)
        .append("   epoch ")
        .append(s.getEpoch())
        .append(lease(s))
        .append('\n');
    if (Roles.lapsed(s) && cutOff()) {
      warn("this node is cut off from the agreement: another site may be ACTIVE; ask one there.");
    }
    if (s.hasPaused()) {
      warn(
          "PAUSED by "
              + s.getPaused().getBy()
              + ": "
              + s.getPaused().getReason()
              + " — the roles stay where they are, whatever fails, until mpp resume "
              + s.getService());
    }
    if (s.hasMoving()) {
      warn(
          "SWITCHOVER to "
              + s.getMoving().getTarget()
              + (s.getMoving().getHandedOver() ? " (handed over)" : "")
              + ", by "
              + s.getMoving().getBy()
              + ": "
              + s.getMoving().getReason());
    }
    failing(s);
    text(2, s.getSentence());
    if (!s.getPreferred().isEmpty()) {
      text(2, "preferred site: " + s.getPreferred());
    }
    if (s.getInSyncCount() > 0) {
      text(2, "in sync: " + String.join(", ", s.getInSyncList()));
    }
    if (Roles.alone(s)) {
      warn("no site to fail over to: only " + s.getInSync(0) + " has every acknowledged write");
    }
    if (s.getAddressesCount() > 0) {
      text(
          2,
          s.getAddressesList().stream()
              .map(a -> a.getSite() + " " + String.join(" ", a.getAddressesList()))
              .collect(Collectors.joining(", ", "addresses: ", "")));
    }
    line("  SITE      T  NODE                   STATE           STATUS       REQ     LAG  MESSAGE");
    active = active(s);
    for (Shown site : Shown.of(reply)) {
      for (PoolView pool : site.view().getPoolsList()) {
        if (pool.getService().equals(s.getService())) {
          pool(s, site, pool);
        }
      }
    }
  }

  private String active(ServiceStatus s) {
    return Shown.of(reply).stream()
        .flatMap(site -> site.view().getPoolsList().stream())
        .filter(pool -> pool.getService().equals(s.getService()))
        .flatMap(pool -> pool.getNodesList().stream())
        .filter(n -> n.getState() == State.STATE_ACTIVE)
        .map(n -> Text.hostPort(n.getHost(), n.getPort()))
        .findFirst()
        .orElse("");
  }

  /** A pause or an override keeps a node ACTIVE whatever its polls say. */
  private void failing(ServiceStatus s) {
    for (Shown site : Shown.of(reply)) {
      for (PoolView pool : site.view().getPoolsList()) {
        for (NodeView n : pool.getNodesList()) {
          boolean critical =
              n.getMeasured() == Health.HEALTH_OK_CRITICAL || n.getMeasured() == Health.HEALTH_FAIL;
          if (pool.getService().equals(s.getService())
              && n.getState() == State.STATE_ACTIVE
              && critical) {
            warn(
                "ACTIVE "
                    + Text.hostPort(n.getHost(), n.getPort())
                    + " failed its last "
                    + n.getReq()
                    + " polls"
                    + (s.hasPaused() || n.hasOverride()
                        ? ", and nobody takes over: "
                            + (s.hasPaused() ? "the service is paused" : "an override pins it")
                        : ""));
          }
        }
      }
    }
  }

  /** The lease's evidence comes through the ledger: with that one stale it says nothing. */
  private boolean cutOff() {
    LedgerStatus ledger = reply.getLedger();
    return !ledger.hasFreshAgeMillis() || ledger.getFreshAgeMillis() > Shown.SILENT_MILLIS;
  }

  private static String lease(ServiceStatus s) {
    if (s.getHolding() && s.hasOwnLeftMillis()) {
      return "   own lease " + Text.duration(s.getOwnLeftMillis());
    }
    if (!s.hasLeaseLeftMillis()) {
      return "";
    }
    return s.getLeaseLeftMillis() > 0
        ? "   lease " + Text.duration(s.getLeaseLeftMillis())
        : "   lease lapsed " + Text.duration(-s.getLeaseLeftMillis()) + " ago";
  }

  private void pool(ServiceStatus s, Shown site, PoolView pool) {
    String role =
        Roles.serves(s, site.view(), pool)
            ? "holds the role"
            : pool.getEligible() ? "eligible" : "not eligible";
    String row =
        "  "
            + Text.left(site.view().getSite(), 8)
            + "  *  "
            + Text.left(pool.getName(), 22)
            + " "
            + Text.left(site.mark(role), 15)
            + " ";
    String status = Text.left(Names.of(pool.getStatus()), 11);
    row(
        row,
        status,
        paint.health(pool.getStatus(), status),
        " ".repeat(15),
        site.message(pool.getReason()));
    pool.getNodesList().forEach(node -> node(site, node));
  }

  private void node(Shown site, NodeView node) {
    String head =
        "  "
            + " ".repeat(8)
            + "  "
            + Names.letter(node.getType())
            + (node.hasOverride() ? "! " : "  ")
            + Text.left(Text.hostPort(node.getHost(), node.getPort()), 22)
            + " ";
    String state = Text.left(site.state(node.getState()), 15) + " ";
    String status = Text.left(Names.of(node.getStatus()), 11);
    String req = Text.right(node.getReq() < 0 ? "-" : Integer.toString(node.getReq()), 5);
    String skipped = node.getSkipped() > 0 ? "[skipped " + node.getSkipped() + " polls] " : "";
    row(
        head,
        state + status,
        paint.state(node.getState(), state, site.stale()) + paint.health(node.getStatus(), status),
        req + Text.right(lag(node), 8) + "  ",
        (skipped + site.message(node.getMessage())).stripTrailing());
    if (node.hasOverride()) {
      overridden(node);
    }
    String source = node.getFacts().getReplication().getSource();
    if (!source.isEmpty()
        && !active.isEmpty()
        && !source.equals(active)
        && node.getState() != State.STATE_ACTIVE
        && node.getState() != State.STATE_FAILED_OFFLINE) {
      text(MESSAGE_INDENT, "follows " + source);
    }
    if (!node.getFacts().getLoginsClosed().isEmpty()) {
      below("! logins closed: " + node.getFacts().getLoginsClosed());
    }
  }

  private void overridden(NodeView node) {
    below(
        "! override "
            + OverrideText.of(node, terminal)
            + (node.getMeasured() == node.getStatus()
                ? ""
                : "; measured " + Names.of(node.getMeasured())));
  }

  private void below(String text) {
    Text.wrap(Text.clean(text), columns - MESSAGE_INDENT)
        .forEach(
            line ->
                out.append(" ".repeat(MESSAGE_INDENT)).append(paint.warning(line)).append('\n'));
  }

  /** The lag of the last good poll says nothing once the node has failed. */
  private static String lag(NodeView node) {
    boolean failed =
        node.getState() == State.STATE_FAILED_ONLINE
            || node.getState() == State.STATE_FAILED_OFFLINE;
    return node.getReq() >= 0
            && !failed
            && node.hasFacts()
            && node.getFacts().hasReplication()
            && node.getFacts().getReplication().hasLagSeconds()
        ? node.getFacts().getReplication().getLagSeconds() + " s"
        : "-";
  }

  private void sites() {
    out.append('\n').append(paint.bold("SITES")).append('\n');
    line("  SITE      ROLE     LINK  RTT         HEARD     REACH   VERSION         ITS LINKS");
    SiteView local = reply.getLocal();
    site(local.getSite(), local.getWitness(), "self", "-", "-", List.of(local));
    for (PeerStatus peer : reply.getPeersList()) {
      site(
          peer.getSite(),
          peer.getWitness(),
          peer.getConnected() ? "up" : "DOWN",
          Text.rtt(peer.getRttMicros()),
          peer.hasHeardAgeMillis() ? Text.duration(peer.getHeardAgeMillis()) : "never",
          peer.hasView() ? List.of(peer.getView()) : List.of());
    }
  }

  private void site(
      String name, boolean witness, String link, String rtt, String heard, List<SiteView> view) {
    String head =
        "  " + Text.left(name, 8) + "  " + Text.left(witness ? "witness" : "site", 7) + "  ";
    String linkCell = Text.left(link, 4);
    String links =
        view.stream()
            .flatMap(v -> v.getLinksList().stream())
            .map(l -> l.getPeer() + (l.getUp() ? " up" : " DOWN"))
            .collect(Collectors.joining(", "));
    row(
        head,
        linkCell,
        link.equals("DOWN") ? paint.bad(linkCell) : linkCell,
        "  "
            + Text.left(rtt, 10)
            + "  "
            + Text.left(heard, 8)
            + "  "
            + Text.left(view.isEmpty() ? "?" : Names.of(view.getFirst().getReach()), 6)
            + "  "
            + Text.left(view.isEmpty() ? "?" : view.getFirst().getVersion(), 14)
            + "  ",
        links);
  }

  private void checkpoints() {
    List<Shown> sites = Shown.of(reply);
    if (sites.stream().allMatch(site -> site.view().getCheckpointsCount() == 0)) {
      return;
    }
    out.append('\n').append(paint.bold("CHECKPOINTS")).append('\n');
    line("  SITE      STATUS        REQ  CHECKPOINT                                    MESSAGE");
    for (Shown site : sites) {
      for (CheckpointView c : site.view().getCheckpointsList()) {
        String status = Text.left(Names.of(c.getStatus()), 11);
        row(
            "  " + Text.left(site.view().getSite(), 8) + "  ",
            status,
            paint.health(c.getStatus(), status),
            Text.right(Integer.toString(c.getReq()), 6) + "  " + Text.left(c.getSpec(), 44) + "  ",
            site.message(c.getMessage()));
      }
    }
  }

  private void ledger(LedgerStatus ledger) {
    out.append('\n').append(paint.bold("AGREEMENT")).append('\n');
    if (ledger.getRole().startsWith("pair") || ledger.getRole().equals("solo")) {
      line(
          "  "
              + ledger.getRole()
              + (ledger.hasFreshAgeMillis()
                  ? ", agreed " + Text.duration(ledger.getFreshAgeMillis()) + " ago"
                  : ", nothing agreed since the start"));
      return;
    }
    line(
        "  leader "
            + (ledger.getLeader().isEmpty() ? "unknown" : ledger.getLeader())
            + ", this node "
            + ledger.getRole()
            + ", term "
            + ledger.getTerm()
            + ", applied "
            + ledger.getAppliedIndex()
            + (ledger.hasFreshAgeMillis()
                ? ", fresh " + Text.duration(ledger.getFreshAgeMillis()) + " ago"
                : ", nothing applied since the start"));
  }

  private void warn(String text) {
    Text.wrap("! " + Text.clean(text), columns)
        .forEach(line -> out.append(paint.warning(line)).append('\n'));
  }

  private void line(String text) {
    text(0, text);
  }

  /** Wrapped; every line is indented. */
  private void text(int indent, String text) {
    Text.wrap(Text.clean(text), columns - indent)
        .forEach(line -> out.append((" ".repeat(indent) + line).stripTrailing()).append('\n'));
  }

  /** A line with a painted cell in the middle; a message that does not fit gets its own line. */
  private void row(String head, String cell, String painted, String tail, String message) {
    String start = Text.clean(head);
    String end = Text.clean(tail);
    String words = Text.clean(message);
    boolean fits = start.length() + cell.length() + end.length() + words.length() <= columns;
    String rest = (fits ? end + words : end).stripTrailing();
    out.append(start).append(rest.isEmpty() ? painted.stripTrailing() : painted).append(rest);
    out.append('\n');
    if (!fits) {
      text(MESSAGE_INDENT, words);
    }
  }
}
