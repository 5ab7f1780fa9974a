package dev.mpp.chaos.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/**
 * What one node costs.
 *
 * @param cpuPercent of one core
 * @param rssMib resident memory at the end
 * @param wanBytes per second over the site's uplink, both directions together, everything: with
 *     checkpoints, replication and headers
 * @param ledgerBytes per second of agreement, payload of TCP, both directions
 * @param exchangeBytes the same of the exchange of views
 * @param writtenPerHour bytes given to the disk by the process
 * @param grownPerHour bytes by which its data directory grew; negative when old logs went away
 */
record Cost(
    LabSite site,
    double cpuPercent,
    double rssMib,
    double wanBytes,
    double ledgerBytes,
    double exchangeBytes,
    double writtenPerHour,
    double grownPerHour) {

  static String toJson(int services, List<Cost> costs) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("services", services);
    root.put("servers", services == 1 ? "real" : "stand-ins");
    ArrayNode list = root.putArray("nodes");
    for (Cost cost : costs) {
      list.addObject()
          .put("site", cost.site().label())
          .put("witness", cost.site().witness())
          .put("cpuPercent", cost.cpuPercent())
          .put("rssMib", cost.rssMib())
          .put("wanBytesPerSecond", cost.wanBytes())
          .put("ledgerBytesPerSecond", cost.ledgerBytes())
          .put("exchangeBytesPerSecond", cost.exchangeBytes())
          .put("writtenBytesPerHour", cost.writtenPerHour())
          .put("grownBytesPerHour", cost.grownPerHour());
    }
    return root + "\n";
  }

  static String toText(int services, List<Cost> costs) {
    StringBuilder text =
        new StringBuilder(
            services == 1
                ? "1 service, real servers, nothing happens\n"
                : """
                %d services, nothing happens. NO REAL SERVERS: stand-ins in the nodes' memory; the rest is real
                """
                    .formatted(services));
    text.append(
        "site        CPU %      RSS     WAN B/s  ledger B/s  views B/s  written MB/h  grown"
            + " MB/h\n");
    for (Cost cost : costs) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-10s %6.2f %5.0f MiB %9.0f %11.0f %10.0f %13.1f %11.1f%n",
              cost.site().label(),
              cost.cpuPercent(),
              cost.rssMib(),
              cost.wanBytes(),
              cost.ledgerBytes(),
              cost.exchangeBytes(),
              cost.writtenPerHour() / 1e6,
              cost.grownPerHour() / 1e6));
    }
    return text.toString();
  }
}
