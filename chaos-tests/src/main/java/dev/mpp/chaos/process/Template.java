package dev.mpp.chaos.process;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A text file on the class path with {@code ${name}} placeholders. */
public final class Template {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([a-z.]+)}");

  private Template() {}

  /** Fails on a placeholder without a value: a half-filled file must not reach a server. */
  public static String fill(String resource, Map<String, ?> values) {
    return PLACEHOLDER
        .matcher(read(resource))
        .replaceAll(
            match -> {
              Object value = values.get(match.group(1));
              if (value == null) {
                throw new IllegalStateException(resource + ": no value for " + match.group());
              }
              return Matcher.quoteReplacement(value.toString());
            });
  }

  private static String read(String resource) {
    try (InputStream in = Template.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new Trouble("the installation is incomplete: no " + resource, "build it again");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
