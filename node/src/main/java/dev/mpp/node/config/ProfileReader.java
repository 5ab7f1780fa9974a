package dev.mpp.node.config;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.reach.Profile.Dns;
import dev.mpp.core.reach.Profile.Http;
import dev.mpp.core.reach.StatusRange;
import dev.mpp.node.config.MppConfig.Profile;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;

/** Reads {@code profiles:}. Which keys suit which method is judged where a probe uses them. */
final class ProfileReader {
  private static final List<String> PASSWORDS =
      List.of("password", "password-file", "password-env", "password-command");

  private final SecretReader secrets;
  private final Set<String> used;

  /**
   * @param used names that this site's own probes use: only their secrets have to exist here
   */
  ProfileReader(SecretReader secrets, Set<String> used) {
    this.secrets = secrets;
    this.used = used;
  }

  Map<String, Profile> readAll(Section top) {
    Section section = top.section("profiles");
    Map<String, Profile> out = new LinkedHashMap<>();
    for (String name : section.keys()) {
      if (name.equals("default") || !name.matches("[a-z][a-z0-9-]{0,62}")) {
        section.problem(
            name,
            "is not a name for a profile",
            "use lower-case letters, digits and hyphens, a letter first; \"default\" is taken");
      }
      out.put(name, read(section.section(name), used.contains(name)));
    }
    return out;
  }

  private Profile read(Section section, boolean here) {
    Optional<String> user = section.optional("user", Form.TEXT);
    List<String> given = PASSWORDS.stream().filter(section::has).toList();
    Optional<Secret> password = Optional.empty();
    if (user.isPresent() || !given.isEmpty()) {
      password = secrets.read(section, here);
    }
    Profile profile =
        new Profile(
            integer(section.optional("port", Form.integer(1, 65535))),
            section.optional("path", PATH),
            section.optional("expect", EXPECT),
            section.value("timeout", Timing.between(50, 60_000), Profile.DEFAULT_TIMEOUT),
            section.optional("interval", Timing.between(100, 600_000)),
            section.value("ladder", ServiceReader.LADDER, Ladder.DEFAULT),
            user,
            password,
            section.optional("query", Form.TEXT),
            section.optional("name", NAME),
            section.optional("type", TYPE),
            section.optional("service", Form.TEXT),
            section.value("tls", Form.FLAG, false));
    if (!section.has("user")) {
      given.stream().findFirst().ifPresent(key -> withoutUser(section, key));
      profile.query().ifPresent(q -> withoutUser(section, "query"));
    }
    section.close();
    return profile;
  }

  private static void withoutUser(Section section, String key) {
    section.problem(
        key, "is there without a user", "add user: and where its password is kept, or remove it");
  }

  private static OptionalInt integer(Optional<Integer> value) {
    return value.map(OptionalInt::of).orElse(OptionalInt.empty());
  }

  private static final Form<String> PATH =
      judged("which is not a path", "begin it with /", t -> new Http(t, Http.DEFAULT.expect()));

  private static final Form<String> EXPECT =
      judged(
          "which is not an HTTP status",
          "write 200, 200-399 or 2xx (for dns: NOERROR, NXDOMAIN or the data of an answer)",
          t -> {
            if (StatusRange.looksLike(t)) {
              StatusRange.parse(t);
            }
          });

  private static final Form<String> NAME =
      judged(
          "which is not a DNS name",
          "write a name such as example.com, or \".\" for the root",
          t -> new Dns(t, "A", Optional.empty()));

  private static final Form<String> TYPE =
      text -> {
        String type = text.toUpperCase(Locale.ROOT);
        if (!Dns.TYPES.contains(type)) {
          throw new Refused(
              "is \"" + text + "\"", Suggestion.among(type, Dns.TYPES, "choose one of "));
        }
        return type;
      };

  /** A text that a domain type has to accept. */
  private static Form<String> judged(String verdict, String remedy, Consumer<String> judge) {
    return text -> {
      try {
        judge.accept(Form.TEXT.read(text));
        return text;
      } catch (IllegalArgumentException e) {
        throw new Refused("is \"" + text + "\", " + verdict, remedy);
      }
    };
  }
}
