package dev.mpp.core.plan;

import dev.mpp.core.model.Guard;
import dev.mpp.core.model.SiteView.PoolView;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Guards as they are found, as many as a view may carry; the last one counts the others. */
final class GuardList implements EligibilityRule.Listener {
  private final List<Guard> guards = new ArrayList<>();
  private int more;

  @Override
  public boolean fails(Guard.Kind kind, Supplier<String> what, String remedy) {
    if (guards.size() < PoolView.GUARDS - 1) {
      guards.add(new Guard(kind, what.get(), remedy));
    } else {
      more++;
    }
    return true;
  }

  void add(Guard guard) {
    boolean unused = fails(guard.kind(), guard::what, guard.remedy());
  }

  List<Guard> list() {
    if (more == 0) {
      return guards;
    }
    List<Guard> all = new ArrayList<>(guards);
    all.add(new Guard(Guard.Kind.OTHER, "and " + more + " more", "mpp status has every node"));
    return all;
  }
}
