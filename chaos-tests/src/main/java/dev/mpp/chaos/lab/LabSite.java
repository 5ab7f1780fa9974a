package dev.mpp.chaos.lab;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One site of the lab.
 *
 * @param number from 1; the last byte of its address, and its server's id
 * @param witness has a vote and no MySQL
 */
record LabSite(String label, int number, boolean witness) {

  /** Two data sites and the rest witnesses. */
  static List<LabSite> of(int count) {
    return Stream.concat(
            Stream.of(new LabSite("site1", 1, false), new LabSite("site2", 2, false)),
            IntStream.rangeClosed(3, count)
                .mapToObj(i -> new LabSite("witness" + (i - 2), i, true)))
        .toList();
  }

  String address() {
    return "198.51.100." + number;
  }
}
