package dev.mpp.chaos.demo;

import dev.mpp.chaos.process.Trouble;
import java.util.Arrays;
import java.util.List;

/** The three sites; each has its own loopback address. */
public enum Site {
  SITE1("site1", "127.0.1.1", 11),
  SITE2("site2", "127.0.2.1", 21),
  WITNESS("witness", "127.0.3.1", 0);

  private final String label;
  private final String address;
  private final int serverId;

  Site(String label, String address, int serverId) {
    this.label = label;
    this.address = address;
    this.serverId = serverId;
  }

  /** As the configuration and the command line spell it. */
  public String label() {
    return label;
  }

  public String address() {
    return address;
  }

  int serverId() {
    return serverId;
  }

  /** The other site with a MySQL server. */
  public Site peer() {
    return this == SITE1 ? SITE2 : SITE1;
  }

  /** The sites that have a MySQL server. */
  public static List<Site> withMySql() {
    return List.of(SITE1, SITE2);
  }

  public static Site named(String label) {
    return Arrays.stream(values())
        .filter(site -> site.label.equals(label))
        .findFirst()
        .orElseThrow(() -> new Trouble("no site " + label, "sites: site1, site2, witness"));
  }
}
