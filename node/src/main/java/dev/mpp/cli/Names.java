package dev.mpp.cli;

import dev.mpp.proto.v1.CheckpointClass;
import dev.mpp.proto.v1.CommitOutcome;
import dev.mpp.proto.v1.GuardKind;
import dev.mpp.proto.v1.Health;
import dev.mpp.proto.v1.NodeType;
import dev.mpp.proto.v1.Reach;
import dev.mpp.proto.v1.SitePart;
import dev.mpp.proto.v1.State;

/** The words of the wire's enums; a value of a newer node is {@code ?}. */
final class Names {
  private Names() {}

  static String of(State state) {
    return Text.name(state, "STATE_");
  }

  static String of(Health health) {
    return Text.name(health, "HEALTH_");
  }

  static String of(Reach reach) {
    return Text.name(reach, "REACH_");
  }

  static String of(CheckpointClass kind) {
    return Text.name(kind, "CHECKPOINT_CLASS_");
  }

  static String of(NodeType type) {
    return Text.name(type, "NODE_TYPE_");
  }

  static String of(GuardKind kind) {
    return kind == GuardKind.UNRECOGNIZED ? "OTHER" : Text.name(kind, "GUARD_KIND_");
  }

  static String of(SitePart part) {
    return Text.name(part, "SITE_PART_");
  }

  static String of(CommitOutcome outcome) {
    return Text.name(outcome, "COMMIT_OUTCOME_");
  }

  static String letter(NodeType type) {
    return of(type).substring(0, 1);
  }

  /** OK, OK_WARN or FAIL, as in 2007. */
  static String classic(Health health) {
    return switch (health) {
      case HEALTH_OK -> "OK";
      case HEALTH_OK_INFO, HEALTH_OK_WARN, HEALTH_OK_CRITICAL -> "OK_WARN";
      case HEALTH_FAIL, HEALTH_UNSPECIFIED, UNRECOGNIZED -> "FAIL";
    };
  }
}
