package dev.mpp.node.store;

import dev.mpp.core.journal.JournalHead;
import dev.mpp.core.journal.JournalQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Where a journal goes on after the start. It goes on behind whatever is missing: a cut-off end
 * stays visible as a hole.
 *
 * @param lastSequence the next entry has the one after it
 * @param chainTo what the next entry is chained to
 * @param tampering one sentence, when the file does not end where MPP had ended it
 */
record JournalEnd(long lastSequence, JournalHead chainTo, Optional<String> tampering) {

  static JournalEnd read(Connection connection) throws SQLException {
    List<JournalEntry> newest =
        JournalRows.read(connection, new JournalQuery(0, 0, "", "", 1, true));
    long last = newest.isEmpty() ? 0 : newest.getFirst().sequence();
    Optional<ChainMarks> marks = ChainMarks.read(connection);
    if (marks.isEmpty()) {
      return new JournalEnd(
          last,
          JournalHead.START,
          Optional.of("where the chain of the journal ends is not written any more"));
    }
    JournalHead head = marks.get().head();
    if (last < head.sequence()) {
      return new JournalEnd(
          head.sequence(),
          head,
          Optional.of(
              "the journal ends with #%d, MPP had ended it with #%d"
                  .formatted(last, head.sequence())));
    }
    boolean same =
        last == head.sequence()
            && (newest.isEmpty() || newest.getFirst().hash().equals(head.hash()));
    return new JournalEnd(
        last,
        head,
        same
            ? Optional.empty()
            : Optional.of(
                last > head.sequence()
                    ? "the journal has entries up to #%d, MPP had ended it with #%d"
                        .formatted(last, head.sequence())
                    : "the last entry of the journal, #%d, was changed".formatted(last)));
  }
}
