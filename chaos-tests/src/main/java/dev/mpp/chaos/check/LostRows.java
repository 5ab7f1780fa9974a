package dev.mpp.chaos.check;

import java.util.List;
import java.util.Set;

/**
 * Acknowledged rows that are not there. A row nobody acknowledged may be there or not: that is no
 * loss.
 */
public final class LostRows {
  private LostRows() {}

  /**
   * @param present every row of this run found at the server that is ACTIVE now
   */
  public static List<Ack> find(List<Ack> acks, Set<Row> present) {
    return acks.stream().filter(ack -> !present.contains(ack.row())).toList();
  }
}
