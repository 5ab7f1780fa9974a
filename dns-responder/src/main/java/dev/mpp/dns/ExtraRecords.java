package dev.mpp.dns;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Static records from a file that join a zone which is built otherwise. Immutable. */
public final class ExtraRecords {
  /** None. */
  public static final ExtraRecords NONE = new ExtraRecords(List.of());

  /**
   * @param place for problems: file and line
   */
  record Extra(String place, String owner, long ttl, Rdata data) {}

  private final List<Extra> records;

  ExtraRecords(List<Extra> records) {
    this.records = List.copyOf(records);
  }

  /** Where a record of one of these types at that name stands, if there is one. */
  public Optional<String> at(String owner, Set<Integer> types) {
    DnsName name = DnsName.of(owner);
    return records.stream()
        .filter(r -> DnsName.of(r.owner()).equals(name) && types.contains(r.data().type()))
        .map(Extra::place)
        .findFirst();
  }

  /**
   * Adds them, after everything else has been added.
   *
   * @throws IllegalArgumentException if one contradicts what is there already, with its place
   */
  public void addTo(ZoneBuilder zone) {
    for (Extra record : records) {
      try {
        zone.records(record.owner(), record.ttl(), record.data());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(record.place() + ": " + e.getMessage(), e);
      }
    }
  }
}
