package dev.mpp.core.pool;

import dev.mpp.core.model.NodeOverride;
import dev.mpp.core.model.Status;
import java.util.ArrayList;
import java.util.List;

/** The words of a scenario line. */
final class ScenarioWords {
  static final String VOUCHED = "a replica still receives from it";

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
      case "healthy" -> new PollResult.Healthy(error);
      case "connect" -> new PollResult.ConnectFailure(error);
      case "vouched" -> new PollResult.ConnectFailure(error, VOUCHED);
      case "replication" -> new PollResult.ReplicationFailure(error);
      default ->
          throw new IllegalArgumentException(
              "\"" + kind + "\" is not healthy, connect, vouched or replication");
    };
  }

  static final List<String> STEPS =
      List.of(
          "set",
          "poll",
          "poll-only",
          "recover",
          "activate-primary",
          "proven",
          "pool-status",
          "lease",
          "returned",
          "node",
          "pause",
          "resume",
          "promoted",
          "promotion-failed",
          "fenced",
          "restart",
          "repeat");

  /** What the steps are. */
  static String suggest(String word) {
    for (String step : STEPS) {
      if (step.startsWith(word) || word.startsWith(step)) {
        return "; did you mean " + step + "?";
      }
    }
    return " (" + String.join(", ", STEPS) + ")";
  }

  static RoleRule active(String word, PoolConfig config) {
    if (!(config.roles() instanceof RoleRule.Cluster)) {
      throw new IllegalArgumentException("active belongs to a cluster: set logic cluster first");
    }
    String[] ends = word.split("\\.\\.", -1);
    if (ends.length != 2 || !ends[0].matches("[0-9]{1,3}") || !ends[1].matches("[0-9]{1,3}")) {
      throw new IllegalArgumentException("\"" + word + "\" is not MIN..MAX, for example 2..3");
    }
    return new RoleRule.Cluster(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
  }

  static Failback failback(String word) {
    return switch (word) {
      case "manual" -> Failback.MANUAL;
      case "auto" -> Failback.AUTO;
      case "hostile" -> Failback.HOSTILE;
      default ->
          throw new IllegalArgumentException("\"" + word + "\" is not manual, auto or hostile");
    };
  }

  /** The override that {@code state=… status=… type=… weight=…} asks for. */
  static NodeOverride override(List<String> words) {
    NodeOverride all = NodeOverride.NONE;
    if (words.isEmpty()) {
      throw new IllegalArgumentException("node set HOST state=… status=… type=… weight=…");
    }
    for (String word : words) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      String value = equals < 0 ? "" : word.substring(equals + 1);
      all = all.with(NodeOverride.parse(key, value));
    }
    return all;
  }
}
