package dev.mpp.node.config;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.pool.PoolConfig.Member;
import java.util.ArrayList;
import java.util.List;

/**
 * The one-line form of a pool: {@code name:N;primary:H[:P];secondary:H[:P];…} (BEHAVIOUR section
 * 2).
 */
record PoolText(String name, List<Member> members) {

  static PoolText parse(String text) throws Refused {
    String name = "";
    List<Member> members = new ArrayList<>();
    for (String part : text.strip().split(";", -1)) {
      if (part.isBlank()) {
        continue;
      }
      int colon = part.indexOf(':');
      String key = colon < 0 ? part.strip() : part.substring(0, colon).strip();
      String value = colon < 0 ? "" : part.substring(colon + 1).strip();
      switch (key) {
        case "name" -> name = value;
        case "primary" -> members.addFirst(member(value, NodeType.PRIMARY));
        case "secondary" -> members.add(member(value, NodeType.SECONDARY));
        default ->
            throw new Refused(
                "has the unknown part \"" + key + "\"",
                "write name:N;primary:HOST[:PORT];secondary:HOST[:PORT]");
      }
    }
    return new PoolText(name, members);
  }

  static Member member(String address, NodeType type) throws Refused {
    return new Member(address(address), type);
  }

  private static NodeAddress address(String text) throws Refused {
    NodeAddress address;
    try {
      address = NodeAddress.parse(text);
    } catch (IllegalArgumentException e) {
      throw new Refused("has a bad address: " + e.getMessage(), "write HOST[:PORT]");
    }
    if (Addresses.literal(address.host()).isEmpty() && Addresses.numeric(address.host())) {
      throw new Refused(
          "has a bad address: \"" + address.host() + "\" is not an IP address", "correct it");
    }
    return address;
  }
}
