package dev.mpp.node;

import dev.mpp.core.model.ServiceName;
import dev.mpp.core.pool.RoleRule;
import dev.mpp.node.config.Durations;
import dev.mpp.node.config.MppConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The longest an outage may last by the configuration, term by term, for each kind of failure
 * (DESIGN sections 3 and 6; docs/failure-matrix.md). Pure.
 *
 * @param beyond what no setting bounds
 */
record TimingPlan(ServiceName service, String failure, List<Term> terms, String beyond) {
  private static final String COMMITS =
      "commits between the sites (a round trip each), applying what was received and not applied";

  /** Inside a site nothing is released. */
  private static final String LOCAL = "";

  private static final String BETWEEN = "release";

  TimingPlan {
    terms = List.copyOf(terms);
  }

  /**
   * One term.
   *
   * @param stage of what the node measures; empty when it does not
   * @param formula with the keys of {@code mpp.yml} and their values
   */
  record Term(String name, String stage, String formula, Duration worst) {}

  /** The sum of the terms. */
  Duration worst() {
    return terms.stream().map(Term::worst).reduce(Duration.ZERO, Duration::plus);
  }

  /** The plans of every service that has a pool at the configured site. */
  static List<TimingPlan> of(MppConfig config) {
    List<TimingPlan> plans = new ArrayList<>();
    for (MppConfig.Service s : config.services()) {
      s.at(config.site()).ifPresent(here -> new Terms(config, s).add(plans, here));
    }
    return plans;
  }

  /** The terms of one service. */
  private record Terms(MppConfig config, MppConfig.Service service) {

    void add(List<TimingPlan> plans, MppConfig.ServiceSite here) {
      boolean local = here.pool().nodes().size() > 1;
      if (local) {
        boolean cluster = here.pool().roles() instanceof RoleRule.Cluster;
        String next = cluster ? "the other nodes go on" : "another node of the pool takes over";
        plans.add(
            plan(
                "mysqld dies at ACTIVE, " + next,
                "what the next node has received and not applied",
                detection(false),
                gone(LOCAL),
                takeOver(),
                ttl("the site's address stays the same")));
        plans.add(
            plan(
                "the ACTIVE server's host goes silent, " + next,
                "what the next node has received and not applied",
                detection(true),
                deadMan(LOCAL),
                takeOver(),
                ttl("the site's address stays the same")));
      }
      if (service.sites().size() < 2) {
        return;
      }
      plans.add(
          plan(
              "mysqld dies at ACTIVE, " + (local ? "no other node is left" : "its only node here"),
              COMMITS,
              detection(false),
              gone(BETWEEN),
              claim(),
              tierTwo(),
              ttl("")));
      plans.add(
          plan(
              "the ACTIVE server's host goes silent"
                  + (local ? ", no other node is left" : ", its only node here"),
              COMMITS,
              detection(true),
              deadMan(BETWEEN),
              claim(),
              tierTwo(),
              ttl("")));
      plans.add(
          plan(
              "MPP killed or frozen at the ACTIVE site (its servers fence themselves: "
                  + deadMan(BETWEEN).formula()
                  + ", before the lease ends)",
              COMMITS,
              election(),
              lease(),
              claim(),
              tierTwo(),
              ttl("")));
      plans.add(
          plan(
              "the ACTIVE site is cut off (it fences itself "
                  + print(config.lease().fenceBudget())
                  + " before its lease ends)",
              COMMITS,
              election(),
              lease(),
              claim(),
              tierTwo(),
              ttl("")));
      plans.add(
          plan(
              "planned: MPP at the ACTIVE site is told to end",
              COMMITS,
              new Term(
                  "fence",
                  "",
                  "lease.fence-budget = " + print(config.lease().fenceBudget()),
                  config.lease().fenceBudget()),
              claim(),
              tierTwo(),
              ttl("")));
    }

    private TimingPlan plan(String failure, String beyond, Term... terms) {
      return new TimingPlan(service.name(), failure, List.of(terms), beyond);
    }

    /** A healthy poll ends the moment before; each later one begins a retry after the last. */
    private Term detection(boolean silent) {
      MppConfig.Poll p = service.poll();
      int failures = service.ladder().begin(service.failAt());
      String formula =
          "poll.interval + %d x poll.retry-interval = %s + %d x %s"
              .formatted(failures - 1, print(p.interval()), failures - 1, print(p.retryInterval()));
      Duration worst = p.interval().plus(p.retryInterval().multipliedBy(failures - 1L));
      if (silent) {
        formula +=
            ", and %d polls that wait poll.timeout = %s".formatted(failures, print(p.timeout()));
        worst = worst.plus(p.timeout().multipliedBy(failures));
      }
      return new Term("detection", "detection", formula, worst);
    }

    private static Term gone(String stage) {
      return new Term(
          "fence", stage, "nothing listens at the address: verified at once", Duration.ZERO);
    }

    private static Term takeOver() {
      return new Term("takeover", "takeover", "the next node is made writable", Duration.ZERO);
    }

    /** A fence that nobody confirms is waited out. */
    private Term deadMan(String stage) {
      MppConfig.DeadMan d = config.deadMan();
      return new Term(
          "dead-man",
          stage,
          "dead-man.timeout + period + kill-budget = %s + %s + %s"
              .formatted(print(d.timeout()), print(d.period()), print(d.killBudget())),
          d.timeout().plus(d.period()).plus(d.killBudget()));
    }

    private Term lease() {
      MppConfig.Lease l = config.lease();
      long nanos = l.duration().toNanos();
      return new Term(
          "lease expiry",
          "",
          "lease.duration x (1 + drift) = %s x %s".formatted(print(l.duration()), 1 + l.drift()),
          Duration.ofNanos(nanos + (long) Math.ceil(nanos * l.drift())));
    }

    /**
     * The holder leads the ledger as a rule. A renewal that it had committed and not yet told of is
     * applied by the others when they have a new leader, and the lease counts from there.
     */
    private Term election() {
      return new Term(
          "election",
          "",
          "election.max = "
              + print(config.election().max())
              + ": the holder led the ledger, and its last renewal is applied under the next leader",
          config.election().max());
    }

    private Term claim() {
      int others = service.sites().size() - 1;
      Duration stagger = config.lease().stagger();
      return new Term(
          "claim",
          "claim",
          others == 1
              ? "one site can take over: no stagger"
              : "%d x lease.stagger = %d x %s, when the best ones do not claim"
                  .formatted(others - 1, others - 1, print(stagger)),
          stagger.multipliedBy(others - 1L));
    }

    private static Term tierTwo() {
      return new Term(
          "promotion",
          "promotion",
          "the former site's servers are fenced directly, at most 500ms",
          Duration.ofMillis(500));
    }

    private Term ttl(String note) {
      Duration ttl = config.dns().map(MppConfig.Dns::ttl).orElse(Duration.ZERO);
      String formula =
          config.dns().isEmpty()
              ? "this deployment answers no DNS"
              : note.isEmpty() ? "dns.ttl = " + print(ttl) : note;
      return new Term("names", "", formula, note.isEmpty() ? ttl : Duration.ZERO);
    }

    private static String print(Duration value) {
      return Durations.print(value);
    }
  }
}
