package dev.mpp.node.config;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.NodeType;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.core.pool.PoolConfig.Member;
import dev.mpp.core.pool.RoleRule;
import dev.mpp.node.config.Section.Placed;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Reads {@code pool:} in either of its two forms. */
final class PoolReader {
  private static final String KEY = "pool";

  /**
   * What every pool of a service shares.
   *
   * @param roles for a pool of so many nodes; throws when it cannot be
   */
  record Policy(IntFunction<RoleRule> roles, Ladder ladder, Status failAt, boolean proven) {}

  private final Policy policy;

  PoolReader(Policy policy) {
    this.policy = policy;
  }

  Optional<PoolConfig> read(Section parent) {
    if (!parent.has(KEY)) {
      parent.missing(KEY);
      return Optional.empty();
    }
    Optional<PoolText> text =
        switch (parent.node(KEY).orElse(null)) {
          case null -> Optional.empty();
          case YamlNode.Mapping ignored -> keys(parent.section(KEY));
          default -> parent.need(KEY, PoolText::parse).map(Placed::value);
        };
    Optional<PoolConfig> pool = text.flatMap(t -> pool(parent, t));
    pool.ifPresent(p -> warnOfNames(parent, p));
    return pool;
  }

  private static Optional<PoolText> keys(Section section) {
    var name = section.need("name", Form.TEXT);
    var primary = section.need("primary", t -> PoolText.member(t, NodeType.PRIMARY));
    var secondary = section.values("secondary", t -> PoolText.member(t, NodeType.SECONDARY));
    section.close();
    if (name.isEmpty() || primary.isEmpty()) {
      return Optional.empty();
    }
    List<Member> members = new ArrayList<>();
    members.add(primary.get().value());
    secondary.forEach(s -> members.add(s.value()));
    return Optional.of(new PoolText(name.get().value(), members));
  }

  private Optional<PoolConfig> pool(Section parent, PoolText text) {
    try {
      return Optional.of(
          new PoolConfig(
              text.name(),
              text.members(),
              policy.roles().apply(text.members().size()),
              policy.ladder(),
              policy.failAt(),
              policy.proven()));
    } catch (IllegalArgumentException e) {
      parent.problem(
          KEY,
          "is not a pool: " + e.getMessage(),
          "a pool has one name, exactly one primary, and each address once");
      return Optional.empty();
    }
  }

  private static void warnOfNames(Section parent, PoolConfig pool) {
    for (Member member : pool.nodes()) {
      String host = member.address().host();
      if (Addresses.literal(host).isEmpty()) {
        parent.warning(
            KEY,
            "has the host name \"" + host + "\": a DNS failure would look like a node failure",
            "prefer an IP literal");
      }
    }
  }
}
