package dev.mpp.chaos.sim;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Judges what happened, in true time, from the servers' side, from what clients were told and from
 * the committed log alone; it knows nothing of brains, clocks or states.
 */
final class SimChecker {
  /** What is known of one service. */
  private static final class Service {
    final Map<Integer, Long> acknowledged = new HashMap<>();
    final Map<Integer, Boolean> writable = new HashMap<>();
    final Map<Integer, Long> openedAt = new HashMap<>();
    final Map<Integer, Long> lastAcknowledged = new HashMap<>();
    final Map<Long, String> served = new HashMap<>();

    /** By who answered and with whom. */
    final Map<Integer, Answer> answers = new HashMap<>();

    long granted;
    int holder = -1;
    boolean released;
    final Set<Long> givenUp = new HashSet<>();
    long leaseEnd = Long.MIN_VALUE;
    long opened;
    int openedBy = -1;

    /** An operator let this site take the role, whatever is missing there; -1: none. */
    int forced = -1;
  }

  /** The answer of longest life that a name server gave for a site. */
  private record Answer(int who, int site, long epoch, long end) {}

  private final List<Service> services = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private final boolean loseNothing;
  private final List<SimSite> sites;
  private long acknowledgements;
  private long openings;

  /**
   * @param loseNothing no acknowledged write may be missing where a server opens
   */
  SimChecker(int services, List<SimSite> sites, boolean loseNothing) {
    this.sites = sites;
    this.loseNothing = loseNothing;
    for (int i = 0; i < services; i++) {
      this.services.add(new Service());
    }
  }

  List<String> violations() {
    return violations;
  }

  long acknowledgements() {
    return acknowledgements;
  }

  long openings() {
    return openings;
  }

  long epoch(int service) {
    return services.get(service).granted;
  }

  private void violation(String format, Object... args) {
    if (violations.size() < 20) {
      violations.add(format.formatted(args));
    }
  }

  // ---- clients ------------------------------------------------------------------------------

  /** Clients got their acknowledgements from this server, up to so many of a stint. */
  void acknowledged(SimServer server, int stint, long upTo, long now) {
    Service s = services.get(server.service.index);
    s.acknowledged.merge(stint, upTo, Math::max);
    acknowledgements++;
    long opened = s.openedAt.getOrDefault(server.id, Long.MIN_VALUE);
    for (Map.Entry<Integer, Long> other : s.lastAcknowledged.entrySet()) {
      if (other.getKey() != server.id && other.getValue() > opened) {
        violation(
            "server %s acknowledged a write at %.3f s although server %d had, at %.3f s, after it"
                + " was opened",
            server.address, now / 1e9, other.getKey(), other.getValue() / 1e9);
      }
    }
    s.lastAcknowledged.put(server.id, now);
  }

  // ---- servers ------------------------------------------------------------------------------

  /** Called after every change of a server. */
  void look(SimServer server, long now) {
    Service s = services.get(server.service.index);
    boolean is = server.up && !server.readOnly;
    boolean was = Boolean.TRUE.equals(s.writable.put(server.id, is));
    if (is && !was) {
      openings++;
      s.openedAt.put(server.id, now);
      alone(server, now);
      complete(s, server, now);
      granted(s, server, now);
      unanswered(s, server, now);
    }
  }

  private void alone(SimServer server, long now) {
    for (SimServer o : server.service.servers) {
      if (o != server && o.writable() && !o.thawed) {
        violation(
            "server %s became writable at %.3f s while server %s was",
            server.address, now / 1e9, o.address);
      }
    }
  }

  private void complete(Service s, SimServer server, long now) {
    if (!loseNothing) {
      return;
    }
    if (s.forced == server.site) {
      s.acknowledged.replaceAll(
          (stint, upTo) -> Math.min(upTo, server.log.of(stint, server.applied)));
    }
    s.forced = -1;
    s.acknowledged.forEach(
        (stint, upTo) -> {
          long has = server.log.of(stint, server.applied);
          if (has < upTo) {
            violation(
                "server %s became writable at %.3f s without %d acknowledged writes of opening %d",
                server.address, now / 1e9, upTo - has, stint);
          }
        });
  }

  private void granted(Service s, SimServer server, long now) {
    if (server.epoch < s.opened || server.epoch == s.opened && s.openedBy != server.site) {
      violation(
          "server %s was opened at %.3f s in epoch %d after epoch %d was opened at %s",
          server.address, now / 1e9, server.epoch, s.opened, site(s.openedBy));
    }
    if (server.epoch != s.granted || s.holder != server.site || s.leaseEnd <= now) {
      violation(
          "server %s was opened at %.3f s in epoch %d without a fresh lease: epoch %d is %s's until"
              + " %.3f s",
          server.address, now / 1e9, server.epoch, s.granted, site(s.holder), s.leaseEnd / 1e9);
    }
    s.opened = server.epoch;
    s.openedBy = server.site;
  }

  private void unanswered(Service s, SimServer server, long now) {
    s.answers.forEach(
        (key, a) -> {
          if (a.site() != server.site && a.end() > now) {
            violation(
                "%s/%s answered with %s of epoch %d until %.3f s, but server %s was opened at %.3f"
                    + " s",
                site(a.who()),
                site(a.site()),
                site(a.site()),
                a.epoch(),
                a.end() / 1e9,
                server.address,
                now / 1e9);
          }
        });
  }

  private String site(int index) {
    return index < 0 ? "nobody" : sites.get(index).id.name();
  }

  // ---- the committed log --------------------------------------------------------------------

  /**
   * The ledger granted the role.
   *
   * @param leaseEnd true time at which the holder's clock has counted the lease from before it
   *     proposed
   */
  void claimed(int service, long epoch, int site, long leaseEnd, long now) {
    Service s = services.get(service);
    if (epoch <= s.granted) {
      violation("epoch %d was granted at %.3f s after epoch %d", epoch, now / 1e9, s.granted);
    }
    if (s.holder != site && !s.released && s.forced != site && s.leaseEnd > now) {
      violation(
          "the lease of epoch %d was granted to %s at %.3f s while that of %s ran until %.3f s",
          epoch, site(site), now / 1e9, site(s.holder), s.leaseEnd / 1e9);
    }
    s.granted = epoch;
    s.holder = site;
    s.released = false;
    s.leaseEnd = leaseEnd;
  }

  /**
   * The claim that comes now is of a pair's site that has not met the other one since its process
   * began: it cannot know which epochs that one opened alone, and both may have been alone in turn.
   */
  void unaware(int service, long epoch) {
    Service s = services.get(service);
    s.granted = Math.min(s.granted, epoch - 1);
    s.opened = Math.min(s.opened, epoch - 1);
  }

  /**
   * The claim that comes now is an operator's, who made sure that the other site is down: its lease
   * and what was answered need not be waited for, and what is missing here is given up.
   */
  void forced(int service, int site) {
    Service s = services.get(service);
    s.forced = site;
    s.givenUp.add(s.granted);
    s.answers.clear();
  }

  void renewed(int service, long leaseEnd) {
    Service s = services.get(service);
    s.leaseEnd = Math.max(s.leaseEnd, leaseEnd);
  }

  /** Given up: what was answered may outlive it, the next site need not wait. */
  void released(SimService service, int site, long now) {
    Service s = services.get(service.index);
    s.released = true;
    s.givenUp.add(s.granted);
    s.answers.clear();
    for (SimServer o : service.servers) {
      if (o.writable() && !o.thawed) {
        violation(
            "%s released the role at %.3f s while server %s was writable",
            site(site), now / 1e9, o.address);
      }
    }
  }

  void served(int service, long epoch, int site) {
    services.get(service).served.put(epoch, sites.get(site).id.name());
  }

  // ---- name servers -------------------------------------------------------------------------

  /** A name server answers with a site's address until then. */
  void answered(int who, SimService service, long epoch, int site, long end, long now) {
    Service s = services.get(service.index);
    String name = sites.get(site).id.name();
    if (!name.equals(s.served.get(epoch))) {
      violation(
          "%s published %s in epoch %d at %.3f s, which was not agreed",
          site(who), name, epoch, now / 1e9);
    }
    if (end > now && !s.givenUp.contains(epoch)) {
      int key = who * sites.size() + site;
      Answer last = s.answers.get(key);
      if (last == null || last.end() < end) {
        s.answers.put(key, new Answer(who, site, epoch, end));
      }
    }
  }
}
