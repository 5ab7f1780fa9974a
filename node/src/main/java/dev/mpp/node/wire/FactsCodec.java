package dev.mpp.node.wire;

import dev.mpp.core.model.GtidGap;
import dev.mpp.core.model.GtidSet;
import dev.mpp.core.model.MariaDbGtidSet;
import dev.mpp.core.model.ServerFacts;
import dev.mpp.core.model.ServerFacts.Commits;
import dev.mpp.core.model.ServerFacts.Replication;
import dev.mpp.core.model.ServerFacts.SemiSync;
import dev.mpp.core.model.ServerFacts.Vitals;
import dev.mpp.proto.v1.CommitOutcome;
import java.util.Optional;
import java.util.OptionalLong;

/** {@link ServerFacts} to and from its form on the wire. */
final class FactsCodec {
  private FactsCodec() {}

  static dev.mpp.proto.v1.ServerFacts encode(ServerFacts f) {
    var b =
        dev.mpp.proto.v1.ServerFacts.newBuilder()
            .setVersion(f.version())
            .setReadOnly(f.readOnly())
            .setExecuted(f.executed().toString())
            .setSemiSync(encode(f.semiSync()))
            .setDeadMan(f.deadMan())
            .setLoginsClosed(f.loginsClosed());
    if (!f.vitals().equals(Vitals.NONE)) {
      b.setVitals(encode(f.vitals()));
    }
    f.replication().ifPresent(r -> b.setReplication(encode(r)));
    if (f.executed() instanceof MariaDbGtidSet m) {
      m.gaps().forEach(g -> b.addGaps(g.toString()));
    }
    return b.build();
  }

  static ServerFacts decode(dev.mpp.proto.v1.ServerFacts f) {
    return new ServerFacts(
        f.getVersion(),
        f.getReadOnly(),
        executed(f),
        f.hasReplication() ? Optional.of(decode(f.getReplication())) : Optional.empty(),
        decode(f.getSemiSync()),
        f.getDeadMan(),
        f.getLoginsClosed(),
        f.hasVitals() ? decode(f.getVitals()) : Vitals.NONE);
  }

  private static dev.mpp.proto.v1.Vitals encode(Vitals v) {
    return dev.mpp.proto.v1.Vitals.newBuilder()
        .setConnections(v.connections())
        .setConnectionLimit(v.connectionLimit())
        .setBeat(v.beat())
        .setCommits(
            switch (v.commits().outcome()) {
              case UNKNOWN -> CommitOutcome.COMMIT_OUTCOME_UNSPECIFIED;
              case DONE -> CommitOutcome.COMMIT_OUTCOME_DONE;
              case WAITS_FOR_REPLICA -> CommitOutcome.COMMIT_OUTCOME_WAITS_FOR_REPLICA;
              case STALLED -> CommitOutcome.COMMIT_OUTCOME_STALLED;
              case FAILED -> CommitOutcome.COMMIT_OUTCOME_FAILED;
            })
        .setCommitMillis(v.commits().millis())
        .setCommitDetail(v.commits().detail())
        .build();
  }

  private static Vitals decode(dev.mpp.proto.v1.Vitals v) {
    return new Vitals(
        v.getConnections(),
        v.getConnectionLimit(),
        v.getBeat(),
        new Commits(
            switch (v.getCommits()) {
              case COMMIT_OUTCOME_UNSPECIFIED, UNRECOGNIZED -> Commits.Outcome.UNKNOWN;
              case COMMIT_OUTCOME_DONE -> Commits.Outcome.DONE;
              case COMMIT_OUTCOME_WAITS_FOR_REPLICA -> Commits.Outcome.WAITS_FOR_REPLICA;
              case COMMIT_OUTCOME_STALLED -> Commits.Outcome.STALLED;
              case COMMIT_OUTCOME_FAILED -> Commits.Outcome.FAILED;
            },
            v.getCommitMillis(),
            v.getCommitDetail()));
  }

  private static GtidSet executed(dev.mpp.proto.v1.ServerFacts f) {
    GtidSet executed = GtidSet.parse(f.getExecuted());
    return executed instanceof MariaDbGtidSet m
        ? m.withGaps(f.getGapsList().stream().map(GtidGap::parse).toList())
        : executed;
  }

  private static dev.mpp.proto.v1.Replication encode(Replication r) {
    var b =
        dev.mpp.proto.v1.Replication.newBuilder()
            .setSource(r.source())
            .setReceiverStarted(r.receiverStarted())
            .setReceiverRunning(r.receiverRunning())
            .setApplierRunning(r.applierRunning())
            .setError(r.error())
            .setReceived(r.received().toString());
    r.lagSeconds().ifPresent(b::setLagSeconds);
    return b.build();
  }

  private static Replication decode(dev.mpp.proto.v1.Replication r) {
    return new Replication(
        r.getSource(),
        r.getReceiverStarted(),
        r.getReceiverRunning(),
        r.getApplierRunning(),
        r.getError(),
        r.hasLagSeconds() ? OptionalLong.of(r.getLagSeconds()) : OptionalLong.empty(),
        GtidSet.parse(r.getReceived()));
  }

  private static dev.mpp.proto.v1.SemiSync encode(SemiSync s) {
    return dev.mpp.proto.v1.SemiSync.newBuilder()
        .setSourceEnabled(s.sourceEnabled())
        .setClients(s.clients())
        .setWaitingSessions(s.waitingSessions())
        .setOperational(s.operational())
        .setReplicaEnabled(s.replicaEnabled())
        .setGivenUp(s.givenUp())
        .build();
  }

  private static SemiSync decode(dev.mpp.proto.v1.SemiSync s) {
    return new SemiSync(
        s.getSourceEnabled(),
        s.getClients(),
        s.getWaitingSessions(),
        s.getOperational(),
        s.getReplicaEnabled(),
        s.getGivenUp());
  }
}
