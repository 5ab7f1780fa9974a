package dev.mpp.core.pool;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;

/** The published messages, by their numbers in BEHAVIOUR section 4. */
final class Messages {
  static final String INSTATED = "PRIMARY instatement to ACTIVE complete."; // M1
  static final String TAKEOVER = "FAILOVER: Taking over ACTIVE state."; // M2
  static final String READY = "Ready to relinquish ACTIVE state to PRIMARY."; // M3
  static final String RELINQUISH = "Relinquishing ACTIVE state to PRIMARY."; // M4
  static final String WAITING =
      "Waiting for SECONDARY to stand down before instatement to ACTIVE."; // M5
  static final String RECOVERED = "Manual Recovery Initiated."; // M8
  static final String REINSTATED = "PRIMARY Manually reinstated as ACTIVE."; // M9
  static final String HOSTILE = "Hostile takeover for ACTIVE reinstatement initiated."; // M11
  static final String JOINING = "Taking over ACTIVE state beside the other nodes.";
  static final String PINNED = "Made ACTIVE by an operator's override.";
  static final String YIELDED = "Standing down for a node that an override makes ACTIVE.";
  static final String HELD = "Held by an operator's override.";
  static final String LIFTED = "The operator's override is lifted.";

  private static final String RECOVERING = "(recovering) ";

  private Messages() {}

  /** M6 and M7; with proven recovery nobody has to intervene, so they do not ask for it. */
  static String answersAgain(NodeType type, boolean provenRecovery) {
    return (type == NodeType.PRIMARY ? "FAILED PRIMARY" : "FAILED")
        + " server is reporting recovery. "
        + (provenRecovery
            ? "Waiting for hold-down and proof of clean data."
            : "Manual intervention required.");
  }

  /** M10. */
  static String couldNotConnect(NodeAddress node, String error) {
    return "Could not connect to mysql host " + node + ": " + error;
  }

  /** An ACTIVE node that cannot be reached from here, and serves. */
  static String kept(String error, String vouched) {
    return error + "; kept ACTIVE: " + vouched;
  }

  /** M14. */
  static String provenClean(String proof) {
    return "Automatic recovery: " + proof + (proof.endsWith(".") ? "" : ".");
  }

  static String promotionFailed(String error) {
    return "Promotion failed: " + error;
  }

  /** The message with the prefix of a poll that ended a row of failures, never twice. */
  static String recovering(boolean recovering, String message) {
    String plain = plain(message);
    return recovering && !plain.isEmpty() ? RECOVERING + plain : plain;
  }

  /**
   * The message of a poll that ended a row of failures and has nothing new to say. A message that
   * carries the prefix already is cleared: a change of state raised the counter after it (T4).
   */
  static String recoveringOnce(String before) {
    return before.startsWith(RECOVERING) ? "" : recovering(true, before);
  }

  /** Whether {@code text} is {@code message}, with or without the prefix. */
  static boolean says(String text, String message) {
    return plain(text).equals(message);
  }

  static String plain(String text) {
    return text.startsWith(RECOVERING) ? text.substring(RECOVERING.length()) : text;
  }
}
