package dev.mpp.chaos.lab;

import java.util.List;
import java.util.stream.Stream;

/** Options of the Java machine as the launcher gives them to {@code mpp node}. */
final class NodeFlags {
  private static final List<String> WITNESS =
      List.of(
          "-Xshare:auto",
          "-Xms16m",
          "-Xmn6m",
          "-Xmx256m",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=20",
          "-XX:+UseCompactObjectHeaders",
          "-XX:TieredStopAtLevel=1",
          "-XX:ReservedCodeCacheSize=32m");

  private static final List<String> NETTY =
      List.of("io.netty", "io.grpc.netty.shaded.io.netty", "org.apache.ratis.thirdparty.io.netty");

  private NodeFlags() {}

  private static Stream<String> small(String netty) {
    return Stream.of("numHeapArenas=1", "numDirectArenas=1", "maxOrder=3")
        .map(setting -> "-D" + netty + ".allocator." + setting);
  }

  static List<String> of(LabSite site, int services) {
    if (site.witness()) {
      return Stream.concat(WITNESS.stream(), NETTY.stream().flatMap(NodeFlags::small)).toList();
    }
    return List.of("-Xshare:auto", services > 100 ? "-Xmx1g" : "-Xmx256m");
  }
}
