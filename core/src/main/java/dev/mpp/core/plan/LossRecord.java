package dev.mpp.core.plan;

import dev.mpp.core.lease.Grant;
import dev.mpp.core.lease.LeaseClock;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.pool.PoolState;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The journal's account of what a promotion may lose (kind {@code at-risk}): one entry before the
 * server is opened, with the exact set, and one when the former ACTIVE is back, with what it really
 * had beyond.
 */
final class LossRecord {
  static final String KIND = "at-risk";

  private final ServiceState state;
  private final Comparison comparison;

  /** The former ACTIVE of the last promotion here, until it was compared. */
  private @Nullable Sighting former;

  private long epoch;

  LossRecord(ServiceState state) {
    this.state = state;
    this.comparison = new Comparison(state.settle());
  }

  /** Everything received was applied: what is missing now stays missing. */
  void weigh(Promotion p, Turn turn) {
    if (state.cluster()) {
      return; // its nodes keep themselves in step
    }
    GtidSet executed = p.executed().orElse(null);
    DataAtRisk risk =
        executed == null
            ? state.risk(p.track(), turn.now())
            : state.sightings.risk(p.node(), executed, Optional.empty(), turn.now(), turn.now());
    boolean bounded = !p.inSync() && !state.lossAccepted(turn.now());
    p.weighed(
        risk,
        bounded
            ? state.service.bound().flatMap(b -> b.exceeded(risk, state.stale()))
            : Optional.empty());
    DataAtRisk exact = p.risk().orElse(risk);
    state.journal(
        turn,
        KIND,
        p.node().toString(),
        exact.former().map(f -> f.node().toString()).orElse(""),
        summary(p, exact),
        text(p, exact));
  }

  /** It is writable: what it may have lost is shown until the former ACTIVE is back. */
  void promoted(Promotion p) {
    DataAtRisk risk = p.risk().orElse(null);
    if (risk == null || risk.kind() == DataAtRisk.Case.SAME) {
      return; // what an earlier promotion of it may have lost is still open
    }
    epoch = p.epoch();
    state.atRisk = risk.nothing() ? Optional.empty() : Optional.of(summary(p, risk));
    former = risk.former().orElse(null);
    comparison.forget();
  }

  static String summary(Promotion p, DataAtRisk risk) {
    return p.inSync() && !risk.nothing() ? "none acknowledged" : risk.summary();
  }

  private String text(Promotion p, DataAtRisk risk) {
    if (!p.inSync() || risk.nothing()) {
      return risk.text();
    }
    Grant g = state.lease.grant();
    return "none acknowledged: this site was in sync, so whatever was confirmed to a client before"
        + " epoch "
        + g.epoch()
        + " is here; not confirmed to anybody: "
        + risk.text();
  }

  /** Once the former ACTIVE shows what it has, that is compared with what the new one has. */
  void watch(Turn turn) {
    Sighting f = former;
    if (f == null || !state.lease.mayAct(turn.now()) || !state.lease.grant().serving()) {
      return;
    }
    PoolState.Node active = state.pool().active().orElse(null);
    if (active == null || active.address().equals(f.node())) {
      return;
    }
    NodeTrack own = state.track(active);
    ServerFacts back = state.sightings.readOnlyNow(f, turn).orElse(null);
    if (back == null || own.facts().isEmpty() || own.factsAt == LeaseClock.NEVER) {
      return;
    }
    String lacking =
        comparison.lacking(
            back, new ActiveSeen(state.config.self(), own.address, own.facts().get()), turn.now());
    if (!lacking.isEmpty()) {
      String exact = back.executed().beyond(own.facts().get().executed()).toString();
      over(
          f,
          "errant",
          "the former ACTIVE of before epoch %d is back; it has, and this server lacks: %s"
              .formatted(epoch, exact),
          turn);
    } else if (comparison.clean()) {
      over(
          f,
          "none",
          "the former ACTIVE of before epoch %d is back, and everything that it has is here: nothing was lost"
              .formatted(epoch),
          turn);
    }
  }

  private void over(Sighting f, String outcome, String text, Turn turn) {
    former = null;
    state.atRisk = Optional.empty();
    state.journal(turn, KIND, f.node().toString(), "", outcome, text);
  }
}
