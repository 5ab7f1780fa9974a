package dev.mpp.core.pair;

import dev.mpp.core.model.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What passed between the two: whom this site hears, since when not, and which versions the peer
 * has acknowledged.
 */
final class Contact {
  private static final int REMEMBERED = 64;
  private static final int RUNS = 8;

  /** A message that was sent. */
  private record Sent(long at, Map<ServiceName, Version> versions) {}

  private final Map<Long, Sent> sent = bounded();
  private final Map<Long, Map<ServiceName, Version>> received = bounded();
  private final Map<String, Long> newest =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > RUNS;
        }
      };
  private final Map<ServiceName, Version> acked = new HashMap<>();
  private String peer = "";
  private long sequence;
  private long heardAt;
  private long provenAt;
  private long highestAcked;

  Contact(long now) {
    heardAt = now;
    provenAt = now;
  }

  private static <V> Map<Long, V> bounded() {
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
    }
  }

  /**
   * Notes what a message brought, each with the version that has to be on disk before it is
   * acknowledged.
   *
   * @return whether it is the newest of that run so far
   */
  boolean received(long theirs, Map<ServiceName, Version> durable) {
    received.put(theirs, durable);
    long before = newest.getOrDefault(peer, 0L);
    newest.put(peer, Math.max(before, theirs));
    return theirs > before;
  }

  /** What may be acknowledged, given what is on disk. */
  List<Long> acknowledge(Map<ServiceName, Version> persisted) {
    List<Long> out = new ArrayList<>();
    received.forEach(
        (theirs, durable) -> {
          boolean kept =
              durable.entrySet().stream()
                  .allMatch(
                      e -> persisted.getOrDefault(e.getKey(), Version.NONE).atLeast(e.getValue()));
          if (kept) {
            out.add(theirs);
          }
        });
    return out;
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

  void acked(List<Long> sequences) {
    for (long s : sequences) {
      Sent message = sent.remove(s);
      if (message != null) {
        provenAt = Math.max(provenAt, message.at());
        highestAcked = Math.max(highestAcked, s);
        message.versions().forEach(this::has);
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
