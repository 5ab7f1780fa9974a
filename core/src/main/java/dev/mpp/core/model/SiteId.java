package dev.mpp.core.model;

import java.util.regex.Pattern;

/**
 * Name of a site or witness: lower-case letters, digits and hyphens, a letter first, at most 63
 * characters (a DNS label, RFC 1035 section 2.3.1).
 */
public record SiteId(String name) implements Comparable<SiteId> {
  private static final Pattern LABEL = Pattern.compile("[a-z]([a-z0-9-]{0,61}[a-z0-9])?");

  public SiteId {
    if (!LABEL.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "site name \""
              + name
              + "\" is not a DNS label (lower-case letters, digits, hyphens; a letter first; at"
              + " most 63)");
    }
  }

  @Override
  public int compareTo(SiteId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
