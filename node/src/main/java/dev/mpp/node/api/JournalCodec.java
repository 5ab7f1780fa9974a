package dev.mpp.node.api;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalQuery;
import dev.mpp.core.journal.JournalReport;
import dev.mpp.core.model.SiteId;
import dev.mpp.node.wire.ViewCodec;
import dev.mpp.proto.v1.JournalFault;
import dev.mpp.proto.v1.JournalFaultKind;
import dev.mpp.proto.v1.JournalPage;
import dev.mpp.proto.v1.JournalRequest;
import dev.mpp.proto.v1.VerifyJournalReply;
import dev.mpp.proto.v1.VerifyJournalRequest;
import java.util.List;

/** Questions about the journal, and the answers. */
final class JournalCodec {
  private static final int DEFAULT_PAGE = 100;
  private static final int MAX_PAGE = 1_000;

  private JournalCodec() {}

  static JournalQuery query(JournalRequest r, long wallMillis) {
    long since =
        r.getSinceAgeMillis() > 0 ? wallMillis - r.getSinceAgeMillis() : r.getSinceWallMillis();
    int max = r.getMax() <= 0 ? DEFAULT_PAGE : Math.min(r.getMax(), MAX_PAGE);
    return new JournalQuery(r.getAfter(), since, r.getService(), r.getKind(), max, r.getNewest());
  }

  /**
   * @param head as it was before the entries were read
   */
  static JournalPage page(
      SiteId site, JournalHead head, JournalQuery query, List<NodeControl.JournalEntry> entries) {
    JournalPage.Builder page =
        JournalPage.newBuilder()
            .setSite(site.name())
            .setHead(ViewCodec.encode(head))
            .setThrough(through(head, query, entries));
    entries.forEach(e -> page.addEntries(StatusCodec.encode(e)));
    return page.build();
  }

  /** What does not match, up to the head, was looked at too, unless the page was full before. */
  static long through(
      JournalHead head, JournalQuery query, List<NodeControl.JournalEntry> entries) {
    boolean all = query.newest() || entries.size() < query.max();
    long last = entries.isEmpty() ? query.after() : entries.getLast().sequence();
    return all ? Math.max(last, head.sequence()) : last;
  }

  /**
   * @throws IllegalArgumentException if one is not the end of a journal
   */
  static List<JournalHead> known(VerifyJournalRequest r) {
    return r.getKnownList().stream().map(ViewCodec::decode).toList();
  }

  static VerifyJournalReply encode(SiteId site, NodeControl.Verified verified) {
    JournalReport report = verified.report();
    VerifyJournalReply.Builder b =
        VerifyJournalReply.newBuilder()
            .setSite(site.name())
            .setChecked(report.checked())
            .setHead(ViewCodec.encode(report.head()))
            .setBegun(report.begun())
            .setBase(report.base())
            .setMore(report.more());
    report
        .faults()
        .forEach(
            f ->
                b.addFaults(
                    JournalFault.newBuilder()
                        .setKind(JournalFaultKind.valueOf("JOURNAL_FAULT_KIND_" + f.kind()))
                        .setSequence(f.sequence())
                        .setText(f.text())));
    verified.seen().forEach(t -> b.addSeen(t.who() + " #" + t.head().sequence()));
    return b.build();
  }
}
