package dev.mpp.chaos.lab;

import java.time.Duration;
import java.util.Locale;

/** What goes wrong in the middle of a switchover. */
enum MoveFault {
  /** The node that was asked for the switchover: a witness, which has no other part in it. */
  KILL_DIRECTOR,
  KILL_TARGET_NODE,
  KILL_TARGET_MYSQL,
  KILL_SOURCE_NODE,
  KILL_SOURCE_MYSQL,
  CUT_SOURCE_TARGET,
  CUT_SOURCE_WITNESS,
  CUT_TARGET_WITNESS;

  private static final Duration WITHIN = Duration.ofSeconds(5);

  /** The lease (6 s) and 1.5 s. */
  private static final Duration WITHIN_THE_LEASE = Duration.ofMillis(7_500);

  /** The three sites of a switchover. */
  record Cast(LabSite source, LabSite target, LabSite director) {}

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A server is writable again so soon after it. */
  Duration writableWithin() {
    return switch (this) {
      case KILL_TARGET_NODE, KILL_SOURCE_NODE -> WITHIN_THE_LEASE;
      case KILL_DIRECTOR,
          KILL_TARGET_MYSQL,
          KILL_SOURCE_MYSQL,
          CUT_SOURCE_TARGET,
          CUT_SOURCE_WITNESS,
          CUT_TARGET_WITNESS ->
          WITHIN;
    };
  }

  Breakage breakage(Cast cast) {
    return switch (this) {
      case KILL_DIRECTOR -> Breakage.node(cast.director());
      case KILL_TARGET_NODE -> Breakage.node(cast.target());
      case KILL_TARGET_MYSQL -> Breakage.mysql(cast.target());
      case KILL_SOURCE_NODE -> Breakage.node(cast.source());
      case KILL_SOURCE_MYSQL -> Breakage.mysql(cast.source());
      case CUT_SOURCE_TARGET -> Breakage.link(cast.source(), cast.target());
      case CUT_SOURCE_WITNESS -> Breakage.link(cast.source(), cast.director());
      case CUT_TARGET_WITNESS -> Breakage.link(cast.target(), cast.director());
    };
  }
}
