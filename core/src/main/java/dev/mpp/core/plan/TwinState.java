package dev.mpp.core.plan;

import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.Status;
import java.util.List;
import java.util.Set;

/**
 * What one instance of a site tells the other, again and again. Evidence: who acts is for the
 * ledger alone to say.
 *
 * @param view what it shows to everybody
 * @param term in which it knows somebody to act for the site
 * @param acting it acts for the site
 * @param ready passive, and everything is there to take over at once
 * @param handing it acts no more and proposes nothing, and waits to be replaced
 * @param sequence of the last ledger command that it had proposed when it said this
 * @param sentWallMillis of its own clock, with which the ends of overrides are compared
 * @param busy services in which a promotion, a fence or a release was under way
 * @param floors of nodes whose status is held down
 */
public record TwinState(
    SiteView view,
    long term,
    boolean acting,
    boolean ready,
    boolean handing,
    long sequence,
    long sentWallMillis,
    Set<ServiceName> busy,
    List<Floor> floors) {

  /** A status that is held whatever the polls say. */
  public record Floor(ServiceName service, NodeAddress node, Status floor) {}

  public TwinState {
    busy = Set.copyOf(busy);
    floors = List.copyOf(floors);
  }

  String incarnation() {
    return view.incarnation();
  }
}
