package dev.mpp.chaos.client;

import java.util.List;
import java.util.Optional;

/**
 * A stub resolver that honours TTLs: an answer is used until its TTL has passed and not a moment
 * longer; a TTL of 0 is for one use. A server that fails (SERVFAIL, silence) makes it ask the next
 * one, and stay with that. For one thread.
 */
public final class GlobalName {
  private final String name;
  private final List<Responder> servers;
  private int preferred;
  private Optional<String> cached = Optional.empty();
  private long cachedUntil;

  /**
   * @param first index of the server asked first
   */
  public GlobalName(String name, List<Responder> servers, int first) {
    this.name = name;
    this.servers = List.copyOf(servers);
    this.preferred = Math.floorMod(first, this.servers.size());
  }

  /** The address to connect to now; empty when no server knows one. */
  public Optional<String> resolve() {
    long now = System.nanoTime();
    if (cached.isPresent() && now - cachedUntil < 0) {
      return cached;
    }
    cached = Optional.empty();
    for (int i = 0; i < servers.size(); i++) {
      int index = (preferred + i) % servers.size();
      long asked = System.nanoTime();
      Responder.Answer answer = servers.get(index).ask(name);
      if (answer.ip().isPresent()) {
        preferred = index;
        cached = answer.ip();
        cachedUntil = asked + answer.ttl() * 1_000_000_000L;
        return answer.ip();
      }
    }
    return Optional.empty();
  }
}
