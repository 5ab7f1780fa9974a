package dev.mpp.core.pair;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.pair.Target.Answer;
import dev.mpp.core.pair.Target.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Whether the peer's site is gone as far as this site can find out. There are two proofs; each has
 * to hold without a break for as long as a holder that lost the world needs to stand down:
 *
 * <pre>
 * DARK    no address of the peer answers, and an edge or service address is among those that did
 *         while the peer was heard
 * FENCED  every server of its pool is refused, or was fenced from here and read back
 * </pre>
 *
 * A refused connection is an answer: the host is up. A server that is writable is a sign of life:
 * its dead-man would have fenced it had its MPP died.
 */
final class PeerEvidence {
  private static final long NEVER = Long.MIN_VALUE;

  /** Verdict; the sentence says what is missing, or what proves it. */
  record Verdict(boolean gone, String sentence) {}

  private static final class Seen {
    Optional<Answer> last = Optional.empty();
    long silentSince = NEVER;
    long safeSince = NEVER;

    void forget() {
      silentSince = NEVER;
      safeSince = NEVER;
    }
  }

  private final List<Target> targets;
  private final Map<ServiceName, List<Target>> byService = new HashMap<>();
  private final List<Target> common;
  private final Map<Target, Seen> seen = new HashMap<>();
  private final Set<String> answered = new HashSet<>();
  private final long fresh;
  private long lookedAt = NEVER;

  /**
   * @param fresh an older look proves nothing, nor does a longer pause between two
   */
  PeerEvidence(List<Target> targets, Set<String> answeredBefore, long fresh) {
    this.targets = targets;
    this.fresh = fresh;
    this.common = targets.stream().filter(t -> t.service().isEmpty()).toList();
    for (Target t : targets) {
      t.service().ifPresent(n -> byService.computeIfAbsent(n, x -> new ArrayList<>(common)).add(t));
    }
    targets.forEach(t -> seen.put(t, new Seen()));
    answered.addAll(answeredBefore);
  }

  /** What answered while the peer was heard. */
  Set<String> answered() {
    return new TreeSet<>(answered);
  }

  /**
   * @param heard whether the peer is heard at the time: what answers then is what can fall silent
   * @return whether a target answered for the first time
   */
  boolean looked(long startedAt, Map<Target, Answer> answers, boolean heard) {
    boolean news = false;
    if (lookedAt == NEVER || startedAt - lookedAt > fresh) {
      // Nobody looked for a while: what was seen before says nothing about the time between.
      seen.values().forEach(Seen::forget);
    }
    lookedAt = Math.max(lookedAt, startedAt);
    for (Target t : targets) {
      Seen s = seen.get(t);
      Answer a = answers.get(t);
      if (s == null || a == null) {
        continue;
      }
      s.last = Optional.of(a);
      s.silentSince = since(a == Answer.SILENT, s.silentSince, startedAt);
      s.safeSince = since(a == Answer.FENCED || a == Answer.REFUSED, s.safeSince, startedAt);
      if (heard && a != Answer.SILENT) {
        news |= answered.add(key(t));
      }
    }
    return news;
  }

  private static long since(boolean holds, long before, long now) {
    return holds ? (before == NEVER ? now : before) : NEVER;
  }

  static String key(Target t) {
    return t.kind() + " " + t.address();
  }

  /**
   * @param silentSince when the peer was heard last, or this site saw too little to judge
   * @param hold how long the proof has to hold
   */
  Verdict judge(ServiceName service, long silentSince, long hold, long now) {
    List<Target> mine = byService.getOrDefault(service, common);
    if (lookedAt == NEVER || now - lookedAt > fresh || lookedAt - silentSince < 0) {
      return new Verdict(false, "its addresses were not tried since it fell silent");
    }
    Verdict fenced = fenced(mine, silentSince, hold, now);
    if (fenced.gone()) {
      return fenced;
    }
    Verdict dark = dark(mine, silentSince, hold, now);
    return dark.gone() || fenced.sentence().isEmpty()
        ? dark
        : new Verdict(false, dark.sentence() + "; " + fenced.sentence());
  }

  private Verdict fenced(List<Target> mine, long silentSince, long hold, long now) {
    List<Target> servers = mine.stream().filter(t -> t.kind() == Kind.MYSQL).toList();
    long since = silentSince;
    for (Target t : servers) {
      Seen s = of(t);
      if (s.last.equals(Optional.of(Answer.WRITABLE))) {
        return new Verdict(
            false, t.shown() + " is writable, so its dead-man is held: MPP is alive there");
      }
      if (s.safeSince == NEVER) {
        return new Verdict(false, "");
      }
      since = Math.max(since, s.safeSince);
    }
    if (servers.isEmpty()) {
      return new Verdict(false, "");
    }
    return lasting("every server of its pool is fenced or down", since, hold, now);
  }

  private Verdict dark(List<Target> mine, long silentSince, long hold, long now) {
    long since = silentSince;
    List<String> used = new ArrayList<>();
    for (Target t : mine) {
      Seen s = of(t);
      if (s.last.isPresent() && s.silentSince == NEVER) {
        return new Verdict(
            false,
            t.shown()
                + (s.last.get() == Answer.REFUSED ? " refuses (the host is up)" : " answers"));
      }
      boolean counts = t.kind() == Kind.EDGE || t.kind() == Kind.SERVICE;
      if (counts && answered.contains(key(t)) && s.silentSince != NEVER) {
        used.add(t.address());
        since = Math.max(since, s.silentSince);
      } else if (s.silentSince != NEVER && answered.contains(key(t))) {
        since = Math.max(since, s.silentSince);
      }
    }
    if (used.isEmpty()) {
      return new Verdict(
          false,
          "no edge or service address of it ever answered here, so their silence proves nothing");
    }
    return lasting("none of its addresses answers", since, hold, now);
  }

  private static Verdict lasting(String what, long since, long hold, long now) {
    return now - since >= hold
        ? new Verdict(true, what)
        : new Verdict(
            false,
            what + ", but that has to last " + (hold + 999_999_999L) / 1_000_000_000L + " s");
  }

  private Seen of(Target t) {
    Seen s = seen.get(t);
    if (s == null) {
      throw new IllegalArgumentException("not a target: " + t);
    }
    return s;
  }
}
