package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidGap;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.ServerFacts;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Which numbers the openings of a MariaDB server left out, as {@code mpp.jump} noted them in the
 * transaction that did it. Read again whenever the numbers leapt, so that no answer shows a leap
 * without its gap. Safe for any thread.
 */
final class KnownGaps {
  /** What every opening adds at least ({@code mpp.jump}). */
  private static final long LEAP = 1_000_000;

  private static final String GAPS = "SELECT gaps FROM mpp.canary WHERE gaps <> ''";

  private List<GtidGap> known = List.of();
  private long readAt = -LEAP;

  /** Completes what a poll read. */
  synchronized ServerFacts add(Connection connection, boolean again, ServerFacts facts)
      throws SQLException {
    if (!(facts.executed() instanceof MariaDbGtidSet executed)) {
      return facts;
    }
    long advance = executed.advance();
    if (again || advance >= readAt + LEAP || advance < readAt) {
      known = read(connection);
      readAt = advance;
    }
    return facts.withExecuted(executed.withGaps(known));
  }

  /** None on a server that is not prepared, or was for an earlier version of MPP. */
  static List<GtidGap> read(Connection connection) throws SQLException {
    List<GtidGap> gaps = new ArrayList<>();
    try {
      for (var row : Rows.query(connection, GAPS).getFirst()) {
        for (String gap : Rows.text(row, "gaps").split(";", -1)) {
          gaps.add(GtidGap.parse(gap));
        }
      }
    } catch (SQLException e) {
      switch (e.getErrorCode()) {
        case 1049, 1054, 1142, 1146 -> {} // no such database, column, privilege, table
        default -> throw e;
      }
    } catch (IllegalArgumentException e) {
      throw new SQLException("mpp.canary is damaged: " + e.getMessage(), e);
    }
    return List.copyOf(gaps);
  }
}
