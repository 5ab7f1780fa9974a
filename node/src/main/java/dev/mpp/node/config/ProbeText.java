package dev.mpp.node.config;

import dev.mpp.core.model.NodeAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks checkpoint specifications by form alone (BEHAVIOUR section 2). */
final class ProbeText {
  private static final List<String> CLASSES = List.of("internal", "edge", "external");
  private static final List<String> METHODS =
      List.of("simple", "http", "https", "mysql", "dns", "icmp", "grpc");
  private static final Pattern SPEC =
      Pattern.compile("([^:\\s]*):([^:\\s]*):(\\[[^\\]\\s]*\\]|[^:\\s]*):([^:\\s]*)");

  private ProbeText() {}

  static Optional<String> problem(String spec, Set<String> profiles) {
    Matcher matcher = SPEC.matcher(spec);
    if (!matcher.matches()) {
      return Optional.of("it is not class:method:target:profile");
    }
    if (!CLASSES.contains(matcher.group(1).toLowerCase(Locale.ROOT))) {
      return Optional.of(
          "class \"" + matcher.group(1) + "\" is not one of " + String.join(", ", CLASSES));
    }
    if (!METHODS.contains(matcher.group(2).toLowerCase(Locale.ROOT))) {
      return Optional.of(
          "method \"" + matcher.group(2) + "\" is not one of " + String.join(", ", METHODS));
    }
    return target(matcher.group(3)).or(() -> profile(matcher.group(4), profiles));
  }

  private static Optional<String> target(String target) {
    try {
      NodeAddress.parse(target);
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.of("target " + e.getMessage());
    }
  }

  private static Optional<String> profile(String profile, Set<String> profiles) {
    boolean port = profile.matches("[0-9]{1,5}");
    if (port && Integer.parseInt(profile) >= 1 && Integer.parseInt(profile) <= 65535) {
      return Optional.empty();
    }
    if (profile.equals("default") || profiles.contains(profile)) {
      return Optional.empty();
    }
    return Optional.of(
        "profile \"" + profile + "\" is neither a port, \"default\" nor a name under profiles:");
  }
}
