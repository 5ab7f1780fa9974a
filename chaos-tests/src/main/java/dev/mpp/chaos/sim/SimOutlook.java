package dev.mpp.chaos.sim;

import dev.mpp.core.model.CheckpointClass;
import dev.mpp.core.model.Ladder;
import dev.mpp.core.plan.BrainEvent;
import dev.mpp.core.plan.CheckpointBoard;
import java.util.List;
import java.util.function.IntFunction;

/**
 * The world as two sites see it: an uplink each, over which a site reaches its external checkpoint,
 * and the other site its edge and its service addresses. Who has lost it is seen by both: that is
 * what pair mode assumes (docs/safety.md).
 */
final class SimOutlook {
  private static final long MS = SimWorld.MS;
  private static final String EXTERNAL = "external";
  private static final Ladder LADDER = Ladder.DEFAULT;

  private final SimWorld world;
  private final IntFunction<SimPairSide> sides;
  private final int[] lost = new int[2];
  private final int[] dark = new int[2];
  private int divided;
  private final boolean[] probing = new boolean[2];

  SimOutlook(SimWorld world, IntFunction<SimPairSide> sides) {
    this.world = world;
    this.sides = sides;
  }

  CheckpointBoard board() {
    return new CheckpointBoard(
        List.of(new CheckpointBoard.Spec(EXTERNAL, CheckpointClass.EXTERNAL, LADDER)), false);
  }

  /** How long a site needs, at worst, to find that it lost the world: as the node works it out. */
  long detection() {
    return (world.shape.probeEvery() + world.shape.probeTimeout()) * LADDER.fail() + 1000 * MS;
  }

  /** Whether the site reaches the world, and is reached from there. */
  boolean sees(int site) {
    return lost[site] == 0 && dark[site] == 0;
  }

  boolean powered(int site) {
    return dark[site] == 0;
  }

  /** Whether packets of one site come to the edge of the other and back. */
  boolean edge(int from, int to) {
    return powered(to) && (world.net.both(from, to) || (divided == 0 && sees(from) && sees(to)));
  }

  /** Whether they come to a machine inside. */
  boolean inside(int from, int to) {
    return powered(to) && world.net.both(from, to);
  }

  void lose(int site, boolean on) {
    boolean saw = sees(site);
    lost[site] += on ? 1 : -1;
    turned(site, saw);
  }

  void darken(int site, boolean on) {
    boolean saw = sees(site);
    dark[site] += on ? 1 : -1;
    turned(site, saw);
  }

  private void turned(int site, boolean saw) {
    SimSite s = world.sites[site];
    if (saw && !sees(site) && s.alive()) {
      sides.apply(site).blinded();
    }
    changed(site);
  }

  /** Both see the world, and not each other's edge: no pair can know that from silence. */
  void divide(boolean on) {
    divided += on ? 1 : -1;
  }

  // ---- the external checkpoint --------------------------------------------------------------

  /** A process goes on. */
  void look(SimSite site) {
    changed(site.index);
  }

  /** A process begins. */
  void boot(SimSite site) {
    probing[site.index] = false;
    changed(site.index);
  }

  /** Probes go on as long as they say something new. */
  private void changed(int site) {
    if (!probing[site]) {
      probing[site] = true;
      long run = world.sites[site].run;
      world.time.after(
          (long) (world.chance.unit() * world.shape.probeEvery()),
          () -> probe(world.sites[site], run));
    }
  }

  private void probe(SimSite site, long run) {
    if (site.run != run) {
      return;
    }
    boolean ok = sees(site.index) || world.broken.is(Break.PAIR_NO_REACH);
    long startedAt = site.now();
    long takes = ok ? world.chance.ms(1, 60) : world.shape.probeTimeout();
    world.time.after(
        takes,
        () -> {
          if (site.run == run) {
            site.event(
                new BrainEvent.CheckpointResult(
                    EXTERNAL, CheckpointClass.EXTERNAL, ok, ok ? "" : "no answer", startedAt, 0));
          }
        });
    if (ok) {
      probing[site.index] = false;
    } else {
      world.time.after(takes + world.shape.probeEvery(), () -> probe(site, run));
    }
  }
}
