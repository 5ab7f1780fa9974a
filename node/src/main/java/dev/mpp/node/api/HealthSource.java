package dev.mpp.node.api;

import dev.mpp.core.model.SiteId;
import dev.mpp.core.model.SiteView;
import dev.mpp.core.model.State;
import dev.mpp.core.model.Status;
import dev.mpp.node.NodeSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The health of this process. Handed to the HTTP edge as a bean; without it the edge has no {@code
 * /health}.
 *
 * @param nanos the monotonic clock of the snapshots
 * @param lease the loop and the ledger may not be older than that
 */
public record HealthSource(Supplier<NodeSnapshot> snapshot, LongSupplier nanos, Duration lease) {

  /**
   * @param acts by its own evidence; the other one follows and touches nothing
   */
  record Instance(String name, boolean acts) {}

  /**
   * @param instance which of the site's two this is; empty where there is one
   * @param problems why it is not healthy, one sentence each; empty when it is
   * @param warnings what may become a problem; healthy all the same
   * @param ledgerAgeMillis -1 before the first applied command
   */
  record Health(
      String site,
      Optional<Instance> instance,
      List<String> problems,
      List<String> warnings,
      long loopAgeMillis,
      long ledgerAgeMillis,
      boolean insecure,
      List<Map<String, Object>> services) {

    boolean healthy() {
      return problems.isEmpty();
    }

    Map<String, Object> json() {
      Map<String, Object> json = new LinkedHashMap<>();
      json.put("status", healthy() ? "UP" : "DOWN");
      json.put("site", site);
      instance.ifPresent(
          i -> {
            json.put("instance", i.name());
            json.put("acts", i.acts());
          });
      json.put("problems", problems);
      json.put("warnings", warnings);
      json.put("loop_age_ms", loopAgeMillis);
      json.put("ledger_age_ms", ledgerAgeMillis < 0 ? null : ledgerAgeMillis);
      json.put("insecure", insecure);
      json.put("services", services);
      return json;
    }
  }

  Health judge() {
    NodeSnapshot s = snapshot.get();
    long now = nanos.getAsLong();
    long loopAge = (now - s.takenAt()) / 1_000_000;
    boolean never = s.ledgerFreshAt() == Long.MIN_VALUE;
    long ledgerAge = never ? -1 : (now - s.ledgerFreshAt()) / 1_000_000;
    List<String> problems = new ArrayList<>();
    if (loopAge > lease.toMillis()) {
      problems.add("nothing was decided for " + loopAge + " ms: the loop is stuck");
    }
    if (never) {
      problems.add("no ledger command was applied since the start");
    } else if (ledgerAge > lease.toMillis()) {
      problems.add("the ledger is " + ledgerAge + " ms old: no majority, or cut off from it");
    }
    dying(s.local(), problems);
    List<String> warnings = new ArrayList<>();
    s.twin()
        .filter(t -> !t.up())
        .ifPresent(t -> warnings.add("the site's other instance is not there: " + t.sentence()));
    for (NodeSnapshot.Service v : s.services()) {
      if (v.active(now).isEmpty()) {
        problems.add(v.name().name() + ": nobody is ACTIVE" + last(v));
      }
      v.grant()
          .paused()
          .ifPresent(
              p ->
                  warnings.add(
                      v.name().name()
                          + ": paused by "
                          + p.by()
                          + " ("
                          + p.reason()
                          + "): nobody takes over, whatever fails"));
      if (v.alone()) {
        warnings.add(
            v.name().name()
                + ": no site to fail over to: only "
                + v.grant().inSync().iterator().next()
                + " has every acknowledged write");
      }
    }
    return new Health(
        s.local().site().name(),
        s.twin().map(t -> new Instance(s.local().instance(), !s.local().passive())),
        problems,
        warnings,
        loopAge,
        ledgerAge,
        s.insecure(),
        s.services().stream().map(v -> service(v, now)).toList());
  }

  /** A pause or an override keeps a node ACTIVE that does not answer: nobody else says so. */
  private static void dying(SiteView view, List<String> problems) {
    for (SiteView.PoolView pool : view.pools()) {
      for (SiteView.NodeView n : pool.nodes()) {
        if (n.state() == State.ACTIVE && n.measured().atLeast(Status.OK_CRITICAL)) {
          problems.add(
              "%s: ACTIVE %s failed its last %d polls: %s"
                  .formatted(pool.service().name(), n.address(), n.req(), n.message()));
        }
      }
    }
  }

  private static String last(NodeSnapshot.Service v) {
    return v.grant()
        .holder()
        .map(site -> ": no lease of " + site + " is known to be left")
        .orElse("");
  }

  private static Map<String, Object> service(NodeSnapshot.Service v, long now) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("service", v.name().name());
    json.put("epoch", v.grant().epoch());
    json.put("active", v.grant().holder().map(SiteId::name).orElse(""));
    json.put("lapsed", v.lapsed(now));
    json.put("serving", v.grant().serving());
    json.put("holding", v.holding());
    json.put("sentence", v.sentence());
    return json;
  }
}
