package dev.mpp.node;

import dev.mpp.core.model.SiteId;
import dev.mpp.core.pair.PairConfig;
import dev.mpp.core.pair.PairTiming;
import dev.mpp.core.pair.Target;
import dev.mpp.core.reach.CheckpointSpec;
import dev.mpp.node.agreement.PairAgreement;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.config.ProbeSpecs;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;

/** From the configuration to what a pair takes. Pure. */
final class PairWiring {
  private PairWiring() {}

  static MppConfig.Site peer(MppConfig config) {
    return config.peers().getFirst();
  }

  static PairAgreement.Settings settings(
      MppConfig config, InetSocketAddress bind, boolean bootstrap) {
    MppConfig.Site peer = peer(config);
    return new PairAgreement.Settings(
        config.deployment(),
        bind,
        peer.ways().stream()
            .map(a -> InetSocketAddress.createUnresolved(a, peer.ports().ledger()))
            .toList(),
        config.dataDir().resolve("ledger"),
        bootstrap);
  }

  static PairConfig config(MppConfig config, String incarnation, List<Target> targets) {
    MppConfig.Site peer = peer(config);
    SiteId first =
        config.sites().stream()
            .min(
                Comparator.comparingInt(MppConfig.Site::priority)
                    .reversed()
                    .thenComparing(MppConfig.Site::id))
            .orElseThrow()
            .id();
    return new PairConfig(
        config.site(),
        peer.id(),
        incarnation,
        first,
        new HashSet<>(config.services().stream().map(MppConfig.Service::name).toList()),
        new HashSet<>(
            config.services().stream()
                .filter(s -> s.rpo() == MppConfig.Rpo.ZERO)
                .map(MppConfig.Service::name)
                .toList()),
        targets,
        timing(config, peer.id()));
  }

  /**
   * @param silent the site that the other one would take over from
   */
  static PairTiming timing(MppConfig config, SiteId silent) {
    return PairTiming.of(
        ServiceWiring.timing(config),
        detection(config, silent).toNanos(),
        detection(config, config.site()).toNanos());
  }

  /** How long the site's slowest checkpoint needs, at worst, to be FAIL. */
  static Duration detection(MppConfig config, SiteId site) {
    return specs(config, site).stream()
        .map(CheckpointSpec::profile)
        .map(p -> p.interval().plus(p.timeout()).multipliedBy(p.ladder().fail()).plusSeconds(1))
        .max(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }

  static List<CheckpointSpec> specs(MppConfig config, SiteId site) {
    return config
        .checkpointsOf(site)
        .map(
            c ->
                c.probes().stream()
                    .map(new ProbeSpecs(config.profiles(), c.interval())::parse)
                    .toList())
        .orElse(List.of());
  }
}
