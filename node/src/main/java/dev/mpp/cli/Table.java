package dev.mpp.cli;

import java.util.ArrayList;
import java.util.List;

/** Left-aligned columns as wide as their widest cell; an empty cell is {@code -}. */
final class Table {
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... head) {
    rows.add(List.of(head));
  }

  void row(List<String> cells) {
    rows.add(cells.stream().map(c -> c.isEmpty() ? "-" : Text.clean(c)).toList());
  }

  String render() {
    int[] width = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        width[i] = Math.max(width[i], row.get(i).length());
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        line.append(Text.left(row.get(i), width[i])).append("  ");
      }
      out.append(line.toString().stripTrailing()).append('\n');
    }
    return out.toString();
  }
}
