package dev.mpp.node.config;

import java.util.List;
import java.util.Optional;

/** A YAML document as a tree that remembers where each part stands. */
sealed interface YamlNode {
  Position at();

  /** What an operator would call this kind of node. */
  String kind();

  /** Line and column from 1. */
  record Position(int line, int column) implements Comparable<Position> {
    static final Position START = new Position(1, 1);

    @Override
    public int compareTo(Position other) {
      return line != other.line
          ? Integer.compare(line, other.line)
          : Integer.compare(column, other.column);
    }
  }

  /** Text as written; numbers and booleans are read from it where they are expected. */
  record Scalar(Position at, String text) implements YamlNode {
    @Override
    public String kind() {
      return "a single value";
    }
  }

  /** A key without a value, or {@code ~}. */
  record Nothing(Position at) implements YamlNode {
    @Override
    public String kind() {
      return "nothing";
    }
  }

  record Sequence(Position at, List<YamlNode> items) implements YamlNode {
    @Override
    public String kind() {
      return "a list";
    }
  }

  /** Keys are distinct. */
  record Mapping(Position at, List<Entry> entries) implements YamlNode {
    @Override
    public String kind() {
      return "a block of keys";
    }

    Optional<Entry> entry(String key) {
      return entries.stream().filter(e -> e.key().equals(key)).findFirst();
    }
  }

  /**
   * @param at where the key stands
   */
  record Entry(Position at, String key, YamlNode value) {}
}
