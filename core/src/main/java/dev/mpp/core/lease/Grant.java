package dev.mpp.core.lease;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

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
 * @param paused by whom and why, while the service is paused
 * @param move the planned switchover that is under way
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
    Optional<Paused> paused,
    Optional<Move> move) {

  /** An operator's order that the roles stay where they are. */
  public record Paused(String by, String reason) {}

  public Grant {
    inSync =
        inSync.size() < 2 ? Set.copyOf(inSync) : Collections.unmodifiableSet(new TreeSet<>(inSync));
  }

  /** Without a statement in this epoch. */
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
        Optional.empty());
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
        paused,
        move.filter(m -> m.position().isPresent() && m.target().equals(by.site())));
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
        paused,
        move);
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
        paused,
        move);
  }

  Grant released() {
    return vacant(Optional.empty());
  }

  /** Vacant, and meant for the move's target. */
  Grant handedOver(GtidSet position) {
    return vacant(move.map(m -> m.handedOver(position)));
  }

  private Grant vacant(Optional<Move> next) {
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
        paused,
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
        paused,
        move.filter(m -> m.position().isEmpty()));
  }

  /** A statement counts as a change for claims that looked before it. */
  Grant stating(Set<SiteId> sites, long sequence) {
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
        paused,
        move);
  }

  /** A pause ends a move that can still be ended. */
  Grant pausing(Optional<Paused> pause) {
    return with(pause, move.filter(m -> m.position().isPresent() || pause.isEmpty()));
  }

  Grant moving(Optional<Move> next) {
    return with(paused, next);
  }

  private Grant with(Optional<Paused> pause, Optional<Move> next) {
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
        pause,
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
