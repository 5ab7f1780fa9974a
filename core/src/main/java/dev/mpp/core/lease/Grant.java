package dev.mpp.core.lease;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.AbstractSet;
import java.util.Collections;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The ledger's entry for one service.
 *
 * @param epoch grows by one with every claim; the fencing token
 * @param holder empty when the role is vacant
 * @param incarnation of the holder, empty when vacant
 * @param renewal grows with every renewal, within and across epochs
 * @param serving whether the holder has confirmed a verified writable server in this epoch
 * @param servedBy the site that last confirmed, in this epoch or before
 * @param inSync the sites that have every acknowledged write, as the last writable holder stated
 *     them; empty before there was one
 * @param stated origin sequence of the statement of {@code inSync} in this epoch, 0 before one: an
 *     older statement that arrives late is refused
 * @param openedBy the site that may have been opened since {@code servedBy} confirmed, with that
 *     one still in sync: its server has every acknowledged write then, and that of {@code servedBy}
 *     may lack those that it had received and not executed when it restarted
 * @param directives what operators ordered
 */
public record Grant(
    ServiceName service,
    long epoch,
    Optional<SiteId> holder,
    String incarnation,
    long renewal,
    boolean serving,
    Optional<SiteId> servedBy,
    Set<SiteId> inSync,
    long stated,
    Optional<SiteId> openedBy,
    Directives directives) {

  /** An operator's order that the roles stay where they are. */
  public record Paused(String by, String reason) {}

  public Grant {
    inSync =
        inSync instanceof Sorted
            ? inSync
            : inSync.size() < 2 ? Set.copyOf(inSync) : new Sorted(new TreeSet<>(inSync));
  }

  /** Sites in order; nothing changes them, so a renewal shares those of the entry before it. */
  private static final class Sorted extends AbstractSet<SiteId> {
    private final Set<SiteId> sites;
    private final String text;

    Sorted(Set<SiteId> sites) {
      this.sites = Collections.unmodifiableSet(sites);
      this.text = sites.toString();
    }

    @Override
    public boolean contains(@Nullable Object site) {
      return sites.contains(site);
    }

    @Override
    public int size() {
      return sites.size();
    }

    @Override
    public Iterator<SiteId> iterator() {
      return sites.iterator();
    }

    @Override
    public String toString() {
      return text; // in every view
    }
  }

  /** Without a statement in this epoch, and without an order. */
  public Grant(
      ServiceName service,
      long epoch,
      Optional<SiteId> holder,
      String incarnation,
      long renewal,
      boolean serving,
      Optional<SiteId> servedBy,
      Set<SiteId> inSync) {
    this(
        service,
        epoch,
        holder,
        incarnation,
        renewal,
        serving,
        servedBy,
        inSync,
        0,
        Optional.empty(),
        Directives.NONE);
  }

  /** Whose server has every acknowledged write even after a restart; empty when that is unknown. */
  public Optional<SiteId> written() {
    return openedBy.or(() -> servedBy);
  }

  public Optional<Paused> paused() {
    return directives.paused();
  }

  public Optional<Move> move() {
    return directives.move();
  }

  Grant claimed(Origin by) {
    return new Grant(
        service,
        epoch + 1,
        Optional.of(by.site()),
        by.incarnation(),
        renewal + 1,
        false,
        servedBy,
        inSync,
        0,
        openedBy,
        directives.claimedBy(by.site()));
  }

  /** Another process of the holder's site goes on in its place; nothing changes for clients. */
  Grant adopted(Origin by) {
    return new Grant(
        service,
        epoch + 1,
        holder,
        by.incarnation(),
        renewal + 1,
        serving,
        servedBy,
        inSync,
        0,
        openedBy,
        directives);
  }

  Grant renewed() {
    return new Grant(
        service,
        epoch,
        holder,
        incarnation,
        renewal + 1,
        serving,
        servedBy,
        inSync,
        stated,
        openedBy,
        directives);
  }

  Grant released() {
    return vacant(holder.map(directives::released).orElse(directives));
  }

  /** Vacant, and meant for the move's target. */
  Grant handedOver(GtidSet position) {
    return vacant(directives.handedOver(position));
  }

  private Grant vacant(Directives next) {
    return new Grant(
        service,
        epoch,
        Optional.empty(),
        "",
        renewal,
        false,
        servedBy,
        inSync,
        stated,
        openedBy,
        next);
  }

  Grant served() {
    return new Grant(
        service,
        epoch,
        holder,
        incarnation,
        renewal,
        true,
        holder,
        inSync,
        stated,
        Optional.empty(),
        directives.served());
  }

  /** A statement counts as a change for claims that looked before it. */
  Grant stating(Set<SiteId> sites, long sequence) {
    // Before it is opened: with others on the list clients are served without another entry.
    boolean opens = !serving && !holder.equals(servedBy);
    return new Grant(
        service,
        epoch,
        holder,
        incarnation,
        renewal + 1,
        serving,
        servedBy,
        sites,
        sequence,
        sites.size() < 2 ? Optional.empty() : opens ? holder : openedBy,
        directives);
  }

  public Grant with(Directives next) {
    return new Grant(
        service,
        epoch,
        holder,
        incarnation,
        renewal,
        serving,
        servedBy,
        inSync,
        stated,
        openedBy,
        next);
  }

  /** The entry of a service that nobody ever claimed. */
  public static Grant none(ServiceName service) {
    return new Grant(service, 0, Optional.empty(), "", 0, false, Optional.empty(), Set.of());
  }

  public boolean heldBy(SiteId site, String byIncarnation) {
    return holder.isPresent() && holder.get().equals(site) && incarnation.equals(byIncarnation);
  }

  boolean heldBy(Origin origin, long inEpoch) {
    return epoch == inEpoch && heldBy(origin.site(), origin.incarnation());
  }
}
