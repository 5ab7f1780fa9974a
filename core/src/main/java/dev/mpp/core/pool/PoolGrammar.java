package dev.mpp.core.pool;

import dev.mpp.core.model.HostText;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.pool.PoolConfig.Member;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The one-line form of a pool, {@code name:N;primary:H[:P];secondary:H[:P];…} (BEHAVIOUR section
 * 2). Pure: a host name is never resolved.
 */
public final class PoolGrammar {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

  private PoolGrammar() {}

  /**
   * A pool as written.
   *
   * @param nodes PRIMARY first, then the SECONDARYs in the order written
   * @param warnings one sentence each; the pool is usable all the same
   */
  public record Parsed(String name, List<Member> nodes, List<String> warnings) {
    public Parsed {
      nodes = List.copyOf(nodes);
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * Reads a pool. White space around keys and values and a final {@code ;} are allowed; the PRIMARY
   * may stand anywhere.
   *
   * @throws IllegalArgumentException with the reason, naming the part that is wrong
   */
  public static Parsed parse(String text) {
    String name = "";
    List<Member> primaries = new ArrayList<>();
    List<Member> secondaries = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    for (String part : text.strip().split(";", -1)) {
      if (part.isBlank()) {
        continue;
      }
      int colon = part.indexOf(':');
      String key = (colon < 0 ? part : part.substring(0, colon)).strip();
      String value = colon < 0 ? "" : part.substring(colon + 1).strip();
      switch (key) {
        case "name" -> name = name(name, value);
        case "primary" -> primaries.add(member(value, NodeType.PRIMARY, warnings));
        case "secondary" -> secondaries.add(member(value, NodeType.SECONDARY, warnings));
        default ->
            throw new IllegalArgumentException(
                "unknown key \"" + key + "\" (name, primary, secondary)");
      }
    }
    if (name.isEmpty()) {
      throw new IllegalArgumentException("the pool has no name (name:N;primary:H;…)");
    }
    if (primaries.isEmpty()) {
      throw new IllegalArgumentException("pool " + name + " has no primary");
    }
    if (primaries.size() > 1) {
      throw new IllegalArgumentException("pool " + name + " has two primaries");
    }
    List<Member> nodes = new ArrayList<>(primaries);
    nodes.addAll(secondaries);
    Set<NodeAddress> seen = new HashSet<>();
    for (Member node : nodes) {
      if (!seen.add(node.address())) {
        throw new IllegalArgumentException("pool " + name + " lists " + node.address() + " twice");
      }
    }
    return new Parsed(name, nodes, warnings);
  }

  /** The canonical text of a pool: no white space, port 3306 left out. */
  public static String print(String name, List<Member> nodes) {
    StringBuilder out = new StringBuilder("name:").append(name);
    for (Member node : nodes) {
      out.append(node.type() == NodeType.PRIMARY ? ";primary:" : ";secondary:")
          .append(print(node.address()));
    }
    return out.toString();
  }

  static String print(NodeAddress address) {
    String text = address.toString();
    return address.port() == NodeAddress.DEFAULT_PORT
        ? text.substring(0, text.lastIndexOf(':'))
        : text;
  }

  private static String name(String before, String value) {
    if (!before.isEmpty()) {
      throw new IllegalArgumentException("the pool has two names, " + before + " and " + value);
    }
    if (value.isEmpty()) {
      throw new IllegalArgumentException("the pool has no name (name:N;primary:H;…)");
    }
    if (!NAME.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "pool name \"" + value + "\" may contain letters, digits, '.', '_' and '-' only");
    }
    return value;
  }

  private static Member member(String value, NodeType type, List<String> warnings) {
    if (value.isEmpty()) {
      throw new IllegalArgumentException("a " + type + " has no host (H or H:P)");
    }
    NodeAddress address = NodeAddress.parse(value);
    String host = address.host();
    if (!HostText.parse(value.startsWith("[") ? "[" + host + "]" : host).literal()) {
      warnings.add(
          host
              + " is a host name: a DNS failure would look like a failure of the node;"
              + " an IP address is safer");
    }
    return new Member(address, type);
  }
}
