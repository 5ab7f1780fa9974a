package dev.mpp.node.mysql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Results as maps from column label (any case) to text; NULL is the empty text. */
final class Rows {
  private Rows() {}

  /** Runs one text that may hold several statements; one list of rows per result set. */
  static List<List<Map<String, String>>> query(Connection connection, String sql)
      throws SQLException {
    try (Statement s = connection.createStatement()) {
      return all(s, s.execute(sql));
    }
  }

  /** Runs a statement with parameters, which the driver quotes into the text. */
  static List<List<Map<String, String>>> query(
      Connection connection, String sql, List<Object> parameters) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.size(); i++) {
        s.setObject(i + 1, parameters.get(i));
      }
      return all(s, s.execute());
    }
  }

  /** The first row of the first result set, empty when there is none. */
  static Map<String, String> first(List<List<Map<String, String>>> results) {
    return results.isEmpty() || results.getFirst().isEmpty()
        ? Collections.emptyMap()
        : results.getFirst().getFirst();
  }

  static String text(Map<String, String> row, String column) {
    String value = row.get(column);
    return value == null ? "" : value;
  }

  static long number(Map<String, String> row, String column) {
    String value = text(row, column);
    return value.isEmpty() ? 0 : Long.parseLong(value);
  }

  /** Variables are 0 or 1 in a SELECT, ON or OFF in a status, Yes or No in a replication row. */
  static boolean on(Map<String, String> row, String column) {
    String value = text(row, column);
    return value.equals("1") || value.equalsIgnoreCase("ON") || value.equalsIgnoreCase("Yes");
  }

  private static List<List<Map<String, String>>> all(Statement s, boolean isResult)
      throws SQLException {
    List<List<Map<String, String>>> results = new ArrayList<>();
    boolean rows = isResult;
    while (rows || s.getUpdateCount() != -1) {
      if (rows) {
        try (ResultSet r = s.getResultSet()) {
          results.add(rows(r));
        }
      }
      rows = s.getMoreResults();
    }
    return results;
  }

  private static List<Map<String, String>> rows(ResultSet r) throws SQLException {
    List<Map<String, String>> rows = new ArrayList<>();
    int columns = r.getMetaData().getColumnCount();
    while (r.next()) {
      Map<String, String> row = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
      for (int i = 1; i <= columns; i++) {
        String value = r.getString(i);
        row.put(r.getMetaData().getColumnLabel(i), value == null ? "" : value);
      }
      rows.add(row);
    }
    return rows;
  }
}
