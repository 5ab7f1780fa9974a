package dev.mpp.node.mysql;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.MariaDbGtidSet.Range;
import dev.mpp.core.model.MariaDbGtidSet.Stream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reads chosen transactions from a MariaDB server's binary log with SHOW BINLOG EVENTS, which needs
 * BINLOG MONITOR and no access to the server's files. It shows statements, also those that led to
 * row events ({@code binlog_annotate_row_events}), and the tables, not the rows' values.
 */
public final class BinlogReader {
  /** Events of one answer: the server holds up commits while it reads its newest file. */
  private static final int PAGE = 2_000;

  private final ServerSession server;

  public BinlogReader(ServerSession server) {
    this.server = server;
  }

  /**
   * One transaction.
   *
   * @param gtid as the server writes it
   * @param position of its first event, and {@code end} of its last, in bytes
   * @param statements what was executed, or the tables that were changed; in order
   */
  public record Transaction(
      String gtid, String file, long position, long end, List<String> statements) {
    public Transaction {
      statements = List.copyOf(statements);
    }
  }

  /**
   * Hands over every transaction of the ranges that the binary log still has, the oldest first.
   *
   * @return what the log goes back to when its beginning was purged and some may be missing
   * @throws IOException if the server fails, or refuses; the message names it
   */
  public Optional<String> read(List<Range> wanted, Consumer<Transaction> each) throws IOException {
    try {
      List<String> files =
          Rows.query(server.connection(), "SHOW BINARY LOGS").getFirst().stream()
              .map(r -> Rows.text(r, "Log_name"))
              .toList();
      int first = first(files, wanted);
      for (String file : files.subList(Math.max(0, first), files.size())) {
        new File(file, wanted, each).read(server.connection());
      }
      return first < 0
          ? Optional.of(files.isEmpty() ? "nothing" : files.getFirst())
          : Optional.empty();
    } catch (SQLException e) {
      throw new IOException(
          server.address() + ": its binary log cannot be read: " + e.getMessage(), e);
    }
  }

  /** The newest file that begins before all of them; -1 when none does. */
  private int first(List<String> files, List<Range> wanted) throws SQLException {
    for (int i = files.size() - 1; i >= 0; i--) {
      MariaDbGtidSet before = before(files.get(i));
      if (wanted.stream().allMatch(r -> before.last().getOrDefault(r.stream(), 0L) < r.from())) {
        return i;
      }
    }
    return -1;
  }

  /** What was executed before the file began: its second event says so. */
  private MariaDbGtidSet before(String file) throws SQLException {
    for (Map<String, String> event : events(server.connection(), file, 4, 5)) {
      if (Rows.text(event, "Event_type").equals("Gtid_list")) {
        String list = Rows.text(event, "Info").replaceAll("[\\[\\]\\s]", "");
        return (MariaDbGtidSet) GtidSet.parse(list);
      }
    }
    throw new SQLException("file " + file + " does not begin with a list of GTIDs");
  }

  private static List<Map<String, String>> events(Connection c, String file, long from, int limit)
      throws SQLException {
    return Rows.query(c, "SHOW BINLOG EVENTS IN '" + file + "' FROM " + from + " LIMIT " + limit)
        .getFirst();
  }

  /** One file, page by page. */
  private static final class File {
    private final String file;
    private final List<Range> wanted;
    private final Consumer<Transaction> each;
    private final List<String> statements = new ArrayList<>();
    private String gtid = "";
    private long begin;
    private long end;
    private boolean annotated;

    File(String file, List<Range> wanted, Consumer<Transaction> each) {
      this.file = file;
      this.wanted = wanted;
      this.each = each;
    }

    void read(Connection c) throws SQLException {
      List<Map<String, String>> page = events(c, file, 4, PAGE);
      page.forEach(this::event);
      while (page.size() == PAGE) {
        // From the last event once more: where the next one begins only it would say.
        page = events(c, file, Rows.number(page.getLast(), "Pos"), PAGE);
        page.stream().skip(1).forEach(this::event);
      }
      finish();
    }

    private void event(Map<String, String> event) {
      String info = Rows.text(event, "Info");
      switch (Rows.text(event, "Event_type")) {
        case "Gtid" -> {
          finish();
          begin(info, Rows.number(event, "Pos"));
        }
        case "Query" -> add(info);
        case "Annotate_rows" -> {
          annotated = true;
          add(info);
        }
        case "Table_map" -> {
          if (!annotated) {
            add("(rows of) " + info);
          }
        }
        case "Rotate",
            "Stop",
            "Format_desc",
            "Gtid_list",
            "Binlog_checkpoint",
            "Start_encryption" ->
            finish();
        default -> {}
      }
      if (!gtid.isEmpty()) {
        end = Math.max(end, Rows.number(event, "End_log_pos"));
      }
    }

    private void begin(String info, long position) {
      int at = info.indexOf("GTID ");
      String text = at < 0 ? "" : info.substring(at + 5).split(" ", 2)[0];
      String[] part = text.split("-", -1);
      if (part.length != 3) {
        return;
      }
      Stream stream = new Stream(Long.parseLong(part[0]), Long.parseLong(part[1]));
      long number = Long.parseLong(part[2]);
      if (wanted.stream().anyMatch(r -> r.has(stream, number))) {
        gtid = text;
        begin = position;
        end = position;
      }
    }

    private void add(String statement) {
      if (!gtid.isEmpty()) {
        statements.add(statement);
      }
    }

    private void finish() {
      if (!gtid.isEmpty()) {
        each.accept(new Transaction(gtid, file, begin, end, statements));
      }
      gtid = "";
      annotated = false;
      statements.clear();
    }
  }
}
