package dev.mpp.core.pair;

import dev.mpp.core.model.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What passed between the two: whom this site hears, since when not, and which versions the peer
 * has acknowledged.
 */
final class Contact {
  private static final int REMEMBERED = 64;
  private static final int RUNS = 8;

  /** A message that was sent. */
  private record Sent(long at, Map<ServiceName, Version> versions) {}

  /** A message that was received. */
  private static final class Got {
    final Map<ServiceName, Version> durable;

    /** What it brought is on disk. */
    boolean kept;

    Got(Map<ServiceName, Version> durable, boolean kept) {
      this.durable = durable;
      this.kept = kept;
    }
  }

  private final Map<Long, Sent> sent = bounded();
  private final SequencedMap<Long, Got> received = bounded();

  /** Those of {@code received} that are kept, in the same order; null when it has to be made. */
  private @Nullable List<Long> kept;

  private final Map<String, Long> newest =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > RUNS;
        }
      };
  private final Map<ServiceName, Version> acked = new HashMap<>();
  private Map<ServiceName, Version> persisted;
  private String peer = "";
  private long sequence;
  private long heardAt;
  private long provenAt;
  private long highestAcked;

  /**
   * @param persisted what is on disk, as in {@link #persisted}
   */
  Contact(Map<ServiceName, Version> persisted, long now) {
    this.persisted = persisted;
    heardAt = now;
    provenAt = now;
  }

  private static <V> SequencedMap<Long, V> bounded() {
    return new LinkedHashMap<>() {
      @Override
      protected boolean removeEldestEntry(Map.Entry<Long, V> eldest) {
        return size() > REMEMBERED;
      }
    };
  }

  /** The peer's incarnation, empty before it was heard. */
  String peer() {
    return peer;
  }

  long heardAt() {
    return heardAt;
  }

  void heard(long now) {
    heardAt = Math.max(heardAt, now);
  }

  /** When the last message was sent that the peer is known to have got. */
  long provenAt() {
    return provenAt;
  }

  /**
   * The sender of a message. A late one of a former run may come after the first of its successor;
   * that costs a repetition.
   */
  void from(String incarnation) {
    if (!incarnation.equals(peer)) {
      peer = incarnation;
      // What the former run had but did not keep is not known of this one.
      acked.clear();
      sent.clear();
      received.clear();
      kept = null;
    }
  }

  /**
   * Notes what a message brought, each with the version that has to be on disk before it is
   * acknowledged.
   *
   * @return whether it is the newest of that run so far
   */
  boolean received(long theirs, Map<ServiceName, Version> durable) {
    note(theirs, new Got(durable, onDisk(durable)));
    long before = newest.getOrDefault(peer, 0L);
    newest.put(peer, Math.max(before, theirs));
    return theirs > before;
  }

  private void note(long theirs, Got got) {
    Got oldest = received.size() < REMEMBERED ? null : received.firstEntry().getValue();
    Got before = received.put(theirs, got);
    List<Long> list = kept;
    if (list == null || (before != null && before.kept == got.kept)) {
      return;
    }
    if (before != null) {
      kept = null;
      return;
    }
    if (oldest != null && oldest.kept) {
      list.removeFirst();
    }
    if (got.kept) {
      list.add(theirs);
    }
  }

  /** Whether that message of the peer's present run came before, by this way or another. */
  boolean knows(long theirs) {
    return received.containsKey(theirs);
  }

  /** These versions are on disk from here on; the map does not change any more. */
  void persisted(Map<ServiceName, Version> versions) {
    persisted = versions;
    received.values().forEach(got -> got.kept = onDisk(got.durable));
    kept = null;
  }

  private boolean onDisk(Map<ServiceName, Version> durable) {
    for (Map.Entry<ServiceName, Version> e : durable.entrySet()) {
      if (!persisted.getOrDefault(e.getKey(), Version.NONE).atLeast(e.getValue())) {
        return false;
      }
    }
    return true;
  }

  /** What may be acknowledged, given what is on disk: messages that brought nothing else. */
  List<Long> acknowledge() {
    List<Long> list = kept;
    if (list == null) {
      list = new ArrayList<>(REMEMBERED + 1);
      for (Map.Entry<Long, Got> e : received.entrySet()) {
        if (e.getValue().kept) {
          list.add(e.getKey());
        }
      }
      kept = list;
    }
    return List.copyOf(list);
  }

  /** The number of the next message, which holds these versions. */
  long send(Map<ServiceName, Version> versions, long now) {
    sent.put(++sequence, new Sent(now, versions));
    return sequence;
  }

  /** The number that the next message will have. */
  long next() {
    return sequence + 1;
  }

  /**
   * @param holds services of which nothing counts as acknowledged yet; it is sent again
   */
  void acked(List<Long> sequences, Set<ServiceName> holds) {
    // Most were acknowledged before, and the latest are at the end.
    for (int i = sequences.size() - 1; i >= 0 && !sent.isEmpty(); i--) {
      Long s = sequences.get(i);
      Sent message = sent.remove(s);
      if (message != null) {
        provenAt = Math.max(provenAt, message.at());
        highestAcked = Math.max(highestAcked, s);
        message
            .versions()
            .forEach(
                (service, version) -> {
                  if (!holds.contains(service)) {
                    has(service, version);
                  }
                });
      }
    }
  }

  /** The peer is known to have that version. */
  void has(ServiceName service, Version version) {
    acked.merge(service, version, (a, b) -> a.atLeast(b) ? a : b);
  }

  boolean peerHas(Register r) {
    return acked.getOrDefault(r.service(), Version.NONE).atLeast(r.version());
  }

  boolean peerHas(ServiceName service, Version version) {
    return acked.getOrDefault(service, Version.NONE).atLeast(version);
  }

  /** Whether a message of at least that number was acknowledged. */
  boolean ackedSince(long number) {
    return highestAcked >= number;
  }
}
