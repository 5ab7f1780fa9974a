package dev.mpp.node.config;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.node.config.MppConfig.Site;
import java.util.HashMap;
import java.util.Map;

/** One MySQL server belongs to one pool, and no listener of MPP has its address. */
final class PoolOwners {
  private final Map<NodeAddress, String> owners = new HashMap<>();

  void claim(Section section, Site site, PoolConfig pool) {
    for (PoolConfig.Member member : pool.nodes()) {
      NodeAddress address =
          new NodeAddress(Addresses.canonical(member.address().host()), member.address().port());
      String other = owners.putIfAbsent(address, section.path());
      if (other != null) {
        section.problem(
            "pool",
            "has " + address + ", as has " + other + ".pool",
            "put each server into one pool: two pools would fight over its role");
      }
      checkListeners(section, site, address);
    }
  }

  private static void checkListeners(Section section, Site site, NodeAddress address) {
    if (SiteTable.addresses(site).stream()
        .map(Addresses::canonical)
        .noneMatch(address.host()::equals)) {
      return;
    }
    SiteTable.byName(site.ports())
        .forEach(
            (name, port) -> {
              if (port == address.port()) {
                section.problem(
                    "pool",
                    "has " + address + ", which is the " + name + " port of " + site.id(),
                    "move one of the two");
              }
            });
  }
}
