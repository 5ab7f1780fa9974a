package dev.mpp.core.pool;

import dev.mpp.core.model.Ladder;
import dev.mpp.core.model.Status;
import dev.mpp.core.pool.Servers.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A random play, made while it is played: a pool of 1 to 5 nodes of any configuration, then
 * anything that can happen to it. Answers come at once, late, twice, unasked or never. The same
 * seed makes the same play.
 *
 * <p>Each play has its own temper (how often polls fail, whether operators meddle), because an even
 * mixture of everything never gets far in any one direction. The last third of some is calm: only
 * polls, answered at once, so that liveness can be judged.
 */
final class Sequence {
  private static final Menu[] MENUS =
      IntStream.rangeClosed(1, 5).mapToObj(Menu::new).toArray(Menu[]::new);
  private static final Ladder[] LADDERS = {
    Ladder.DEFAULT, Ladder.DEFAULT, new Ladder(1, 1, 1, 1), new Ladder(1, 3, 5, 6)
  };
  private static final Status[] LIMITS = {
    Status.FAIL, Status.FAIL, Status.OK_CRITICAL, Status.OK_WARN
  };

  final PoolConfig config;
  final List<Act> acts = new ArrayList<>();

  private final SplittableRandom random;
  private final Menu menu;
  private final int size;
  private final int length;
  private final int failing;
  private final int answering;
  private final boolean overrides;
  private final boolean pauses;
  private final boolean calmEnd;

  /**
   * @param length in acts
   */
  Sequence(long seed, int length) {
    random = new SplittableRandom(seed);
    this.length = length;
    size = 1 + random.nextInt(MENUS.length);
    menu = MENUS[size - 1];
    config =
        new PoolConfig(
            "p",
            menu.members,
            roles(),
            LADDERS[random.nextInt(LADDERS.length)],
            LIMITS[random.nextInt(LIMITS.length)],
            random.nextBoolean());
    failing = new int[] {2, 20, 60}[random.nextInt(3)];
    answering = new int[] {30, 70, 100}[random.nextInt(3)];
    overrides = random.nextInt(3) == 0;
    pauses = random.nextInt(3) == 0;
    calmEnd = random.nextBoolean();
  }

  private RoleRule roles() {
    if (random.nextInt(3) > 0) {
      return new RoleRule.Failover(Failback.values()[random.nextInt(3)]);
    }
    int min = 1 + random.nextInt(size);
    return new RoleRule.Cluster(min, min + random.nextInt(size + 1 - min));
  }

  Play play() {
    return new Play(config, acts);
  }

  /** Plays until something is wrong; null when nothing is. */
  @Nullable String run(PoolLogic logic, Judge judge) {
    Run run = new Run(config, logic, judge);
    int calm = calmEnd ? length * 2 / 3 : length;
    int serene = -1;
    for (int i = 0; i < length; i++) {
      Act act;
      if (i < calm) {
        act = next(run);
      } else {
        serene = serene < 0 ? random.nextInt(1 << size) : serene;
        act = calm(run, i - calm, serene);
      }
      acts.add(act);
      String fault = run.play(act);
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  private Act next(Run run) {
    int dice = random.nextInt(100);
    int waiting = dice < answering ? outstanding(run) : -1;
    if (waiting >= 0) {
      return answer(run, waiting);
    }
    if (dice < 70) {
      return random.nextInt(3) > 0 ? pollAll() : menu.pollsOfOne[node()][result()];
    }
    return switch (random.nextInt(16)) {
      case 0 -> menu.withdrawn;
      case 1, 2 -> menu.granted;
      case 3 -> menu.recover[node()];
      case 4 -> menu.recoverPool;
      case 5, 6 -> menu.activatePrimary;
      case 7 -> menu.proven[node()];
      case 8 -> random.nextInt(4) == 0 ? menu.returned : pollAll();
      case 9 -> stale(run);
      case 10 -> random.nextInt(8) == 0 ? menu.restart : pollAll();
      case 11, 12 -> overrides ? override() : pollAll();
      case 13 -> pauses ? random.nextBoolean() ? menu.pause : menu.resume : pollAll();
      default -> pollAll();
    };
  }

  private Act override() {
    int node = node();
    return random.nextInt(3) == 0
        ? menu.unset[node]
        : menu.overrides[node][random.nextInt(menu.overrides[node].length)];
  }

  /** First whatever disturbs is ended, then the same nodes are healthy in every cycle. */
  private Act calm(Run run, int at, int serene) {
    int waiting = outstanding(run);
    if (waiting >= 0) {
      return run.servers.outstanding(waiting) == Command.FENCE
          ? menu.fenced[waiting]
          : menu.promoted[waiting];
    }
    for (int i = 0; i < size; i++) {
      if (!run.state.nodes().get(i).override().isNone()) {
        return menu.unset[i];
      }
    }
    if (run.state.paused() || !run.state.allowed()) {
      return run.state.paused() ? menu.resume : menu.granted;
    }
    if (at < 2 * size && random.nextInt(3) == 0) {
      return menu.recover[node()];
    }
    int digits = 0;
    for (int i = size - 1; i >= 0; i--) {
      digits = digits * Menu.KINDS + ((serene >> i & 1) == 1 ? 0 : random.nextInt(3));
    }
    return menu.polls[digits];
  }

  private int outstanding(Run run) {
    int start = node();
    for (int k = 0; k < size; k++) {
      int i = (start + k) % size;
      if (run.servers.outstanding(i) != Command.NONE) {
        return i;
      }
    }
    return -1;
  }

  private Act answer(Run run, int node) {
    if (run.servers.outstanding(node) == Command.FENCE) {
      return menu.fenced[node];
    }
    return random.nextInt(6) == 0 ? menu.promotionFailed[node] : menu.promoted[node];
  }

  /** An answer that nobody waits for, at least not of this kind. */
  private Act stale(Run run) {
    int node = node();
    if (run.servers.outstanding(node) == Command.PROMOTE) {
      return menu.fenced[node];
    }
    return random.nextBoolean() ? menu.promoted[node] : menu.promotionFailed[node];
  }

  private Act pollAll() {
    int digits = 0;
    for (int i = 0; i < size; i++) {
      digits = digits * Menu.KINDS + result();
    }
    return menu.polls[digits];
  }

  private int result() {
    if (random.nextInt(100) >= failing) {
      return random.nextInt(8) == 0 ? Menu.WARNED : 0;
    }
    return random.nextInt(8) == 0 ? Menu.VOUCHED : 1 + random.nextInt(2);
  }

  private int node() {
    return random.nextInt(size);
  }
}
