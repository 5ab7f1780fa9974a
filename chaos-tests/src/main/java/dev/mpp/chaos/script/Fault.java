package dev.mpp.chaos.script;

import dev.mpp.chaos.demo.Demo;
import dev.mpp.chaos.demo.Demo.Part;
import dev.mpp.chaos.demo.Site;
import java.util.Locale;

/** One thing that goes wrong, and how it is mended. */
sealed interface Fault {

  /** SIGKILL to one process. */
  record Kill(Part part, Site site) implements Fault {}

  /** SIGSTOP to one process. */
  record Freeze(Part part, Site site) implements Fault {}

  /** SIGKILL to all of them. */
  record KillAll() implements Fault {}

  default void inject(Demo demo) {
    switch (this) {
      case Kill(Part part, Site site) -> demo.kill(part, site);
      case Freeze(Part part, Site site) -> demo.freeze(part, site);
      case KillAll() -> demo.killAll();
    }
  }

  /** Restarts or thaws what this fault took away. */
  default void mend(Demo demo) {
    switch (this) {
      case Kill(Part part, Site site) -> demo.start(part, site);
      case Freeze(Part part, Site site) -> demo.thaw(part, site);
      case KillAll() -> {
        for (Site site : Site.withMySql()) {
          demo.start(Part.MYSQL, site);
        }
        for (Site site : Site.values()) {
          demo.start(Part.NODE, site);
        }
      }
    }
  }

  default String describe() {
    return switch (this) {
      case Kill(Part part, Site site) -> "kill " + name(part) + " " + site.label();
      case Freeze(Part part, Site site) -> "freeze " + name(part) + " " + site.label();
      case KillAll() -> "kill everything";
    };
  }

  private static String name(Part part) {
    return part.name().toLowerCase(Locale.ROOT);
  }

  /** The fault of a round of {@code all-kill}: each process in turn, then all. */
  static Fault ofRound(int round) {
    return switch (Math.floorMod(round, 6)) {
      case 0 -> new Kill(Part.MYSQL, Site.SITE1);
      case 1 -> new Kill(Part.NODE, Site.SITE1);
      case 2 -> new Kill(Part.MYSQL, Site.SITE2);
      case 3 -> new Kill(Part.NODE, Site.SITE2);
      case 4 -> new Kill(Part.NODE, Site.WITNESS);
      default -> new KillAll();
    };
  }
}
