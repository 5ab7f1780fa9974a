package dev.mpp.chaos.demo;

import dev.mpp.chaos.process.Trouble;

/**
 * The ports of the demo, the same at every address.
 *
 * @param offset added to every default, for a machine where one of them is taken
 */
record Ports(int offset) {
  Ports {
    if (offset < 0 || offset > 40_000) {
      throw new Trouble("--port-offset " + offset + " is not in 0..40000", "");
    }
  }

  int mysql() {
    return 13_306 + offset;
  }

  int dns() {
    return 15_353 + offset;
  }

  int exchange() {
    return 17_400 + offset;
  }

  int ledger() {
    return 17_401 + offset;
  }

  int operator() {
    return 17_402 + offset;
  }

  int http() {
    return 17_480 + offset;
  }

  int worldHttp() {
    return 18_081 + offset;
  }

  int worldTcp() {
    return 18_082 + offset;
  }
}
