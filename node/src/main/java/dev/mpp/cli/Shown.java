package dev.mpp.cli;

import dev.mpp.proto.v1.PeerStatus;
import dev.mpp.proto.v1.SiteView;
import dev.mpp.proto.v1.State;
import dev.mpp.proto.v1.StatusReply;
import java.util.ArrayList;
import java.util.List;

/**
 * What a site said of itself.
 *
 * @param stale it may have changed since: the site is silent, or the asked node decides nothing
 * @param ageMillis since it was said, -1 when that is not known
 */
record Shown(SiteView view, boolean stale, long ageMillis) {
  /** Silence longer than that makes a view stale even while its link is counted as up. */
  static final long SILENT_MILLIS = 3_000;

  static List<Shown> of(StatusReply reply) {
    List<Shown> all = new ArrayList<>();
    all.add(local(reply));
    reply.getPeersList().stream().filter(PeerStatus::hasView).forEach(p -> all.add(of(p)));
    return all;
  }

  static Shown local(StatusReply reply) {
    return new Shown(reply.getLocal(), reply.getAgeMillis() > SILENT_MILLIS, reply.getAgeMillis());
  }

  static Shown of(PeerStatus p) {
    long age = p.hasHeardAgeMillis() ? p.getHeardAgeMillis() : -1;
    return new Shown(p.getView(), !p.getConnected() || age < 0 || age > SILENT_MILLIS, age);
  }

  /** {@code ACTIVE}, or {@code ACTIVE?} when that is old. */
  String state(State state) {
    return mark(Names.of(state));
  }

  String mark(String word) {
    return stale && !word.endsWith("?") ? word + "?" : word;
  }

  /** The message with its age before it when it is old. */
  String message(String message) {
    if (!stale) {
      return message;
    }
    String age = ageMillis < 0 ? "old" : Text.duration(ageMillis) + " old";
    return message.isEmpty() ? age : age + ": " + message;
  }
}
