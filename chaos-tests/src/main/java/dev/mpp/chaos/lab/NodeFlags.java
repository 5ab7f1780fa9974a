package dev.mpp.chaos.lab;

import java.util.List;

/** Options of the Java machine as the launcher gives them to {@code mpp node}. */
final class NodeFlags {
  private NodeFlags() {}

  static List<String> of(LabSite site, int services) {
    return List.of("-Xshare:auto", services > 100 && !site.witness() ? "-Xmx1g" : "-Xmx256m");
  }
}
