package dev.mpp.chaos.check;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The figures of one run and what was wrong with it. A figure is empty when it never happened.
 *
 * @param outageMs longest gap between acknowledged writes around the fault, all writers together
 * @param dnsChangeMs from the fault to the first DNS answer with the new address
 * @param newActiveMs from the fault to the first accepted write probe at the new server
 * @param violations one sentence each; none: the run passed
 */
public record Findings(
    OptionalLong outageMs,
    OptionalLong dnsChangeMs,
    OptionalLong newActiveMs,
    int ackedRows,
    int ackedRowsLost,
    long dualWritableMs,
    int roleChanges,
    List<String> violations) {

  public Findings {
    violations = List.copyOf(violations);
  }

  /** Of a run that never came to its fault. */
  public static Findings notRun(String why) {
    OptionalLong never = OptionalLong.empty();
    return new Findings(never, never, never, 0, 0, 0, 0, List.of(why));
  }

  /** The same with one more violation. */
  public Findings with(String violation) {
    List<String> more = new ArrayList<>(violations);
    more.add(violation);
    return new Findings(
        outageMs,
        dnsChangeMs,
        newActiveMs,
        ackedRows,
        ackedRowsLost,
        dualWritableMs,
        roleChanges,
        more);
  }

  public boolean passed() {
    return violations.isEmpty();
  }
}
