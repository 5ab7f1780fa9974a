package dev.mpp.node.config;

import dev.mpp.node.config.YamlNode.Entry;
import dev.mpp.node.config.YamlNode.Mapping;
import dev.mpp.node.config.YamlNode.Nothing;
import dev.mpp.node.config.YamlNode.Position;
import dev.mpp.node.config.YamlNode.Scalar;
import dev.mpp.node.config.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A block of keys that remembers which keys were asked for; {@link #close} reports the others. A
 * value that is missing or wrong is reported here, once, and reading goes on with the fallback.
 */
final class Section {
  private final String path;
  private final Mapping node;
  private final Findings findings;
  private final Set<String> known = new LinkedHashSet<>();

  /**
   * @param path as shown in reports; empty for the top level
   */
  Section(String path, Mapping node, Findings findings) {
    this.path = path;
    this.node = node;
    this.findings = findings;
  }

  /** A value and where it stands. */
  record Placed<T>(T value, Position at) {}

  /** As shown in reports. */
  String path() {
    return path;
  }

  Position at() {
    return node.at();
  }

  /** Where the value of a key stands, or this section if the file does not give it. */
  Position at(String key) {
    return node.entry(key).map(e -> e.value().at()).orElse(node.at());
  }

  Findings findings() {
    return findings;
  }

  /** Key names in file order, for sections whose keys are names. */
  List<String> keys() {
    return node.entries().stream().map(Entry::key).toList();
  }

  boolean has(String key) {
    known.add(key);
    return node.entry(key).isPresent();
  }

  boolean emptyList(String key) {
    return node.entry(key).map(Entry::value).orElse(null) instanceof Sequence list
        && list.items().isEmpty();
  }

  void problem(String key, String what, String remedy) {
    findings.problem(at(key), name(key) + " " + what, remedy);
  }

  void warning(String key, String what, String remedy) {
    findings.warning(at(key), name(key) + " " + what, remedy);
  }

  <T> T value(String key, Form<T> form, T fallback) {
    return optional(key, form).orElse(fallback);
  }

  <T> Optional<T> optional(String key, Form<T> form) {
    return node(key).flatMap(n -> read(name(key), n, form)).map(Placed::value);
  }

  /** A value that the file has to give. */
  <T> Optional<Placed<T>> need(String key, Form<T> form) {
    if (!has(key)) {
      missing(key);
    }
    return node(key).flatMap(n -> read(name(key), n, form));
  }

  /** The block under a key; an empty one where this section stands if the key is absent. */
  Section section(String key) {
    return node(key)
        .flatMap(n -> block(name(key), n))
        .orElseGet(() -> new Section(name(key), new Mapping(at(key), List.of()), findings));
  }

  List<Section> sections(String key) {
    List<Section> out = new ArrayList<>();
    int index = 0;
    for (YamlNode item : items(key)) {
      block(name(key) + "[" + index++ + "]", item).ifPresent(out::add);
    }
    return out;
  }

  /** A list of single values; one value alone is a list of one. */
  <T> List<Placed<T>> values(String key, Form<T> form) {
    if (node(key).orElse(null) instanceof Scalar scalar) {
      return read(name(key), scalar, form).stream().toList();
    }
    List<Placed<T>> out = new ArrayList<>();
    int index = 0;
    for (YamlNode item : items(key)) {
      read(name(key) + "[" + index++ + "]", item, form).ifPresent(out::add);
    }
    return out;
  }

  /** Reports a key that has to be there. */
  void missing(String key) {
    findings.problem(at(), "\"" + name(key) + "\" is missing", "add it");
  }

  /** The value of a key whatever its kind; a key without a value is reported. */
  Optional<YamlNode> node(String key) {
    known.add(key);
    Optional<YamlNode> value = node.entry(key).map(Entry::value);
    if (value.orElse(null) instanceof Nothing) {
      problem(key, "has no value", "give it a value or remove the key");
      return Optional.empty();
    }
    return value;
  }

  /** Reports the keys nobody asked for. */
  void close() {
    for (Entry entry : node.entries()) {
      if (!known.contains(entry.key())) {
        findings.problem(
            entry.at(),
            "unknown key \"" + name(entry.key()) + "\"",
            Suggestion.among(entry.key(), known, "the keys here are "));
      }
    }
  }

  String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private List<YamlNode> items(String key) {
    Optional<YamlNode> value = node(key);
    if (value.isEmpty()) {
      return List.of();
    }
    if (value.get() instanceof Sequence sequence) {
      return sequence.items();
    }
    problem(
        key, "is " + value.get().kind() + " where a list is expected", "write it as a list: [...]");
    return List.of();
  }

  private Optional<Section> block(String name, YamlNode value) {
    if (value instanceof Mapping mapping) {
      return Optional.of(new Section(name, mapping, findings));
    }
    findings.problem(
        value.at(),
        name + " is " + value.kind() + " where a block of keys is expected",
        "write it as {key: value, ...}");
    return Optional.empty();
  }

  private <T> Optional<Placed<T>> read(String name, YamlNode value, Form<T> form) {
    if (!(value instanceof Scalar scalar)) {
      findings.problem(
          value.at(),
          name + " is " + value.kind() + " where a single value is expected",
          "write one value, in quotes if it begins with [ or {");
      return Optional.empty();
    }
    try {
      return Optional.of(new Placed<>(form.read(scalar.text()), scalar.at()));
    } catch (Refused e) {
      findings.problem(scalar.at(), name + " " + e.getMessage(), e.remedy());
      return Optional.empty();
    }
  }
}
