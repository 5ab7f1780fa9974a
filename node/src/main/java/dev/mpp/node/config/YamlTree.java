package dev.mpp.node.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.mpp.node.config.YamlNode.Entry;
import dev.mpp.node.config.YamlNode.Mapping;
import dev.mpp.node.config.YamlNode.Nothing;
import dev.mpp.node.config.YamlNode.Position;
import dev.mpp.node.config.YamlNode.Scalar;
import dev.mpp.node.config.YamlNode.Sequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Builds the positioned tree from the YAML parser's tokens. Anchors, aliases, tags and further
 * documents are refused: what an operator reads in the file is what it says.
 */
final class YamlTree {
  private static final YAMLFactory YAML = new YAMLFactory();

  private final YAMLParser parser;
  private final Findings findings;

  private YamlTree(YAMLParser parser, Findings findings) {
    this.parser = parser;
    this.findings = findings;
  }

  /** The document's top level; empty, with a problem recorded, if there is none. */
  static Optional<Mapping> parse(String text, Findings findings) {
    try (YAMLParser parser = YAML.createParser(text)) {
      return new YamlTree(parser, findings).document();
    } catch (JsonProcessingException e) {
      syntax(e, findings);
    } catch (IOException e) {
      findings.problem(
          Position.START, "the YAML cannot be read: " + e.getMessage(), "correct the file");
    }
    return Optional.empty();
  }

  private Optional<Mapping> document() throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      findings.problem(
          Position.START, "the file is empty", "start from the example in docs/configuration.md");
      return Optional.empty();
    }
    YamlNode top = node(first);
    if (parser.nextToken() != null) {
      findings.problem(here(), "a second YAML document begins", "keep one document in the file");
    }
    if (top instanceof Mapping mapping) {
      return Optional.of(mapping);
    }
    findings.problem(
        top.at(),
        "the file holds " + top.kind() + " where keys are expected",
        "start from the example in docs/configuration.md");
    return Optional.empty();
  }

  private YamlNode node(JsonToken token) throws IOException {
    Position at = here();
    if (parser.isCurrentAlias() || parser.getObjectId() != null) {
      findings.problem(at, "YAML anchors and aliases are not supported", "write the value out");
    }
    if (parser.getTypeId() != null) {
      findings.problem(at, "YAML tags are not supported", "remove the tag");
    }
    return switch (token) {
      case START_OBJECT -> mapping(at);
      case START_ARRAY -> sequence(at);
      case VALUE_NULL -> new Nothing(at);
      default -> new Scalar(at, parser.getText());
    };
  }

  private Sequence sequence(Position at) throws IOException {
    List<YamlNode> items = new ArrayList<>();
    for (JsonToken t = next(); t != JsonToken.END_ARRAY; t = next()) {
      items.add(node(t));
    }
    return new Sequence(at, List.copyOf(items));
  }

  private Mapping mapping(Position at) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Map<String, Position> seen = new HashMap<>();
    for (JsonToken t = next(); t != JsonToken.END_OBJECT; t = next()) {
      Position keyAt = here();
      String key = parser.currentName();
      YamlNode value = node(next());
      Position before = seen.putIfAbsent(key, keyAt);
      if (before == null) {
        entries.add(new Entry(keyAt, key, value));
      } else {
        findings.problem(
            keyAt,
            "\"" + key + "\" was already given in line " + before.line(),
            "keep one of the two");
      }
    }
    return new Mapping(at, List.copyOf(entries));
  }

  private JsonToken next() throws IOException {
    return Objects.requireNonNull(parser.nextToken(), "the parser closes what it opened");
  }

  private Position here() {
    JsonLocation at = parser.currentTokenLocation();
    return new Position(Math.max(1, at.getLineNr()), Math.max(1, at.getColumnNr()));
  }

  /** The parser's own message quotes the line, which may hold a secret; ours does not. */
  private static void syntax(JsonProcessingException e, Findings findings) {
    String what = "not valid YAML";
    Position at = Position.START;
    if (e.getCause() instanceof MarkedYAMLException marked) {
      Mark mark = marked.getProblemMark();
      at = mark == null ? at : new Position(mark.getLine() + 1, mark.getColumn() + 1);
      what = what + ": " + marked.getProblem();
    }
    findings.problem(
        at,
        what,
        "check the indentation, the brackets and the quotes around here; values with \": \", a"
            + " leading \"[\" or \"*\" need quotes. The rest of the file was not judged");
  }
}
