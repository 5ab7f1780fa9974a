package dev.mpp.core.model;

import java.util.Locale;
import java.util.regex.Pattern;

/** A global virtual server name, for example {@code mysql.eraser.com}; kept in lower case. */
public record ServiceName(String name) implements Comparable<ServiceName> {
  private static final Pattern HOST =
      Pattern.compile(
          "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+");

  public ServiceName {
    name = name.toLowerCase(Locale.ROOT);
    if (name.length() > 253 || !HOST.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "service name \"" + name + "\" is not a fully qualified host name without a final dot");
    }
  }

  @Override
  public int compareTo(ServiceName other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
