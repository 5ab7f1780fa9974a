package dev.mpp.node.config;

import dev.mpp.core.reach.CheckpointMethod;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.core.reach.Profile;
import dev.mpp.core.reach.StatusRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns a checkpoint as it is written into one that can be probed, with the profiles of a
 * configuration. Immutable.
 */
public final class ProbeSpecs {
  private final Map<String, MppConfig.Profile> named;
  private final Map<String, Profile> profiles = new HashMap<>();
  private final Duration interval;

  /**
   * @param interval of the probes whose profile names none
   */
  public ProbeSpecs(Map<String, MppConfig.Profile> named, Duration interval) {
    this.named = Map.copyOf(named);
    this.interval = interval;
    named.forEach((name, profile) -> profiles.put(name, profile(profile)));
  }

  /**
   * Reads {@code class:method:target:profile}.
   *
   * @throws IllegalArgumentException with the reason, naming the part that is wrong, or the key of
   *     the profile that means nothing to the method
   */
  public CheckpointSpec parse(String text) {
    CheckpointSpec spec = CheckpointSpec.parse(text, profiles);
    MppConfig.@Nullable Profile profile = named.get(spec.profileName());
    if (profile == null) {
      return spec.withTimes(spec.profile().timeout(), interval);
    }
    check(spec, profile);
    return spec;
  }

  /** What the last part of a checkpoint may be, ports aside. */
  Set<String> names() {
    Set<String> names = new TreeSet<>(profiles.keySet());
    names.add("default");
    return names;
  }

  /** The keys of a profile that a method reads, besides timeout and interval. */
  private static List<String> keys(CheckpointMethod method) {
    return switch (method) {
      case SIMPLE -> List.of("port");
      case HTTP, HTTPS -> List.of("port", "path", "expect");
      case MYSQL -> List.of("port", "user", "password", "query", "tls");
      case DNS -> List.of("port", "name", "type", "expect");
      case ICMP -> List.of();
      case GRPC -> List.of("port", "service", "tls");
    };
  }

  private static List<String> given(MppConfig.Profile profile) {
    List<String> keys = new ArrayList<>();
    profile.port().ifPresent(p -> keys.add("port"));
    profile.path().ifPresent(p -> keys.add("path"));
    profile.expect().ifPresent(e -> keys.add("expect"));
    profile.user().ifPresent(u -> keys.add("user"));
    profile.password().ifPresent(p -> keys.add("password"));
    profile.query().ifPresent(q -> keys.add("query"));
    profile.name().ifPresent(n -> keys.add("name"));
    profile.type().ifPresent(t -> keys.add("type"));
    profile.service().ifPresent(s -> keys.add("service"));
    if (profile.tls()) {
      keys.add("tls");
    }
    return keys;
  }

  private static void check(CheckpointSpec spec, MppConfig.Profile profile) {
    CheckpointMethod method = spec.method();
    List<String> strange = given(profile);
    strange.removeAll(keys(method));
    if (!strange.isEmpty()) {
      throw new IllegalArgumentException(
          "profile \""
              + spec.profileName()
              + "\" has "
              + String.join(", ", strange)
              + ", which means nothing to "
              + method
              + " (its keys are "
              + String.join(", ", keys(method))
              + (keys(method).isEmpty() ? "" : ", ")
              + "timeout, interval, ladder): give "
              + method
              + " a profile of its own");
    }
    if (method == CheckpointMethod.MYSQL && profile.tls() && profile.user().isEmpty()) {
      throw new IllegalArgumentException(
          "profile \""
              + spec.profileName()
              + "\" has tls without a user, and without one mysql only asks for the greeting");
    }
    boolean http = method == CheckpointMethod.HTTP || method == CheckpointMethod.HTTPS;
    profile
        .expect()
        .filter(e -> method == CheckpointMethod.DNS || http)
        .filter(e -> StatusRange.looksLike(e) != http)
        .ifPresent(
            e -> {
              throw new IllegalArgumentException(
                  "profile \""
                      + spec.profileName()
                      + "\" expects \""
                      + e
                      + "\", and "
                      + method
                      + (http
                          ? " expects an HTTP status: 200, 200-399 or 2xx"
                          : " expects NOERROR, NXDOMAIN or the data of an answer"));
            });
  }

  private Profile profile(MppConfig.Profile p) {
    Profile.Dns dns = Profile.Dns.DEFAULT;
    Profile profile =
        Profile.DEFAULT
            .withTimes(p.timeout(), p.interval().orElse(interval))
            .withLadder(p.ladder())
            .withHttp(
                new Profile.Http(
                    p.path().orElse(Profile.Http.DEFAULT.path()),
                    p.expect()
                        .filter(StatusRange::looksLike)
                        .map(StatusRange::parse)
                        .orElse(Profile.Http.DEFAULT.expect())))
            .withMySql(
                new Profile.MySql(
                    p.user(), p.query().orElse(Profile.MySql.DEFAULT.query()), p.tls()))
            .withDns(
                new Profile.Dns(
                    p.name().orElse(dns.name()),
                    p.type().orElse(p.name().isPresent() ? "A" : dns.type()),
                    p.expect().filter(e -> !StatusRange.looksLike(e))))
            .withGrpc(new Profile.Grpc(p.service().orElse(""), p.tls()));
    return p.port().isPresent() ? profile.withPort(p.port().getAsInt()) : profile;
  }
}
