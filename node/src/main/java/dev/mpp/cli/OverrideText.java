package dev.mpp.cli;

import dev.mpp.proto.v1.Health;
import dev.mpp.proto.v1.NodeType;
import dev.mpp.proto.v1.NodeView;
import dev.mpp.proto.v1.Override;
import dev.mpp.proto.v1.State;
import java.time.Instant;
import java.util.StringJoiner;

/** An override for people: {@code state=STANDBY weight=0 until 2026-11-21T10:00:00Z by ann: …}. */
final class OverrideText {
  private OverrideText() {}

  /** Empty when none is in force. */
  static String of(NodeView node) {
    return node.hasOverride() ? of(node.getOverride()) : "";
  }

  /** With the end as the terminal shows times. */
  static String of(NodeView node, Terminal terminal) {
    Override o = node.getOverride();
    return node.hasOverride()
        ? of(o, o.getUntilWallMillis() == 0 ? "" : terminal.timeAndZone(o.getUntilWallMillis()))
        : "";
  }

  static String of(Override o) {
    return of(
        o,
        o.getUntilWallMillis() == 0 ? "" : Instant.ofEpochMilli(o.getUntilWallMillis()).toString());
  }

  private static String of(Override o, String until) {
    StringJoiner text = new StringJoiner(" ");
    if (o.getState() != State.STATE_UNSPECIFIED) {
      text.add("state=" + Names.of(o.getState()));
    }
    if (o.getStatus() != Health.HEALTH_UNSPECIFIED) {
      text.add("status=" + Names.of(o.getStatus()));
    }
    if (o.getType() != NodeType.NODE_TYPE_UNSPECIFIED) {
      text.add("type=" + Names.of(o.getType()));
    }
    if (o.hasWeight()) {
      text.add("weight=" + o.getWeight());
    }
    if (!until.isEmpty()) {
      text.add("until " + until);
    }
    String why = o.getReason().isEmpty() ? "" : ": " + o.getReason();
    return text.add("by " + o.getBy()) + why;
  }
}
