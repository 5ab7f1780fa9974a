package dev.mpp.dns;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * All records of a zone at one instant, for secondaries. Immutable.
 *
 * @param soa also the first and the last record of a transfer
 * @param lines the others
 */
record ZoneContents(DnsName apex, long serial, Line soa, SequencedSet<Line> lines) {

  /** One record. Two are equal if a secondary could not tell them apart. */
  record Line(DnsName owner, long ttl, EncodedRecord data) {}

  static ZoneContents of(Zone zone) {
    SequencedSet<Line> lines = new LinkedHashSet<>();
    zone.owners()
        .forEach(
            (owner, content) -> {
              for (RecordSet set : content.sets()) {
                if (set.type() != RrType.SOA && !set.live() && !set.restricted()) {
                  add(lines, owner, set);
                }
              }
            });
    for (Delegation cut : zone.delegations().values()) {
      add(lines, cut.cut(), cut.nameServers());
      cut.glue().forEach(g -> add(lines, g.host(), g.addresses()));
    }
    return new ZoneContents(
        zone.apex(),
        zone.serial(),
        new Line(zone.apex(), zone.soa().ttl(), zone.soa().record(0)),
        lines);
  }

  private static void add(SequencedSet<Line> lines, DnsName owner, RecordSet set) {
    for (int i = 0; i < set.size(); i++) {
      lines.add(new Line(owner, set.ttl(), set.record(i)));
    }
  }

  /** What a whole transfer carries, in order (RFC 5936 section 2.2). */
  List<Line> whole() {
    List<Line> all = new ArrayList<>(lines.size() + 2);
    all.add(soa);
    all.addAll(lines);
    all.add(soa);
    return all;
  }

  /**
   * What an incremental transfer from {@code old} carries, in order (RFC 1995 section 4), as one
   * step; null where the whole zone is no longer.
   */
  @Nullable List<Line> since(ZoneContents old) {
    List<Line> all = new ArrayList<>();
    all.add(soa);
    all.add(old.soa);
    old.lines.stream().filter(line -> !lines.contains(line)).forEach(all::add);
    all.add(soa);
    lines.stream().filter(line -> !old.lines.contains(line)).forEach(all::add);
    all.add(soa);
    return all.size() > lines.size() + 2 ? null : all;
  }
}
