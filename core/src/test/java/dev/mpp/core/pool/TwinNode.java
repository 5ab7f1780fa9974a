package dev.mpp.core.pool;

import java.util.Set;

/** A node as the twins see it: plain words and numbers, statuses from 0 (OK) to 4 (FAIL). */
final class TwinNode {
  static final String PREFIX = "(recovering) ";
  private static final Set<String> FAILED = Set.of("FAILED_ONLINE", "FAILED_OFFLINE");

  final String host;
  final int place;
  final int[] ladder;

  boolean primary;
  int req = -1;
  int floor;
  String state = "UNKNOWN";
  String message = "";

  /** "never", "healthy", "replication" or "connect". */
  String lastPoll = "never";

  /** While its failing poll is judged: a replica shows that it serves as ACTIVE. */
  boolean vouched;

  boolean promoting;
  boolean fencing;

  /**
   * What to say when the command is answered; without a command: what the role was promised for.
   */
  String say = "";

  // What operators set; "" and -1 are nothing.
  String setState = "";
  int setStatus = -1;
  String setType = "";
  int setWeight = -1;

  TwinNode(String host, int place, int[] ladder) {
    this.host = host;
    this.place = place;
    this.ladder = ladder;
  }

  boolean is(String wanted) {
    return state.equals(wanted);
  }

  boolean failed() {
    return FAILED.contains(state);
  }

  boolean busy() {
    return promoting || fencing;
  }

  boolean mayWrite() {
    return busy() || is("ACTIVE");
  }

  boolean pinned() {
    return setState.equals("ACTIVE");
  }

  boolean held() {
    return !setState.isEmpty() && !pinned();
  }

  boolean overridden() {
    return !setState.isEmpty() || setStatus >= 0 || !setType.isEmpty() || setWeight >= 0;
  }

  int weight() {
    return setWeight >= 0 ? setWeight : 100;
  }

  boolean healthy() {
    return lastPoll.equals("healthy");
  }

  boolean answers() {
    return healthy() || lastPoll.equals("replication");
  }

  /** Could be given the role if an operator asks for it. */
  boolean ready() {
    return is("STANDBY") && healthy() && !busy() && !held() && setStatus != 4;
  }

  /** Could be given the role without anybody asking. */
  boolean eligible() {
    return ready() && weight() > 0;
  }

  int measured() {
    int level = 0;
    for (int step : ladder) {
      level += req >= step ? 1 : 0;
    }
    level = Math.max(level, floor);
    return level == 4 && !failed() && !held() ? 3 : level;
  }

  int status() {
    return setStatus >= 0 ? setStatus : measured();
  }

  static String bare(String text) {
    return text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
  }
}
