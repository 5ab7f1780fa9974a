package dev.mpp.core.reach;

import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.HostText;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A configured checkpoint, {@code class:method:target:profile} (BEHAVIOUR section 2).
 *
 * @param host an IP literal (IPv6 without brackets) or a host name
 * @param port 1 to 65535; 0 for a method without ports
 * @param profileName as written: a port, {@code default} or a name
 */
public record CheckpointSpec(
    CheckpointClass kind,
    CheckpointMethod method,
    String host,
    int port,
    String profileName,
    Profile profile) {

  /**
   * Reads a checkpoint. An IPv6 target stands in brackets.
   *
   * @param profiles the named profiles of the configuration
   * @throws IllegalArgumentException with the reason, naming the part that is wrong
   */
  public static CheckpointSpec parse(String text, Map<String, Profile> profiles) {
    String[] head = text.strip().split(":", 3);
    if (head.length < 3) {
      throw incomplete(text);
    }
    CheckpointClass kind = choice(CheckpointClass.values(), head[0], "checkpoint class");
    CheckpointMethod method = choice(CheckpointMethod.values(), head[1], "checkpoint method");
    String rest = head[2];
    int bracket = rest.startsWith("[") ? rest.indexOf(']') : -1;
    int colon = rest.indexOf(':', Math.max(bracket, 0));
    if (colon < 0 || (bracket >= 0 && colon != bracket + 1)) {
      throw incomplete(text);
    }
    String name = rest.substring(colon + 1);
    if (name.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "checkpoint \"" + text + "\" has too many parts; write an IPv6 target as [2001:db8::1]");
    }
    String host = HostText.parse(rest.substring(0, colon)).host();
    Profile profile = profile(name, method, profiles);
    if (profile.port().isPresent() && !method.hasPorts()) {
      throw new IllegalArgumentException(
          "profile \"" + name + "\" names a port, and " + method + " has none");
    }
    int port = profile.port().orElseGet(() -> defaultPort(method));
    return new CheckpointSpec(kind, method, host, port, name, profile);
  }

  private static Profile profile(
      String name, CheckpointMethod method, Map<String, Profile> profiles) {
    if (name.matches("[0-9]+")) {
      if (name.length() > 5) {
        throw new IllegalArgumentException("port " + name + " is outside 1-65535");
      }
      return Profile.DEFAULT.withPort(Integer.parseInt(name));
    }
    if (name.equals("default")) {
      return Profile.DEFAULT;
    }
    Profile named = profiles.get(name);
    if (named == null) {
      throw new IllegalArgumentException(
          "\""
              + name
              + "\" is not a profile of "
              + method
              + ": a port, default or "
              + (profiles.isEmpty()
                  ? "a configured name"
                  : "one of " + new TreeSet<>(profiles.keySet())));
    }
    return named;
  }

  private static int defaultPort(CheckpointMethod method) {
    if (!method.hasPorts()) {
      return 0;
    }
    return method
        .defaultPort()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    method + " has no default port; name one in the profile"));
  }

  private static <E extends Enum<E>> E choice(E[] values, String word, String what) {
    for (E value : values) {
      if (value.name().toLowerCase(Locale.ROOT).equals(word)) {
        return value;
      }
    }
    String allowed =
        Arrays.stream(values)
            .map(v -> v.name().toLowerCase(Locale.ROOT))
            .collect(Collectors.joining(", "));
    throw new IllegalArgumentException("\"" + word + "\" is not a " + what + " (" + allowed + ")");
  }

  private static IllegalArgumentException incomplete(String text) {
    return new IllegalArgumentException(
        "checkpoint \"" + text + "\" is not class:method:target:profile");
  }

  /** The same checkpoint with other times. */
  public CheckpointSpec withTimes(Duration timeout, Duration interval) {
    return new CheckpointSpec(
        kind, method, host, port, profileName, profile.withTimes(timeout, interval));
  }

  /** The text form. */
  @Override
  public String toString() {
    String target = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return kind.name().toLowerCase(Locale.ROOT) + ":" + method + ":" + target + ":" + profileName;
  }
}
