package dev.mpp.cli;

import com.google.protobuf.ProtocolMessageEnum;
import dev.mpp.proto.v1.Health;
import dev.mpp.proto.v1.NodeType;
import dev.mpp.proto.v1.State;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an operator may write for a value; upper or lower case. A wrong word is a wrong usage. */
final class Words {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,7})([smhd])");
  private static final long LONGEST_SECONDS = 30 * 86_400L;

  /** What every screen says as long as it is so. */
  static final String INSECURE =
      "INSECURE: sites and operators are not authenticated and nothing is encrypted.";

  private Words() {}

  /** ACTIVE pins, the others hold; the names of 2007 are accepted. */
  static State state(String word) {
    String upper = word.toUpperCase(Locale.ROOT);
    return switch (upper) {
      case "FAIL_ONLINE" -> State.STATE_FAILED_ONLINE;
      case "FAIL_OFFLINE" -> State.STATE_FAILED_OFFLINE;
      case "UNKNOWN" ->
          throw CliFailure.usage(
              "--state "
                  + Text.clean(word)
                  + ": a node cannot be held UNKNOWN; to have it judged anew: mpp recover HOST:PORT");
      default ->
          choice(
              "--state",
              word,
              Stream.of(
                  State.STATE_ACTIVE,
                  State.STATE_STANDBY,
                  State.STATE_FAILED_ONLINE,
                  State.STATE_FAILED_OFFLINE),
              "STATE_");
    };
  }

  static Health status(String word) {
    return choice(
        "--status",
        word,
        Stream.of(Health.values())
            .filter(h -> h != Health.HEALTH_UNSPECIFIED && h != Health.UNRECOGNIZED),
        "HEALTH_");
  }

  static NodeType type(String word) {
    return choice(
        "--type",
        word,
        Stream.of(NodeType.NODE_TYPE_PRIMARY, NodeType.NODE_TYPE_SECONDARY),
        "NODE_TYPE_");
  }

  static int weight(String word) {
    if (!word.matches("[0-9]{1,4}") || Integer.parseInt(word) > 1000) {
      throw CliFailure.usage(
          "--weight " + Text.clean(word) + " is not a whole number from 0 to 1000");
    }
    return Integer.parseInt(word);
  }

  /** {@code 90s}, {@code 30m}, {@code 2h}, {@code 3d}; 1 s to 30 days. */
  static long seconds(String option, String word) {
    Matcher m = DURATION.matcher(word);
    if (!m.matches()) {
      throw CliFailure.usage(
          option + " " + Text.clean(word) + " is not a duration; write 90s, 30m, 2h or 3d");
    }
    long unit =
        switch (m.group(2)) {
          case "s" -> 1;
          case "m" -> 60;
          case "h" -> 3_600;
          default -> 86_400;
        };
    long seconds = Long.parseLong(m.group(1)) * unit;
    if (seconds < 1 || seconds > LONGEST_SECONDS) {
      throw CliFailure.usage(option + " " + word + " is outside 1s to 30d");
    }
    return seconds;
  }

  private static <E extends Enum<E> & ProtocolMessageEnum> E choice(
      String option, String word, Stream<E> values, String prefix) {
    List<E> allowed = values.toList();
    return allowed.stream()
        .filter(v -> Text.name(v, prefix).equalsIgnoreCase(word))
        .findFirst()
        .orElseThrow(
            () ->
                CliFailure.usage(
                    option
                        + " "
                        + Text.clean(word)
                        + " is not one of "
                        + allowed.stream()
                            .map(v -> Text.name(v, prefix))
                            .collect(Collectors.joining(", "))));
  }
}
