package dev.mpp.node.agreement;

import dev.mpp.tls.PeerRule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClientConfigKeys;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** The library's settings, with the reason where a default would be wrong here. */
final class RatisSettings {
  private RatisSettings() {}

  static RaftProperties properties(LedgerConfig config, LedgerStorage storage) {
    RaftProperties p = new RaftProperties();
    RaftServerConfigKeys.setStorageDir(p, List.of(storage.raft().toFile()));
    GrpcConfigKeys.Server.setPort(p, config.own().port());
    if (!config.bindAddress().isEmpty()) {
      GrpcConfigKeys.Server.setHost(p, config.bindAddress());
    }
    elections(p, config.timings());
    log(p);
    snapshots(p, config.snapshotEvery());
    RaftClientConfigKeys.Rpc.setRequestTimeout(p, of(config.timings().propose()));
    return p;
  }

  private static void elections(RaftProperties p, LedgerConfig.Timings timings) {
    RaftServerConfigKeys.Rpc.setTimeoutMin(p, of(timings.electionMin()));
    RaftServerConfigKeys.Rpc.setTimeoutMax(p, of(timings.electionMax()));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMin(p, of(timings.electionMin().dividedBy(2)));
    RaftServerConfigKeys.Rpc.setFirstElectionTimeoutMax(p, of(timings.electionMin()));
    RaftServerConfigKeys.Rpc.setRequestTimeout(p, of(timings.electionMin()));
    RaftServerConfigKeys.LeaderElection.setPreVote(p, true);
    // A leader that slept for longer than an election must not believe in itself when it wakes.
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(p, of(timings.electionMax()));
    // The default closes the server, silently, after a pause of 60 s; a suspended machine that
    // wakes is a healthy follower.
    RaftServerConfigKeys.setCloseThreshold(p, TimeDuration.valueOf(3650, TimeUnit.DAYS));
    // The default backs off to 5 s: a healed member would stay stale that long. Each entry that an
    // old leader must give back costs one such wait too, so the waits are short.
    RaftServerConfigKeys.Log.Appender.setRetryPolicy(p, "20ms,20, 50ms,1000000");
    RaftServerConfigKeys.Log.Appender.setBufferElementLimit(p, 100);
  }

  private static void log(RaftProperties p) {
    RaftServerConfigKeys.Log.setCorruptionPolicy(
        p, RaftServerConfigKeys.Log.CorruptionPolicy.EXCEPTION);
    RaftServerConfigKeys.Log.setUnsafeFlushEnabled(p, false);
    RaftServerConfigKeys.Log.setAsyncFlushEnabled(p, false);
    RaftServerConfigKeys.Log.setSegmentSizeMax(p, SizeInBytes.valueOf("256KB"));
    // Linux accounts, and some file systems write, the whole folio that a write touches, and a
    // write
    // of 64 KiB makes folios of 64 KiB: an entry of 90 bytes must not cost more than a page.
    RaftServerConfigKeys.Log.setPreallocatedSize(p, SizeInBytes.valueOf("4KB"));
    RaftServerConfigKeys.Log.setWriteBufferSize(p, SizeInBytes.valueOf("256KB"));
    RaftServerConfigKeys.Log.setSegmentCacheNumMax(p, 1);
    RaftServerConfigKeys.Log.Appender.setBufferByteLimit(p, SizeInBytes.valueOf("128KB"));
  }

  private static void snapshots(RaftProperties p, long every) {
    RaftServerConfigKeys.Snapshot.setAutoTriggerEnabled(p, true);
    RaftServerConfigKeys.Snapshot.setAutoTriggerThreshold(p, every);
    RaftServerConfigKeys.Snapshot.setCreationGap(p, 1);
    RaftServerConfigKeys.Snapshot.setRetentionFileNum(p, 2);
    RaftServerConfigKeys.Snapshot.setTriggerWhenStopEnabled(p, false);
    RaftServerConfigKeys.Log.setPurgeUptoSnapshotIndex(p, true);
    RaftServerConfigKeys.Log.setPurgeGap(p, 1);
  }

  /** What is not a string: TLS, and the keep-alive by which a server drops dead connections. */
  static Parameters parameters(LedgerConfig config, RaftPeerId own, Optional<LedgerDoor> door) {
    Parameters parameters = new Parameters();
    GrpcConfigKeys.Server.setServicesCustomizer(
        parameters,
        (builder, types) -> {
          builder.keepAliveTime(10, TimeUnit.SECONDS).keepAliveTimeout(5, TimeUnit.SECONDS);
          builder.intercept(new LedgerAddressee(own));
          door.ifPresent(d -> d.install(builder));
          return builder;
        });
    config
        .tls()
        .ifPresent(
            tls -> {
              GrpcTlsConfig conf = mutual(config, tls);
              GrpcConfigKeys.TLS.setConf(parameters, conf);
              GrpcConfigKeys.Server.setTlsConf(parameters, conf);
              GrpcConfigKeys.Admin.setTlsConf(parameters, conf);
              GrpcConfigKeys.Client.setTlsConf(parameters, conf);
            });
    return parameters;
  }

  private static GrpcTlsConfig mutual(LedgerConfig config, LedgerTls tls) {
    GrpcTlsConfig.Builder builder = GrpcTlsConfig.newBuilder();
    builder.setKeyManager(tls.site().keys());
    builder.setTrustManager(tls.site().trust(rule(config)));
    builder.setMutualTls(true);
    builder.setSslProvider(SslProvider.JDK);
    builder.setProtocols("TLSv1.3");
    return builder.build();
  }

  /**
   * A site of the deployment; behind a dialled address that is a member's, that very member. (In
   * what comes in the certificate must match what is said: {@link LedgerGate}.)
   */
  private static PeerRule rule(LedgerConfig config) {
    PeerRule anySite = PeerRule.anySite(config.deployment());
    return (shown, host, port) ->
        anySite
            .refusal(shown, host, port)
            .or(
                () ->
                    config.members().stream()
                        .filter(m -> m.address().equals(host) && m.port() == port)
                        .findFirst()
                        .flatMap(
                            m ->
                                PeerRule.site(config.deployment(), m.site().name())
                                    .refusal(shown, host, port)));
  }

  private static TimeDuration of(Duration duration) {
    return TimeDuration.valueOf(duration.toMillis(), TimeUnit.MILLISECONDS);
  }
}
