package dev.mpp.dns;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything the responder may answer, as one immutable picture.
 *
 * <p>Publish a new one whenever something changes, through a volatile reference: readers see the
 * old or the new table, never a mixture. Building costs a few microseconds a record.
 */
public final class AnswerTable {
  /** The longest chain of CNAMEs that is followed. */
  static final int MAX_ALIASES = 8;

  private static final AnswerTable EMPTY = builder().build();

  private final NameIndex<Zone> zones;
  private final List<Zone> all;

  private AnswerTable(Map<DnsName, Zone> zones) {
    this.zones = new NameIndex<>(zones);
    this.all = List.copyOf(zones.values());
  }

  /** No zone at all: every question is REFUSED. What to serve before anything is known. */
  public static AnswerTable empty() {
    return EMPTY;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The zones, in the order given. */
  public List<Zone> zones() {
    return all;
  }

  /** The zone that a name belongs to: of all that enclose it, the longest. */
  @Nullable Zone zone(LookupName name) {
    return zone(name, 0);
  }

  /** The zone above the one whose apex the name is, or null if it is not ours. */
  @Nullable Zone parent(LookupName name) {
    return zone(name, 1);
  }

  private @Nullable Zone zone(LookupName name, int from) {
    for (int suffix = from; suffix < name.suffixes(); suffix++) {
      Zone zone = zones.find(name, suffix);
      if (zone != null) {
        return zone;
      }
    }
    return null;
  }

  /** Not thread-safe. */
  public static final class Builder {
    private final Map<DnsName, Zone> zones = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Adds a zone.
     *
     * @throws IllegalArgumentException if the table has a zone of that name
     */
    public Builder zone(Zone zone) {
      if (zones.putIfAbsent(zone.apex(), zone) != null) {
        throw new IllegalArgumentException("zone " + zone.apex() + " given twice");
      }
      return this;
    }

    /**
     * The table.
     *
     * @throws IllegalArgumentException if CNAMEs loop or form a chain longer than 8, or a zone has
     *     records that belong to a zone below it
     */
    public AnswerTable build() {
      Map<DnsName, List<DnsName>> below = apexesBelow();
      Map<DnsName, Zone> linked = new LinkedHashMap<>();
      zones.forEach(
          (apex, zone) ->
              linked.put(apex, below.containsKey(apex) ? zone.above(below.get(apex)) : zone));
      linked.values().forEach(zone -> zone.aliases().forEach(n -> follow(linked, n)));
      return new AnswerTable(linked);
    }

    private Map<DnsName, List<DnsName>> apexesBelow() {
      Map<DnsName, List<DnsName>> below = new HashMap<>();
      for (DnsName apex : zones.keySet()) {
        for (DnsName up = apex.parent(); up != null; up = up.parent()) {
          if (zones.containsKey(up)) {
            below.computeIfAbsent(up, u -> new ArrayList<>()).add(apex);
          }
        }
      }
      return below;
    }

    private static void follow(Map<DnsName, Zone> zones, DnsName start) {
      DnsName name = target(zones, start);
      for (int aliases = 1; name != null; aliases++) {
        if (aliases > MAX_ALIASES) {
          throw new IllegalArgumentException(
              start + ": its CNAMEs loop, or form a chain longer than " + MAX_ALIASES);
        }
        name = target(zones, name);
      }
    }

    private static @Nullable DnsName target(Map<DnsName, Zone> zones, DnsName name) {
      for (DnsName apex = name; apex != null; apex = apex.parent()) {
        Zone zone = zones.get(apex);
        if (zone != null) {
          Owner owner = zone.owners().get(name);
          return owner == null ? null : owner.aliasTarget();
        }
      }
      return null;
    }
  }
}
