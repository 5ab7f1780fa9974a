package dev.mpp.chaos.lab;

import dev.mpp.chaos.process.Template;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The lab's mpp.yml: the default timings (lease 6 s), a hold-down of 5 s, and for each data site
 * two external, two edge and two internal checkpoints.
 *
 * @param services how many; with more than one each has a server address of its own port
 * @param failures for servers that are made to fail: their data on small disks, an administrator
 *     from everywhere, a lag limit of 10 s
 */
record LabConfiguration(List<LabSite> sites, int services, boolean failures) {
  static final String SERVICE = "mysql.eraser.test";
  static final int MYSQL = 3306;
  static final int DNS = 53;
  static final int HTTP = 7480;
  static final int WORLD_HTTP = 8081;
  static final int WORLD_TCP = 8082;

  LabConfiguration(List<LabSite> sites, int services) {
    this(sites, services, false);
  }

  static LabConfiguration forFailures(List<LabSite> sites) {
    return new LabConfiguration(sites, 1, true);
  }

  /** Whether the servers are in the memory of the nodes: one server cannot have two services. */
  boolean standIns() {
    return services > 1;
  }

  /** Port at which the server of the i-th of many services is reached. */
  static int port(int service) {
    return 20_000 + service;
  }

  private List<LabSite> data() {
    return sites.stream().filter(site -> !site.witness()).toList();
  }

  String text(LabSite site) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("site", site.label());
    settings.put("http.port", HTTP);
    settings.put("dns.port", DNS);
    settings.put("sites", lines(sites.stream().map(LabConfiguration::member).toList()));
    settings.put("services", lines(IntStream.range(0, services).mapToObj(this::service).toList()));
    settings.put("checkpoints", lines(data().stream().map(LabConfiguration::checkpoints).toList()));
    settings.put(
        "name.servers",
        lines(
            data().stream()
                .map(
                    data ->
                        "    - {name: ns%d.eraser.test, address: %s}"
                            .formatted(data.number(), data.address()))
                .toList()));
    return Template.fill("/lab/mpp.yml", settings);
  }

  private static String lines(List<String> parts) {
    return String.join("\n", parts);
  }

  private static String member(LabSite site) {
    return "  - {name: %s, address: %s, %s}"
        .formatted(
            site.label(),
            site.address(),
            site.witness() ? "witness: true" : "priority: " + (150 - 50 * site.number()));
  }

  private String service(int index) {
    boolean one = services == 1;
    return """
      - name: %s
        poll: %s
        hold-down: 5s
        lag-limit: %s
        mysql: {user: mpp, password-file: ../secrets/mpp}
        sites:
    """
            .formatted(
                one ? SERVICE : "service%d.eraser.test".formatted(index),
                one
                    ? "{interval: 1s, retry-interval: 200ms, timeout: 700ms}"
                    : "{interval: 10s, retry-interval: 1s, timeout: 4s}",
                failures ? "10s" : "30s")
        + data().stream()
            .map(site -> pool(site, one ? "eraser" : "p" + index, one ? MYSQL : port(index)))
            .collect(Collectors.joining("\n"));
  }

  private static String pool(LabSite site, String name, int port) {
    return "      - {site: %s, addresses: [%s], pool: \"name:%s_%s;primary:%s:%d\"}"
        .formatted(site.label(), site.address(), name, site.label(), site.address(), port);
  }

  private static String checkpoints(LabSite site) {
    return """
      - site: %s
        interval: 2s
        probes:
    """
            .formatted(site.label())
        + List.of(
                "external:" + Network.WORLD,
                "edge:" + Network.EDGE,
                "internal:" + Network.inside(site.address()))
            .stream()
            .map(LabConfiguration::probes)
            .collect(Collectors.joining("\n"));
  }

  private static String probes(String target) {
    String[] parts = target.split(":");
    return """
          - "%s:http:%s:%d"
          - "%s:simple:%s:%d"\
    """
        .formatted(parts[0], parts[1], WORLD_HTTP, parts[0], parts[1], WORLD_TCP);
  }
}
