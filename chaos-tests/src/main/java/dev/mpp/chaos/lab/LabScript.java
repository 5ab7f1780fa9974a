package dev.mpp.chaos.lab;

import static java.util.stream.Collectors.joining;

import dev.mpp.chaos.lab.Breakage.Cut;
import dev.mpp.chaos.lab.Breakage.Freeze;
import dev.mpp.chaos.lab.Breakage.Kill;
import dev.mpp.chaos.lab.Breakage.Victim;
import dev.mpp.chaos.lab.Lab.Part;
import dev.mpp.chaos.process.Trouble;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What can be run, and what must come of it. */
enum LabScript {
  ISOLATE_ACTIVE(
      Outcome.TAKEOVER, 0, "the ACTIVE site cut off from everybody; healed after the takeover"),
  ISOLATE_STANDBY(Outcome.STAYS, 10, "the standby site cut off from everybody for 10 s"),
  ISOLATE_WITNESS(Outcome.STAYS, 10, "a witness cut off from everybody for 10 s"),
  ISOLATE_LEADER(
      Outcome.STAYS,
      10,
      "the leader of the replication, made to be another than the ACTIVE, cut off for 10 s"),
  PARTIAL(
      Outcome.STAYS,
      15,
      "one link cut for 15 s, in turn: between the data sites, ACTIVE to witness, standby to"
          + " witness; everybody reaches the third"),
  ONE_WAY(
      Outcome.STAYS,
      15,
      "one link deaf in one direction for 15 s, in turn: ACTIVE to standby, back, ACTIVE to"
          + " witness, back"),
  FLAP(Outcome.ONCE_AT_MOST, 120, "the ACTIVE site's uplink 2 s off and 2 s on for 2 minutes"),
  FLAP_LINK(Outcome.STAYS, 120, "the link between the data sites 2 s off and 2 s on, 2 minutes"),
  HEAL_60S(
      Outcome.EITHER,
      60,
      "a site cut off from everybody for 60 s, in turn: witness, standby, ACTIVE; then how soon it"
          + " has caught up"),
  KILL_ACTIVE(Outcome.TAKEOVER, 0, "SIGKILL to mysqld and mpp node of the ACTIVE site at once"),
  KILL_ACTIVE_NODE(Outcome.TAKEOVER, 0, "SIGKILL to the ACTIVE site's mpp node"),
  KILL_ACTIVE_MYSQL(Outcome.TAKEOVER, 0, "SIGKILL to the ACTIVE site's mysqld"),
  FREEZE_ACTIVE_NODE(
      Outcome.TAKEOVER, 0, "SIGSTOP to the ACTIVE site's mpp node; thawed after the takeover"),
  FREEZE_ACTIVE_MYSQL(
      Outcome.TAKEOVER, 0, "SIGSTOP to the ACTIVE site's mysqld; SIGCONT after the takeover"),
  KILL_STANDBY(Outcome.STAYS, 5, "SIGKILL to mysqld and mpp node of the standby site, 5 s"),
  KILL_WITNESS(Outcome.STAYS, 5, "SIGKILL to a witness, 5 s"),
  KILL_LEADER(
      Outcome.STAYS,
      5,
      "SIGKILL to the mpp node that leads the replication, made to be another than the ACTIVE's");

  /** What must come of it. In every case: never two writable servers, no acknowledged row lost. */
  enum Outcome {
    /** The other data site takes the role, within the lease and 1.5 s. */
    TAKEOVER,
    /** The ACTIVE keeps the role and never fences. */
    STAYS,
    /** One change of the role at most. */
    ONCE_AT_MOST,
    /** As TAKEOVER when the ACTIVE was hit, as STAYS otherwise. */
    EITHER
  }

  /** The lease (6 s) and 1.5 s. */
  private static final Duration NEW_ACTIVE_WITHIN = Duration.ofMillis(7_500);

  /**
   * A frozen server cannot be fenced, so that its dead-man's time is awaited: poll and ladder 4.4
   * s, fence 1.5 s, dead-man 4 s, takeover 1.5 s.
   */
  private static final Duration AFTER_A_FROZEN_SERVER = Duration.ofMillis(11_400);

  /** From the last refresh of the dead-man's lock: time-out 2 s, period 1 s, kill budget 1 s. */
  private static final long DEAD_MAN_MS = 4_000;

  private final Outcome outcome;
  private final int seconds;
  private final String text;

  LabScript(Outcome outcome, int seconds, String text) {
    this.outcome = outcome;
    this.seconds = seconds;
    this.text = text;
  }

  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** What must come of it, for people. */
  String expects() {
    return switch (outcome) {
      case TAKEOVER ->
          "the other site is writable within %.1f s%s%s"
              .formatted(
                  newActiveWithin().toMillis() / 1e3,
                  fencedWithinMs().isPresent()
                      ? "; the old one is fenced within its dead-man's "
                          + fencedWithinMs().getAsLong()
                          + " ms"
                      : "",
                  targets().stream().map(target -> "; " + target.text()).collect(joining()));
      case STAYS -> "the ACTIVE never fences, no role change";
      case ONCE_AT_MOST -> "at most one role change";
      case EITHER -> "caught up within 3 s; the ACTIVE never fences unless it is the one cut off";
    };
  }

  String text() {
    return text;
  }

  /** How long the fault lasts at least. */
  Duration lasts() {
    return Duration.ofSeconds(seconds);
  }

  Duration newActiveWithin() {
    return this == FREEZE_ACTIVE_MYSQL ? AFTER_A_FROZEN_SERVER : NEW_ACTIVE_WITHIN;
  }

  /** Budget of the old ACTIVE's dead-man, which alone can fence it; empty: MPP lives. */
  OptionalLong fencedWithinMs() {
    return this == KILL_ACTIVE_NODE || this == FREEZE_ACTIVE_NODE
        ? OptionalLong.of(DEAD_MAN_MS)
        : OptionalLong.empty();
  }

  /** A server that was stopped by a signal is writable by its flag when it goes on. */
  boolean flagsCount() {
    return this != FREEZE_ACTIVE_MYSQL;
  }

  /** Bounds of figures over all runs. */
  List<Target> targets() {
    return this == KILL_ACTIVE_MYSQL
        ? List.of(new Target(LabReport.NEW_ACTIVE, 700, 1_500))
        : List.of();
  }

  boolean flaps() {
    return this == FLAP || this == FLAP_LINK;
  }

  boolean needsOtherLeader() {
    return this == ISOLATE_LEADER || this == KILL_LEADER;
  }

  boolean takeover(int turn) {
    return outcome == Outcome.TAKEOVER || (outcome == Outcome.EITHER && turn % 3 == 2);
  }

  /** Bound of the changes of the role; empty: not judged by their number. */
  OptionalInt roleChanges(int turn) {
    return switch (outcome) {
      case STAYS -> OptionalInt.of(0);
      case TAKEOVER, ONCE_AT_MOST -> OptionalInt.of(1);
      case EITHER -> OptionalInt.of(takeover(turn) ? 1 : 0);
    };
  }

  boolean holderStays(int turn) {
    return outcome == Outcome.STAYS || (outcome == Outcome.EITHER && !takeover(turn));
  }

  /** Who is who when the fault is chosen; {@code leader} leads the replication. */
  record Cast(LabSite active, LabSite standby, List<LabSite> witnesses, LabSite leader) {
    public Cast {
      witnesses = List.copyOf(witnesses);
    }

    LabSite witness(int turn) {
      return witnesses.get(turn % witnesses.size());
    }
  }

  /**
   * @param turn number of the run, from 0: some scripts go through several variants
   */
  Breakage breakage(Cast cast, int turn) {
    return switch (this) {
      case ISOLATE_ACTIVE, FLAP -> Breakage.isolation(cast.active());
      case ISOLATE_STANDBY -> Breakage.isolation(cast.standby());
      case ISOLATE_WITNESS -> Breakage.isolation(cast.witness(turn));
      case ISOLATE_LEADER -> Breakage.isolation(cast.leader());
      case HEAL_60S ->
          Breakage.isolation(
              List.of(cast.witness(turn), cast.standby(), cast.active()).get(turn % 3));
      case PARTIAL ->
          switch (turn % 3) {
            case 0 -> Breakage.link(cast.active(), cast.standby());
            case 1 -> Breakage.link(cast.active(), cast.witness(turn / 3));
            default -> Breakage.link(cast.standby(), cast.witness(turn / 3));
          };
      case FLAP_LINK -> Breakage.link(cast.active(), cast.standby());
      case ONE_WAY ->
          switch (turn % 4) {
            case 0 -> deaf(cast.active(), cast.standby());
            case 1 -> deaf(cast.standby(), cast.active());
            case 2 -> deaf(cast.active(), cast.witness(turn / 4));
            default -> deaf(cast.witness(turn / 4), cast.active());
          };
      case KILL_ACTIVE -> site(cast.active());
      case KILL_ACTIVE_NODE -> Breakage.node(cast.active());
      case KILL_ACTIVE_MYSQL -> Breakage.mysql(cast.active());
      case FREEZE_ACTIVE_NODE -> new Freeze(new Victim(Part.NODE, cast.active()));
      case FREEZE_ACTIVE_MYSQL -> new Freeze(new Victim(Part.MYSQL, cast.active()));
      case KILL_STANDBY -> site(cast.standby());
      case KILL_WITNESS -> Breakage.node(cast.witness(turn));
      case KILL_LEADER -> Breakage.node(cast.leader());
    };
  }

  private static Kill site(LabSite site) {
    return new Kill(List.of(new Victim(Part.MYSQL, site), new Victim(Part.NODE, site)));
  }

  private static Cut deaf(LabSite from, LabSite to) {
    return new Cut(
        "cut %s -> %s".formatted(from.label(), to.label()),
        Drop.oneWay(from.address(), to.address()),
        List.of(from, to));
  }

  static LabScript named(String label) {
    return Arrays.stream(values())
        .filter(script -> script.label().equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new Trouble(
                    "no script " + label,
                    "scripts: "
                        + Arrays.stream(values()).map(LabScript::label).collect(joining(", "))));
  }
}
