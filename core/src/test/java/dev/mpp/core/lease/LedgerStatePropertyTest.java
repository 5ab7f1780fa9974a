package dev.mpp.core.lease;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Thousands of random commands, mostly near misses; the rules are checked from the outside. */
class LedgerStatePropertyTest {
  private static final List<SiteId> SITES =
      List.of(new SiteId("a"), new SiteId("b"), new SiteId("c"));
  private static final List<ServiceName> SERVICES =
      List.of(new ServiceName("x.eraser.com"), new ServiceName("y.eraser.com"));

  @Test
  void theRulesHoldForRandomCommands() {
    for (long seed = 0; seed < 300; seed++) {
      run(seed);
    }
  }

  private static void run(long seed) {
    Random random = new Random(seed);
    LedgerState state = LedgerState.EMPTY;
    LedgerState twin = LedgerState.EMPTY;
    Map<String, String> holderOfEpoch = new TreeMap<>();
    for (int i = 0; i < 300; i++) {
      LedgerCommand command = random(random, state);
      String context = "seed " + seed + " step " + i + ": " + command;
      LedgerState.Applied applied = state.apply(command);
      check(state, command, applied, holderOfEpoch, context);
      assertEquals(applied, twin.apply(command), context);
      twin = applied.state();
      state = applied.state();
    }
  }

  private static void check(
      LedgerState before,
      LedgerCommand command,
      LedgerState.Applied applied,
      Map<String, String> holderOfEpoch,
      String context) {
    if (applied.outcome() instanceof LedgerOutcome.Refused) {
      assertEquals(before, applied.state(), context);
      return;
    }
    Set<ServiceName> named = new HashSet<>(((LedgerOutcome.Accepted) applied.outcome()).services());
    for (ServiceName s : SERVICES) {
      Grant old = before.grant(s);
      Grant now = applied.state().grant(s);
      if (!named.contains(s)) {
        assertEquals(old, now, context);
      }
      boolean adopt = command instanceof LedgerCommand.Adopt && named.contains(s);
      boolean claim = (adopt || command instanceof LedgerCommand.Claim) && named.contains(s);
      boolean release =
          (command instanceof LedgerCommand.Release || command instanceof LedgerCommand.Handover)
              && named.contains(s);
      assertEquals(claim ? old.epoch() + 1 : old.epoch(), now.epoch(), context);
      assertTrue(now.renewal() >= old.renewal(), context);
      if (adopt) {
        assertEquals(old.holder(), now.holder(), context);
      }
      if (claim) {
        assertTrue(now.heldBy(command.origin().site(), command.origin().incarnation()), context);
        assertTrue(now.renewal() > old.renewal(), context);
      } else if (release) {
        assertTrue(old.heldBy(command.origin().site(), command.origin().incarnation()), context);
        assertTrue(now.holder().isEmpty() && !now.serving(), context);
      } else {
        assertEquals(old.holder(), now.holder(), context);
        assertEquals(old.incarnation(), now.incarnation(), context);
      }
      Acting acting = applied.state().acting(now.holder().orElse(SITES.getFirst()));
      if (now.holder().isPresent() && acting.term() > 0) {
        assertEquals(acting.incarnation(), now.incarnation(), context);
      }
      if (now.holder().isPresent()) {
        String holder = now.holder().get() + "/" + now.incarnation();
        String known = holderOfEpoch.putIfAbsent(s + "#" + now.epoch(), holder);
        assertTrue(known == null || known.equals(holder), "two holders of one epoch: " + context);
      }
      if (!old.inSync().equals(now.inSync())) {
        assertTrue(command instanceof LedgerCommand.InSync, context);
        assertTrue(now.inSync().contains(now.holder().orElseThrow()), context);
      }
    }
  }

  private static LedgerCommand random(Random random, LedgerState state) {
    ServiceName service = SERVICES.get(random.nextInt(SERVICES.size()));
    Grant g = state.grant(service);
    SiteId site =
        random.nextInt(3) > 0 && g.holder().isPresent()
            ? g.holder().get()
            : SITES.get(random.nextInt(SITES.size()));
    Origin origin = new Origin(site, "run-" + random.nextInt(2), random.nextInt(5));
    long epoch = random.nextInt(4) > 0 ? g.epoch() : g.epoch() + random.nextInt(3) - 1;
    long renewal = random.nextInt(4) > 0 ? g.renewal() : g.renewal() + random.nextInt(3) - 1;
    String id = "m" + random.nextInt(2);
    return switch (random.nextInt(13)) {
      case 6 -> new LedgerCommand.Adopt(origin, state.acting(site).term() + random.nextInt(3) / 2);
      case 7 ->
          new LedgerCommand.BeginMove(
              origin,
              service,
              epoch,
              new Move(id, SITES.get(random.nextInt(SITES.size())), 1, "by", "", Optional.empty()));
      case 8 -> new LedgerCommand.EndMove(origin, service, id, "");
      case 9 -> new LedgerCommand.Handover(origin, service, epoch, id, GtidSet.parse("0-1-7"));
      case 10 ->
          new LedgerCommand.OrderSite(
              origin,
              site,
              random.nextInt(3) > 0
                  ? Optional.empty()
                  : Optional.of(new SiteOrder(SiteOrder.Mode.DRAIN, "by", "")),
              "by",
              "");
      case 12 ->
          new LedgerCommand.Prefer(
              origin,
              service,
              random.nextBoolean() ? Optional.of(site) : Optional.empty(),
              "by",
              "");
      case 11 -> new LedgerCommand.Pause(origin, service, random.nextInt(3) == 0, "by", "");
      case 0 -> new LedgerCommand.Claim(origin, service, epoch, renewal);
      case 1 ->
          new LedgerCommand.Renew(
              origin,
              List.of(
                  new LedgerCommand.Held(service, epoch),
                  new LedgerCommand.Held(SERVICES.get(random.nextInt(2)), random.nextInt(10))));
      case 2 -> new LedgerCommand.Release(origin, service, epoch);
      case 3 -> new LedgerCommand.Serve(origin, service, epoch);
      case 4 ->
          new LedgerCommand.InSync(
              origin, service, epoch, random.nextBoolean() ? Set.copyOf(SITES) : Set.of(site));
      default -> new LedgerCommand.Beat(origin);
    };
  }
}
