package dev.mpp.node.store;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalReport;
import dev.mpp.core.journal.JournalReport.Fault;
import dev.mpp.core.journal.JournalReport.Kind;
import dev.mpp.core.journal.Testimony;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows the chain of a journal from its base to its head.
 *
 * <pre>
 *   found                                             said
 *   an entry does not fit the hash before it          CHANGED, goes on from the hash it has
 *   a hole in the sequences                           MISSING, goes on behind the hole
 *   the last entry is before the head                 TRUNCATED
 *   entries behind the head                           ADDED
 *   an entry has another hash than somebody testifies REWRITTEN
 * </pre>
 *
 * An entry that was changed together with every hash from it on, and with the head, is whole by
 * itself: only a hash that was kept elsewhere shows it.
 */
final class JournalCheck {
  private static final int PAGE = 1_000;
  private static final int LISTED = 20;

  /** Reads the entries behind one, oldest first. */
  interface Pages {
    List<JournalEntry> after(long sequence, int max) throws StoreException;
  }

  private final JournalChain chain = new JournalChain();
  private final List<Fault> faults = new ArrayList<>();
  private final List<Testimony> testimonies;
  private long more;
  private long checked;

  private JournalCheck(List<Testimony> testimonies) {
    this.testimonies = testimonies;
  }

  /**
   * @param marks as they were read before the first page; empty when they are gone
   */
  static JournalReport run(Optional<ChainMarks> marks, List<Testimony> testimonies, Pages pages)
      throws StoreException {
    JournalCheck check = new JournalCheck(testimonies);
    if (marks.isEmpty()) {
      check.fault(
          Kind.CHANGED,
          0,
          "the table journal_chain, where the chain begins and ends, is damaged: somebody changed"
              + " the file");
    }
    JournalHead base = marks.map(ChainMarks::base).orElse(JournalHead.START);
    JournalHead last = check.follow(base, marks.map(ChainMarks::head), pages);
    JournalHead head = marks.map(ChainMarks::head).orElse(last);
    if (last.sequence() < head.sequence()) {
      check.fault(
          Kind.TRUNCATED,
          last.sequence() + 1,
          range(last.sequence() + 1, head.sequence()) + " at the end: MPP had written them");
    }
    check.unseen(last);
    return new JournalReport(
        check.checked,
        head,
        marks.map(m -> m.begun().sequence()).orElse(0L),
        base.sequence(),
        check.faults,
        check.more);
  }

  private JournalHead follow(JournalHead base, Optional<JournalHead> end, Pages pages)
      throws StoreException {
    JournalHead last = base;
    while (true) {
      List<JournalEntry> page = pages.after(last.sequence(), PAGE);
      for (JournalEntry e : page) {
        if (end.isPresent() && e.sequence() > end.get().sequence()) {
          // Written while this check runs, or by somebody else: the head was read first.
          added(end.get(), last, e);
          return last;
        }
        last = entry(last, e, base);
      }
      if (page.size() < PAGE) {
        return last;
      }
    }
  }

  private JournalHead entry(JournalHead last, JournalEntry e, JournalHead base) {
    checked++;
    boolean hole = e.sequence() != last.sequence() + 1;
    if (hole) {
      boolean first = last.sequence() == base.sequence();
      fault(
          Kind.MISSING,
          last.sequence() + 1,
          range(last.sequence() + 1, e.sequence() - 1)
              + (first ? " at the beginning" : "")
              + ": somebody removed them (entry #"
              + e.sequence()
              + " itself cannot be checked)");
    } else if (!chain.hash(last.hash(), e.sequence(), e.event()).equals(e.hash())) {
      fault(Kind.CHANGED, e.sequence(), changed(last, e, base));
    }
    for (Testimony t : testimonies) {
      if (t.head().sequence() == e.sequence() && !t.head().hash().equals(e.hash())) {
        fault(
            Kind.REWRITTEN,
            e.sequence(),
            "entry #"
                + e.sequence()
                + " has another hash than "
                + t.who()
                + " ("
                + t.head().hash()
                + "): the journal was rewritten up to there");
      }
    }
    return new JournalHead(e.sequence(), whole(e.hash()));
  }

  private static String changed(JournalHead last, JournalEntry e, JournalHead base) {
    String text = "entry #" + e.sequence() + " does not fit its hash: ";
    return e.hash().isEmpty()
        ? text + "it has none"
        : last.sequence() == base.sequence()
            ? text + "it was changed"
            : text + "it was changed, or #" + last.sequence() + " was, together with its hash";
  }

  /** What stands in the file may be anything. */
  private static String whole(@Nullable String hash) {
    return hash != null && hash.matches("[0-9a-f]{64}") ? hash : JournalHead.START.hash();
  }

  private void added(JournalHead end, JournalHead last, JournalEntry e) {
    boolean fits =
        last.equals(end) && chain.hash(last.hash(), e.sequence(), e.event()).equals(e.hash());
    if (!fits) {
      fault(
          Kind.ADDED,
          e.sequence(),
          "entry #" + e.sequence() + " does not follow the last one that MPP wrote");
    }
  }

  private void unseen(JournalHead last) {
    for (Testimony t : testimonies) {
      if (t.head().sequence() > last.sequence()) {
        fault(
            Kind.TRUNCATED,
            last.sequence() + 1,
            range(last.sequence() + 1, t.head().sequence())
                + " at the end: "
                + t.who()
                + " saw #"
                + t.head().sequence());
      }
    }
  }

  private void fault(Kind kind, long sequence, String text) {
    if (faults.size() < LISTED) {
      faults.add(new Fault(kind, sequence, text));
    } else {
      more++;
    }
  }

  private static String range(long from, long to) {
    return from == to
        ? "entry #" + from + " is missing"
        : "entries #" + from + " to #" + to + " are missing";
  }
}
