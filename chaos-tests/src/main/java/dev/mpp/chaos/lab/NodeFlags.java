package dev.mpp.chaos.lab;

import dev.mpp.chaos.bench.StandInNode;
import dev.mpp.chaos.process.NodeProcess.Program;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Java as the launcher starts it for {@code mpp node}. */
final class NodeFlags {
  private static final List<String> WITNESS =
      List.of(
          "-Xshare:auto",
          "-Xms16m",
          "-Xmn2m",
          "-Xmx256m",
          "-XX:MinHeapFreeRatio=5",
          "-XX:MaxHeapFreeRatio=10",
          "-XX:+UseCompactObjectHeaders",
          "-XX:TieredStopAtLevel=1",
          "-XX:CompileThresholdScaling=20",
          "-XX:ReservedCodeCacheSize=32m",
          "-XX:TrimNativeHeapInterval=30000");

  private static final List<String> NETTY =
      List.of("io.grpc.netty.shaded.io.netty", "org.apache.ratis.thirdparty.io.netty");

  private NodeFlags() {}

  private static Stream<String> small(String netty) {
    return Stream.of("numHeapArenas=1", "numDirectArenas=1", "maxOrder=3")
        .map(setting -> "-D" + netty + ".allocator." + setting);
  }

  static Program of(LabSite site, LabConfiguration configuration) {
    if (site.witness()) {
      return Program.witness(
          Stream.concat(WITNESS.stream(), NETTY.stream().flatMap(NodeFlags::small)).toList());
    }
    if (!configuration.standIns()) {
      return Program.node(List.of("-Xshare:auto", "-Xmx256m"));
    }
    String hosts =
        configuration.sites().stream()
            .filter(s -> !s.witness())
            .map(LabSite::address)
            .collect(Collectors.joining(","));
    return Program.of(
        StandInNode.class.getName(),
        List.of(
            "-Xshare:auto",
            configuration.services() > 100 ? "-Xmx1g" : "-Xmx256m",
            "-Dmpp.stand-in=" + hosts));
  }
}
