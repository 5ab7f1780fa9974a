package dev.mpp.chaos.check;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** How often the writable server became another one. */
public final class RoleChanges {
  private RoleChanges() {}

  /** One change for every accepted probe at another server than the accepted probe before it. */
  public static int count(List<Attempt> probesA, List<Attempt> probesB) {
    List<String> servers =
        Stream.concat(probesA.stream(), probesB.stream())
            .filter(Attempt::accepted)
            .sorted(Comparator.comparingLong(Attempt::done))
            .map(Attempt::server)
            .toList();
    int changes = 0;
    for (int i = 1; i < servers.size(); i++) {
      if (!servers.get(i).equals(servers.get(i - 1))) {
        changes++;
      }
    }
    return changes;
  }
}
