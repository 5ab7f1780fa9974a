package dev.mpp.core.pool;

import dev.mpp.core.model.Status;
import java.util.ArrayList;
import java.util.List;

/** The words of a scenario line. */
final class ScenarioWords {
  private ScenarioWords() {}

  /**
   * Splits at white space outside double quotes; the quotes are dropped, {@code #} ends the line.
   */
  static List<String> split(String line) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    boolean started = false;
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
        started = true;
      } else if (!quoted && c == '#') {
        break;
      } else if (!quoted && Character.isWhitespace(c)) {
        if (started) {
          words.add(word.toString());
        }
        word.setLength(0);
        started = false;
      } else {
        word.append(c);
        started = true;
      }
    }
    if (quoted) {
      throw new IllegalArgumentException("a quote is not closed");
    }
    if (started) {
      words.add(word.toString());
    }
    return words;
  }

  static void count(List<String> words, int expected) {
    if (words.size() != expected) {
      throw new IllegalArgumentException(
          "\"" + words.getFirst() + "\" has " + words.size() + " words, not " + expected);
    }
  }

  /** The single argument of a step. */
  static String only(List<String> words) {
    count(words, 2);
    return words.get(1);
  }

  static boolean choice(String word, String yes, String no) {
    if (!word.equals(yes) && !word.equals(no)) {
      throw new IllegalArgumentException("\"" + word + "\" is neither " + yes + " nor " + no);
    }
    return word.equals(yes);
  }

  static Status status(String word) {
    for (Status status : Status.values()) {
      if (status.name().equals(word)) {
        return status;
      }
    }
    throw new IllegalArgumentException("\"" + word + "\" is not a status");
  }

  static PollResult result(String word) {
    int colon = word.indexOf(':');
    String kind = colon < 0 ? word : word.substring(0, colon);
    String error = colon < 0 ? "" : word.substring(colon + 1);
    return switch (kind) {
      case "healthy" -> PollResult.HEALTHY;
      case "connect" -> new PollResult.ConnectFailure(error);
      case "replication" -> new PollResult.ReplicationFailure(error);
      default ->
          throw new IllegalArgumentException(
              "\"" + kind + "\" is not healthy, connect or replication");
    };
  }
}
