package dev.mpp.dns;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Signatures by what they sign: a new table has mostly what the one before had, and a role that
 * comes back has its signatures still. Bounded.
 */
final class SignatureMemory {
  private static final int MOST = 20_000;
  private static final long UNUSED_SECONDS = 3600;

  private record Content(DnsName owner, int type, long ttl, List<Rdata> data) {
    static Content of(RecordSet set) {
      return new Content(set.owner(), set.type(), set.ttl(), set.data());
    }
  }

  private record Kept(SignedSet signed, long usedAt) {}

  private final ConcurrentHashMap<Content, Kept> kept = new ConcurrentHashMap<>();

  @Nullable SignedSet find(RecordSet set, long now) {
    Kept found =
        kept.computeIfPresent(
            Content.of(set), (content, old) -> new Kept(old.signed(), Math.max(now, old.usedAt())));
    return found == null ? null : found.signed();
  }

  void keep(RecordSet set, SignedSet signed, long now) {
    if (kept.size() < MOST) {
      kept.put(Content.of(set), new Kept(signed, now));
    }
  }

  void tidy(long now) {
    kept.values().removeIf(k -> now - k.usedAt() > UNUSED_SECONDS);
  }

  int size() {
    return kept.size();
  }
}
