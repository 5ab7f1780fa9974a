package dev.mpp.node.api;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.Move;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.SiteView.PoolView;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.SwitchoverGate;
import dev.mpp.node.NodeSnapshot;
import dev.mpp.proto.v1.SwitchoverEnd;
import dev.mpp.proto.v1.SwitchoverEnd.Result;
import dev.mpp.proto.v1.SwitchoverEvent;
import dev.mpp.proto.v1.SwitchoverPhase;
import dev.mpp.proto.v1.SwitchoverRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One asker's view of one switchover: gives the order, or joins the one that is under way, and
 * tells its phases as the ledger and the sites' views show them. It decides nothing: the move goes
 * on without it. Blocks its own thread, bounded.
 */
final class Switching implements NodeControl.Watcher {
  private static final long DEFAULT_BUDGET = TimeUnit.SECONDS.toNanos(30);
  private static final long LONGEST_BUDGET = TimeUnit.MINUTES.toNanos(30);

  /** Beyond the target's catching up: fence, hand-over, promotion and a lease in between. */
  private static final long MARGIN = TimeUnit.SECONDS.toNanos(30);

  /** An order that the ledger does not show within this is unconfirmed. */
  private static final long CONFIRM = TimeUnit.SECONDS.toNanos(8);

  private static final long ACKNOWLEDGE = TimeUnit.SECONDS.toNanos(10);

  private final NodeControl control;
  private final SwitchoverRequest request;
  private final ServiceName service;
  private final SiteId target;
  private final long budget;
  private final LongSupplier nanos;
  private final Consumer<SwitchoverEvent> out;
  private final BooleanSupplier gone;
  private final LinkedBlockingQueue<NodeSnapshot> pictures = new LinkedBlockingQueue<>(256);
  private final long begun;
  private String said = "";
  private long fencedAt = Long.MIN_VALUE;
  private long doneAt = Long.MIN_VALUE;
  private boolean seen;

  /** The move that is followed: an earlier order for the same target is as good as this one. */
  private String followed;

  /** The last move that had ended when this order was given. */
  private String before = "";

  /**
   * @param nanos the monotonic clock of the pictures
   * @param out gets the events, the end last
   * @param gone whether the asker has left
   */
  Switching(
      NodeControl control,
      SwitchoverRequest request,
      LongSupplier nanos,
      Consumer<SwitchoverEvent> out,
      BooleanSupplier gone) {
    this.control = control;
    this.request = request;
    this.nanos = nanos;
    this.out = out;
    this.gone = gone;
    this.begun = nanos.getAsLong();
    NodeSnapshot now = control.snapshot();
    this.service = new Targets(now).services(request.getService(), false).getFirst();
    this.target = site(now, request.getTarget());
    long millis = request.getTimeoutMillis();
    this.budget = millis == 0 ? DEFAULT_BUDGET : TimeUnit.MILLISECONDS.toNanos(millis);
    if (millis < 0 || budget > LONGEST_BUDGET) {
      throw new IllegalArgumentException("the time to catch up must be 1 s to 30 min");
    }
    this.followed = request.getId();
    if (request.getId().isBlank() || request.getId().length() > 64) {
      throw new IllegalArgumentException("a switchover needs an id of 1 to 64 characters");
    }
  }

  static SiteId site(NodeSnapshot picture, String name) {
    TreeSet<String> known = new TreeSet<>();
    known.add(picture.local().site().name());
    picture.peers().forEach(p -> known.add(p.site().name()));
    String wanted = name.toLowerCase(Locale.ROOT);
    if (!known.contains(wanted)) {
      throw new IllegalArgumentException(
          "there is no site " + Typed.clean(name) + "; there is " + String.join(", ", known));
    }
    return new SiteId(wanted);
  }

  /** Runs to the end and tells it. */
  void run() {
    try (NodeControl.Subscription unused = control.subscribe(this)) {
      SwitchoverEnd end = begin(control.snapshot()).orElseGet(this::follow);
      out.accept(event().setEnd(end).build());
    }
  }

  /** Empty when there is a move to follow. */
  private Optional<SwitchoverEnd> begin(NodeSnapshot picture) {
    Grant g = grant(picture);
    before = g.directives().lastMove().map(Move.Outcome::id).orElse("");
    Optional<Move.Outcome> last = outcome(g);
    if (last.isPresent()) {
      seen = true;
      return Optional.empty(); // asked again after it ended
    }
    if (g.move().isEmpty() && g.serving() && g.holder().equals(Optional.of(target))) {
      return Optional.of(
          end(
              Result.NOTHING_TO_DO,
              "%s is ACTIVE already, in epoch %d".formatted(target, g.epoch())));
    }
    if (g.move().filter(m -> m.target().equals(target)).isPresent() && !request.getDryRun()) {
      Move m = g.move().get();
      followed = m.id();
      phase("JOIN", target, "it was ordered before by %s: %s".formatted(m.by(), m.reason()));
      return Optional.empty();
    }
    List<SwitchoverGate> gates =
        SwitchoverGate.judge(sight(picture), target, request.getIgnoreSilent());
    gates.forEach(this::tell);
    Optional<String> obstacle = SwitchoverGate.obstacle(gates);
    if (obstacle.isPresent()) {
      return Optional.of(end(Result.REFUSED, obstacle.get()));
    }
    return request.getDryRun()
        ? Optional.of(
            end(
                Result.POSSIBLE,
                "a switchover of %s to %s could begin now".formatted(service, target)))
        : order();
  }

  private Optional<SwitchoverEnd> order() {
    String answer =
        Orders.await(
            control.order(
                new BrainEvent.OperatorSwitchover(
                    service,
                    request.getId(),
                    target,
                    budget,
                    request.getIgnoreSilent(),
                    Typed.clean(request.getUser()),
                    Typed.clean(request.getReason()))));
    return answer.startsWith("ERROR: ")
        ? Optional.of(end(Result.REFUSED, answer.substring("ERROR: ".length())))
        : Optional.empty();
  }

  private SwitchoverEnd follow() {
    long until = begun + budget + MARGIN;
    NodeSnapshot picture = control.snapshot();
    while (true) {
      Optional<SwitchoverEnd> end = look(picture);
      if (end.isPresent()) {
        return end.get();
      }
      long now = nanos.getAsLong();
      if (gone.getAsBoolean() || now - until >= 0) {
        return end(
            Result.UNKNOWN,
            "no end within %d s; the move goes on without this command: mpp status shows it"
                .formatted(TimeUnit.NANOSECONDS.toSeconds(now - begun)));
      }
      picture = next(picture);
    }
  }

  /** The newest picture, a tenth of a second later at the latest. */
  private NodeSnapshot next(NodeSnapshot last) {
    try {
      NodeSnapshot next = pictures.poll(100, TimeUnit.MILLISECONDS);
      return next == null ? control.snapshot() : next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return last;
    }
  }

  private Optional<SwitchoverEnd> look(NodeSnapshot picture) {
    Grant g = grant(picture);
    Optional<Move> move = g.move().filter(m -> m.target().equals(target));
    if (move.isPresent()) {
      seen = true;
      if (!followed.equals(move.get().id())) {
        followed = move.get().id(); // another order for the same target came first
        phase(
            "JOIN",
            target,
            "it was ordered by %s: %s".formatted(move.get().by(), move.get().reason()));
      }
      phases(picture, g, move.get());
      return Optional.empty();
    }
    if (!seen) {
      // One for the same target may have come first and be over already.
      g.directives()
          .lastMove()
          .filter(o -> o.target().equals(target) && !o.id().equals(before))
          .ifPresent(o -> followed = o.id());
    }
    Optional<Move.Outcome> ended = outcome(g);
    if (ended.isEmpty()) {
      boolean lost = !seen && nanos.getAsLong() - begun > CONFIRM;
      return lost
          ? Optional.of(
              end(
                  Result.UNKNOWN,
                  "the ledger did not confirm the order: no majority? It may still come into"
                      + " force: look at mpp status"))
          : Optional.empty();
    }
    seen = true;
    if (!ended.get().done()) {
      return Optional.of(
          end(
              Result.ROLLED_BACK,
              "%s; %s"
                  .formatted(
                      ended.get().reason(),
                      g.holder()
                          .map(h -> h + " has the role, epoch " + g.epoch())
                          .orElse("nobody has the role at this moment"))));
    }
    return acknowledged(picture, g);
  }

  private void phases(NodeSnapshot picture, Grant g, Move move) {
    SiteId where = move.position().isPresent() ? target : g.holder().orElse(target);
    String name =
        move.position().isPresent()
            ? "TAKE_OVER"
            : pool(picture, where).map(PoolView::phase).filter(p -> !p.isEmpty()).orElse("ORDERED");
    if (!name.equals("CATCH_UP") && !name.equals("ORDERED") && fencedAt == Long.MIN_VALUE) {
      fencedAt = nanos.getAsLong();
    }
    String text =
        switch (name) {
          case "ORDERED" -> "agreed; the holder takes it up";
          case "CATCH_UP" -> "the target catches up; writes go on";
          case "FENCE" -> "writes stop here";
          case "POSITION" -> "reading what was executed";
          case "DRAIN" -> "the target executes what it lacks";
          case "HANDOVER" -> "the ledger gives the role to the target";
          case "TAKE_OVER" -> "the target claims the role and opens its server";
          default -> "";
        };
    phase(name, where, text);
  }

  private Optional<SwitchoverEnd> acknowledged(NodeSnapshot picture, Grant g) {
    doneAt = doneAt == Long.MIN_VALUE ? nanos.getAsLong() : doneAt;
    TreeSet<String> missing = new TreeSet<>();
    for (SiteView v : views(picture)) {
      boolean follows =
          v.roles().stream().anyMatch(r -> r.service().equals(service) && r.epoch() >= g.epoch());
      if (!follows) {
        missing.add(v.site().name());
      }
    }
    long pause = fencedAt == Long.MIN_VALUE ? 0 : TimeUnit.NANOSECONDS.toMillis(doneAt - fencedAt);
    if (missing.isEmpty()) {
      return Optional.of(
          end(
                  Result.DONE,
                  "%s is ACTIVE in epoch %d; the answers and checks of every site follow"
                      .formatted(target, g.epoch()))
              .toBuilder()
              .setPauseMillis(pause)
              .build());
    }
    phase("ACKNOWLEDGE", target, "waiting for the answers and checks of " + missing);
    return nanos.getAsLong() - doneAt < ACKNOWLEDGE
        ? Optional.empty()
        : Optional.of(
            end(
                Result.UNKNOWN,
                "%s is ACTIVE in epoch %d, but %s did not acknowledge it within %d s: clients there may still be sent to the former site"
                    .formatted(
                        target, g.epoch(), missing, TimeUnit.NANOSECONDS.toSeconds(ACKNOWLEDGE))));
  }

  private Optional<Move.Outcome> outcome(Grant g) {
    return g.directives().lastMove().filter(o -> o.id().equals(followed));
  }

  /** Of this site and of every peer that is heard now. */
  private static List<SiteView> views(NodeSnapshot picture) {
    List<SiteView> views = new java.util.ArrayList<>();
    views.add(picture.local());
    picture.peers().stream()
        .filter(NodeSnapshot.Peer::connected)
        .map(NodeSnapshot.Peer::view)
        .flatMap(Optional::stream)
        .forEach(views::add);
    return views;
  }

  private Optional<PoolView> pool(NodeSnapshot picture, SiteId site) {
    return views(picture).stream()
        .filter(v -> v.site().equals(site))
        .findFirst()
        .flatMap(v -> v.pool(service));
  }

  private SwitchoverGate.Sight sight(NodeSnapshot picture) {
    Map<SiteId, PoolView> pools = new HashMap<>();
    views(picture).forEach(v -> v.pool(service).ifPresent(p -> pools.put(v.site(), p)));
    TreeSet<SiteId> silent = new TreeSet<>();
    picture.peers().stream()
        .filter(p -> !p.connected() || p.view().isEmpty())
        .forEach(p -> silent.add(p.site()));
    return new SwitchoverGate.Sight(grant(picture), pools, silent, picture.siteOrders());
  }

  private Grant grant(NodeSnapshot picture) {
    return picture.services().stream()
        .filter(s -> s.name().equals(service))
        .findFirst()
        .orElseThrow()
        .grant();
  }

  private void tell(SwitchoverGate gate) {
    out.accept(
        event()
            .setGate(
                dev.mpp.proto.v1.SwitchoverGate.newBuilder()
                    .setName(gate.name())
                    .setOk(gate.ok())
                    .setText(gate.text()))
            .build());
  }

  private void phase(String name, SiteId where, String text) {
    if (!said.equals(name)) {
      said = name;
      out.accept(
          event()
              .setPhase(
                  SwitchoverPhase.newBuilder().setName(name).setSite(where.name()).setText(text))
              .build());
    }
  }

  private static SwitchoverEnd end(Result result, String text) {
    return SwitchoverEnd.newBuilder().setResult(result).setText(text).build();
  }

  private SwitchoverEvent.Builder event() {
    return SwitchoverEvent.newBuilder()
        .setElapsedMillis(TimeUnit.NANOSECONDS.toMillis(nanos.getAsLong() - begun));
  }

  @Override
  public void picture(NodeSnapshot snapshot) {
    @Nullable NodeSnapshot dropped = pictures.offer(snapshot) ? null : pictures.poll();
    if (dropped != null) {
      boolean unused = pictures.offer(snapshot);
    }
  }

  @Override
  public void entry(NodeControl.JournalEntry entry) {
    // The ledger and the views say everything.
  }
}
