package dev.mpp.core.pair;

import dev.mpp.core.model.ServiceName;
import java.util.Map;

/**
 * How one side of a pair stands.
 *
 * @param heard the peer was heard lately, on any way
 * @param acknowledged it acknowledged lately; otherwise this site goes on alone where it may
 * @param cut the peer is silent on every way for so long that reach decides
 * @param held per service why this site could not claim it now; absent when it could, or when it
 *     holds it
 */
public record PairPicture(
    boolean heard, boolean acknowledged, boolean cut, Map<ServiceName, String> held) {
  public PairPicture {
    held = Map.copyOf(held);
  }

  /** One word for screens: heard, silent or alone. */
  public String word() {
    return acknowledged ? "heard" : cut ? "silent" : "unanswered";
  }
}
