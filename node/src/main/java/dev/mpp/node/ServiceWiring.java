package dev.mpp.node;

import dev.mpp.core.lease.LeaseTiming;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.core.model.ServiceName;
import dev.mpp.core.model.SiteId;
import dev.mpp.core.plan.BrainConfig;
import dev.mpp.core.plan.FailoverPlan;
import dev.mpp.core.pool.PoolConfig;
import dev.mpp.core.pool.PoolState;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.mysql.Credentials;
import dev.mpp.node.mysql.Encryption;
import dev.mpp.node.mysql.ServerOptions;
import dev.mpp.node.store.NodeRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** From the configuration and the store to what the brain takes. Pure. */
final class ServiceWiring {
  private ServiceWiring() {}

  static BrainConfig brain(MppConfig config, String incarnation, String version) {
    LeaseTiming timing = timing(config);
    Map<SiteId, BrainConfig.Member> members = members(config);
    List<BrainConfig.Service> services = new ArrayList<>();
    List<ServiceName> observed = new ArrayList<>();
    for (MppConfig.Service s : config.services()) {
      s.at(config.site())
          .ifPresentOrElse(
              here -> services.add(service(s, here.pool())), () -> observed.add(s.name()));
    }
    return new BrainConfig(
        config.site(),
        incarnation,
        config.self().witness(),
        version,
        config.configHash(),
        timing,
        Duration.ofMillis(2500).toNanos(),
        members,
        services,
        observed,
        config
            .twin()
            .map(
                other ->
                    new BrainConfig.Twin(
                        config.instance().orElseThrow(), other.name(), config.votes())));
  }

  /** MPP's own account on the servers of a service. */
  static Credentials manager(MppConfig.MySql mysql) {
    return new Credentials(
        mysql.user(),
        () -> {
          try {
            return mysql.password().reveal();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        encryption(mysql));
  }

  /** Of every session on those servers, an administrator's too. */
  static Encryption encryption(MppConfig.MySql mysql) {
    return new Encryption(
        switch (mysql.tls()) {
          case PREFERRED -> ServerOptions.Tls.PREFERRED;
          case REQUIRED -> ServerOptions.Tls.REQUIRED;
          case DISABLED -> ServerOptions.Tls.DISABLED;
        },
        mysql.serverKey().map(MppConfig.KeyFile::path),
        mysql.insecureServerKey());
  }

  static LeaseTiming timing(MppConfig config) {
    MppConfig.Lease l = config.lease();
    MppConfig.DeadMan d = config.deadMan();
    return new LeaseTiming(
        l.duration().toNanos(),
        l.renew().toNanos(),
        l.fenceBudget().toNanos(),
        l.drift(),
        l.stagger().toNanos(),
        d.timeout().plus(d.period()).plus(d.killBudget()).toNanos());
  }

  private static Map<SiteId, BrainConfig.Member> members(MppConfig config) {
    Map<SiteId, BrainConfig.Member> members = new LinkedHashMap<>();
    config
        .sites()
        .forEach(s -> members.put(s.id(), new BrainConfig.Member(s.witness(), s.priority())));
    return members;
  }

  /** What decides a failover of the service between the sites. */
  static FailoverPlan.Setting failover(MppConfig config, ServiceName name) {
    MppConfig.Service service =
        config.services().stream().filter(s -> s.name().equals(name)).findFirst().orElseThrow();
    return new FailoverPlan.Setting(
        name,
        members(config),
        service.sites().stream().map(MppConfig.ServiceSite::site).collect(Collectors.toSet()),
        service.rpo() == MppConfig.Rpo.ZERO,
        timing(config),
        config.election().max().toNanos(),
        config.dns().stream().mapToLong(d -> d.ttl().toNanos()).findFirst(),
        service.bound());
  }

  private static BrainConfig.Service service(MppConfig.Service s, PoolConfig pool) {
    Map<SiteId, List<NodeAddress>> pools = new LinkedHashMap<>();
    for (MppConfig.ServiceSite site : s.sites()) {
      pools.put(site.site(), site.pool().nodes().stream().map(PoolConfig.Member::address).toList());
    }
    return new BrainConfig.Service(
        s.name(),
        s.rpo() == MppConfig.Rpo.ZERO,
        s.semiSync(),
        pool,
        pools,
        s.requireReach(),
        s.checkpointPolicy() == MppConfig.CheckpointPolicy.CLASSIC,
        s.lagLimit().toSeconds(),
        s.holdDown().toNanos(),
        s.poll().interval().toNanos(),
        s.poll().retryInterval().toNanos(),
        s.siteFailback() == MppConfig.SiteFailback.AUTO,
        s.heartbeat().onStall() == MppConfig.OnStall.FAIL,
        s.bound(),
        s.fence().policy(),
        s.replication().isPresent());
  }

  /** The pool states of before the restart, as far as the configured nodes are the same. */
  static Map<ServiceName, PoolState> restored(
      List<BrainConfig.Service> services, List<NodeRecord> records) {
    Map<ServiceName, PoolState> pools = new HashMap<>();
    for (BrainConfig.Service s : services) {
      PoolState fresh = PoolState.initial(s.pool());
      List<PoolState.Node> nodes =
          fresh.nodes().stream().map(n -> restored(n, s.name(), records)).toList();
      pools.put(s.name(), PoolState.restarted(s.pool(), nodes));
    }
    return pools;
  }

  private static PoolState.Node restored(
      PoolState.Node fresh, ServiceName service, List<NodeRecord> records) {
    Optional<NodeRecord> kept =
        records.stream()
            .filter(r -> r.service().equals(service) && r.address().equals(fresh.address()))
            .findFirst();
    return kept.map(
            r ->
                PoolState.Node.at(
                    fresh.address(),
                    fresh.type(),
                    r.req(),
                    r.status(),
                    r.floor(),
                    r.state(),
                    r.message()))
        .orElse(fresh);
  }

  static List<NodeLoop.ServiceAddresses> addresses(MppConfig config) {
    return config.services().stream()
        .map(
            s ->
                new NodeLoop.ServiceAddresses(
                    s.name(),
                    s.sites().stream()
                        .map(p -> new NodeSnapshot.SiteAddress(p.site(), p.addresses()))
                        .toList()))
        .toList();
  }
}
