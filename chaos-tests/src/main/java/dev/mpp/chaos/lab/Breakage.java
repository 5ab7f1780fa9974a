package dev.mpp.chaos.lab;

import dev.mpp.chaos.lab.Lab.Part;
import java.util.List;
import java.util.stream.Collectors;

/** One thing that goes wrong, and how it is mended. */
sealed interface Breakage {

  /**
   * Links that are cut.
   *
   * @param severed the sites that lost touch with a majority or with each other, whose catching-up
   *     is timed
   */
  record Cut(String what, List<Drop> drops, List<LabSite> severed) implements Breakage {
    public Cut {
      drops = List.copyOf(drops);
      severed = List.copyOf(severed);
    }
  }

  /** SIGKILL to some processes, in this order. */
  record Kill(List<Victim> victims) implements Breakage {
    public Kill {
      victims = List.copyOf(victims);
    }
  }

  /** SIGSTOP to one process, SIGCONT to mend it. */
  record Freeze(Victim victim) implements Breakage {}

  /** One process of one site. */
  record Victim(Part part, LabSite site) {
    @Override
    public String toString() {
      return (part == Part.MYSQL ? "mysqld" : "mpp node") + " of " + site.label();
    }
  }

  static Cut isolation(LabSite site) {
    return new Cut("isolate " + site.label(), Drop.isolated(site.address()), List.of(site));
  }

  /** Both ways between two sites. */
  static Cut link(LabSite a, LabSite b) {
    return new Cut(
        "cut %s - %s".formatted(a.label(), b.label()),
        Drop.between(a.address(), b.address()),
        List.of(a, b));
  }

  static Kill node(LabSite site) {
    return new Kill(List.of(new Victim(Part.NODE, site)));
  }

  static Kill mysql(LabSite site) {
    return new Kill(List.of(new Victim(Part.MYSQL, site)));
  }

  default void inject(Lab lab) {
    switch (this) {
      case Cut(String what, List<Drop> drops, var severed) -> lab.network().cut(drops);
      case Kill(List<Victim> victims) ->
          victims.forEach(v -> lab.child(v.part(), v.site()).orElseThrow().kill());
      case Freeze(Victim v) -> lab.child(v.part(), v.site()).orElseThrow().freeze();
    }
  }

  default void mend(Lab lab) {
    switch (this) {
      case Cut cut -> lab.network().heal();
      case Kill(List<Victim> victims) -> victims.forEach(v -> lab.start(v.part(), v.site()));
      case Freeze(Victim v) -> lab.child(v.part(), v.site()).orElseThrow().thaw();
    }
  }

  /** Sites whose catching-up after the mending is timed. */
  default List<LabSite> severed() {
    return switch (this) {
      case Cut cut -> cut.severed();
      case Kill kill -> List.of();
      case Freeze(Victim v) -> v.part() == Part.NODE ? List.of(v.site()) : List.of();
    };
  }

  default String describe() {
    return switch (this) {
      case Cut cut -> cut.what();
      case Kill(List<Victim> victims) ->
          "kill " + victims.stream().map(Victim::toString).collect(Collectors.joining(", "));
      case Freeze(Victim victim) -> "freeze " + victim;
    };
  }
}
