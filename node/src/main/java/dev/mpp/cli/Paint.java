package dev.mpp.cli;

import dev.mpp.proto.v1.Health;
import dev.mpp.proto.v1.State;

/** Colour, or none. Widths are counted before painting. */
record Paint(boolean enabled) {
  private static final String RED = "31";
  private static final String GREEN = "32";
  private static final String YELLOW = "33";
  private static final String BOLD = "1";

  String bold(String text) {
    return in(BOLD, text);
  }

  String good(String text) {
    return in(GREEN, text);
  }

  String bad(String text) {
    return in(RED, text);
  }

  String warning(String text) {
    return in(YELLOW, text);
  }

  /**
   * @param stale nothing is good any more when it is old
   */
  String state(State state, String text, boolean stale) {
    return stale && state == State.STATE_ACTIVE ? warning(text) : state(state, text);
  }

  String state(State state, String text) {
    return switch (state) {
      case STATE_ACTIVE -> good(text);
      case STATE_FAILED_ONLINE, STATE_FAILED_OFFLINE -> bad(text);
      case STATE_STANDBY, STATE_UNKNOWN, STATE_UNSPECIFIED, UNRECOGNIZED -> text;
    };
  }

  String health(Health health, String text) {
    return switch (health) {
      case HEALTH_OK -> text;
      case HEALTH_OK_INFO, HEALTH_OK_WARN, HEALTH_OK_CRITICAL -> warning(text);
      case HEALTH_FAIL, HEALTH_UNSPECIFIED, UNRECOGNIZED -> bad(text);
    };
  }

  private String in(String code, String text) {
    return enabled ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
  }
}
