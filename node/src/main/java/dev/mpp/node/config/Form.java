package dev.mpp.node.config;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How a single value is written. */
@FunctionalInterface
interface Form<T> {
  T read(String text) throws Refused;

  Form<String> TEXT =
      text -> {
        if (text.isBlank()) {
          throw new Refused("is empty", "give it a value or remove the key");
        }
        return text;
      };

  Form<Boolean> FLAG =
      text ->
          switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new Refused("is \"" + text + "\"", "write true or false");
          };

  Form<String> NAME =
      matching(
          "[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
          "lower-case letters, digits and hyphens, a letter first, at most 63");

  Form<SiteId> SITE =
      checked(SiteId::new, "lower-case letters, digits and hyphens, a letter first, at most 63");

  Form<ServiceName> SERVICE =
      checked(ServiceName::new, "a fully qualified name such as mysql.example.com");

  /** A DNS name without its final dot, in lower case. */
  Form<String> DOMAIN =
      text ->
          matching(
                  "(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?"
                      + "(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*",
                  "a name such as example.com, without a final dot")
              .read(text.toLowerCase(Locale.ROOT));

  Form<String> IP =
      text -> {
        if (Addresses.literal(text).isEmpty()) {
          throw new Refused(
              "is \"" + text + "\", which is not an IP address",
              "write a literal such as 192.0.2.10 or \"2001:db8::10\"");
        }
        return text;
      };

  /** An IP literal or a host name. */
  Form<String> HOST =
      text -> {
        if (Addresses.literal(text).isPresent()) {
          return text;
        }
        if (Addresses.numeric(text)) {
          throw new Refused("is \"" + text + "\", which is not an IP address", "correct it");
        }
        return DOMAIN.read(text);
      };

  /** Between the two, inclusive. */
  static Form<Duration> duration(Duration min, Duration max) {
    return text -> {
      Duration value = Durations.parse(text);
      if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
        throw new Refused(
            "is " + text + ", outside " + Durations.print(min) + " to " + Durations.print(max),
            "choose a value in that range");
      }
      return value;
    };
  }

  static Form<Integer> integer(int min, int max) {
    return text -> {
      if (!text.matches("[0-9]{1,9}")) {
        throw new Refused(
            "is \"" + text + "\", which is not a whole number",
            "write a number from " + min + " to " + max);
      }
      int value = Integer.parseInt(text);
      if (value < min || value > max) {
        throw new Refused(
            "is " + text + ", outside " + min + " to " + max, "choose a value in that range");
      }
      return value;
    };
  }

  static Form<Double> decimal(String min, String max) {
    return text -> {
      Refused refused =
          new Refused(
              "is \"" + text + "\", not a number from " + min + " to " + max,
              "choose a value in that range, for example 0.001");
      if (!text.matches("[0-9]{1,9}(\\.[0-9]{1,9})?")) {
        throw refused;
      }
      BigDecimal value = new BigDecimal(text);
      if (value.compareTo(new BigDecimal(min)) < 0 || value.compareTo(new BigDecimal(max)) > 0) {
        throw refused;
      }
      return value.doubleValue();
    };
  }

  /** Constants as lower-case words with hyphens. */
  static <E extends Enum<E>> Form<E> choice(Class<E> type) {
    return choice(type, e -> e.name().toLowerCase(Locale.ROOT).replace('_', '-'));
  }

  static <E extends Enum<E>> Form<E> choice(Class<E> type, Function<E, String> word) {
    Map<String, E> words =
        Arrays.stream(type.getEnumConstants())
            .collect(Collectors.toMap(word, e -> e, (a, b) -> a, LinkedHashMap::new));
    return text -> {
      E value = words.get(text);
      if (value == null) {
        throw new Refused(
            "is \"" + text + "\"", Suggestion.among(text, words.keySet(), "choose one of "));
      }
      return value;
    };
  }

  static Form<String> matching(String regex, String remedy) {
    Pattern pattern = Pattern.compile(regex);
    return text -> {
      Matcher matcher = pattern.matcher(text);
      if (!matcher.matches()) {
        throw new Refused("is \"" + text + "\", which is not a valid name", "use " + remedy);
      }
      return text;
    };
  }

  /** Lets a domain type judge. */
  private static <T> Form<T> checked(Function<String, T> type, String remedy) {
    return text -> {
      try {
        return type.apply(text);
      } catch (IllegalArgumentException e) {
        throw new Refused("is \"" + text + "\", which is not a valid name", "use " + remedy);
      }
    };
  }
}
