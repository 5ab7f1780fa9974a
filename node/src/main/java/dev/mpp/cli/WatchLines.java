package dev.mpp.cli;

import dev.mpp.proto.v1.JournalEntry;
import dev.mpp.proto.v1.NodeChange;
import dev.mpp.proto.v1.RoleChange;
import dev.mpp.proto.v1.WatchEvent;

/** One line for each thing that happens. */
final class WatchLines {
  private WatchLines() {}

  static String line(WatchEvent event, Terminal terminal) {
    Paint paint = new Paint(terminal.colour());
    String time = terminal.clock(event.getWallMillis()) + "  ";
    return switch (event.getEventCase()) {
      case ENTRY -> entry(event.getEntry(), terminal, false);
      case ROLE -> time + role(event.getRole(), paint);
      case NODE -> time + node(event.getNode(), paint);
      case PEER ->
          time
              + (event.getPeer().getConnected()
                  ? event.getPeer().getSite() + " is heard again"
                  : paint.bad(event.getPeer().getSite() + " is silent"));
      case LOST ->
          time + paint.warning(event.getLost() + " entries were left out; see mpp journal");
      case EVENT_NOT_SET -> time + "something this mpp is too old to know";
    };
  }

  /**
   * @param dated with the date, for entries that may be old
   */
  static String entry(JournalEntry e, Terminal terminal, boolean dated) {
    String time = dated ? terminal.time(e.getWallMillis()) : terminal.clock(e.getWallMillis());
    return Text.clean(
        time
            + "  #"
            + e.getSequence()
            + " "
            + e.getKind()
            + (e.getSubject().isEmpty() ? "" : " " + e.getSubject())
            + (e.getEpoch() == 0 ? "" : " epoch " + e.getEpoch())
            + ": "
            + e.getText()
            + (e.getUser().isEmpty() ? "" : " (by " + e.getUser() + ")"));
  }

  private static String role(RoleChange r, Paint paint) {
    boolean nobody = r.getHolder().isEmpty();
    String where =
        nobody
            ? "NOBODY ACTIVE"
            : "ACTIVE at " + r.getHolder() + (r.getServing() ? ", serving" : ", not serving yet");
    String text =
        Text.clean(
            r.getService() + ": " + where + ", epoch " + r.getEpoch() + ". " + r.getSentence());
    return nobody ? paint.bad(text) : paint.bold(text);
  }

  private static String override(NodeChange n) {
    if (n.hasOverride()) {
      return Text.clean("  [override " + OverrideText.of(n.getOverride()) + "]");
    }
    return n.getOverrideChanged() ? "  [override lifted]" : "";
  }

  private static String node(NodeChange n, Paint paint) {
    String change =
        n.getFrom() == n.getTo()
            ? Names.of(n.getTo())
            : Names.of(n.getFrom()) + " -> " + Names.of(n.getTo());
    return Text.clean(n.getSite() + " " + n.getNode() + " ")
        + paint.state(n.getTo(), change)
        + " "
        + paint.health(n.getStatus(), Names.of(n.getStatus()))
        + override(n)
        + (n.getMessage().isEmpty() ? "" : "  " + Text.clean(n.getMessage()));
  }
}
