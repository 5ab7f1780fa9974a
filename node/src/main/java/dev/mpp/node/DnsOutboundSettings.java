package dev.mpp.node;

import dev.mpp.core.plan.BrainCommand;
import dev.mpp.dns.AccessList;
import dev.mpp.dns.TransferRule;
import dev.mpp.dns.TransferZones;
import dev.mpp.dns.TsigKey;
import dev.mpp.node.config.MppConfig;
import dev.mpp.node.config.Secret;
import dev.mpp.node.publish.DnsOutbound;
import dev.mpp.node.publish.DnsTables;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What {@code dns.secondaries} and {@code dns.push} mean to the responder and to the pushes. */
final class DnsOutboundSettings {
  private DnsOutboundSettings() {}

  /**
   * Who may fetch the zone; empty without secondaries.
   *
   * @throws IOException if a key cannot be read, or two of one name differ
   */
  static Optional<TransferZones> transfers(MppConfig.Dns dns) throws IOException {
    if (dns.secondaries().isEmpty()) {
      return Optional.empty();
    }
    MppConfig.Secondaries secondaries = dns.secondaries().get();
    List<TransferRule> rules = new ArrayList<>();
    for (MppConfig.Secondary s : secondaries.servers()) {
      Optional<TsigKey> key =
          s.key().isPresent() ? Optional.of(key(s.key().get())) : Optional.empty();
      Optional<AccessList> networks =
          s.networks().isEmpty() ? Optional.empty() : Optional.of(AccessList.of(s.networks()));
      rules.add(new TransferRule(networks, key));
    }
    try {
      return Optional.of(new TransferZones(rules, List.of(), secondaries.transfers()));
    } catch (IllegalArgumentException e) {
      throw new IOException("dns.secondaries: " + e.getMessage(), e);
    }
  }

  /** What is told to others; empty where there is nobody to tell. */
  static Optional<DnsOutbound> outbound(
      MppConfig.Dns dns,
      DnsTables tables,
      Optional<TransferZones> zones,
      Supplier<@Nullable NodeSnapshot> picture,
      LongSupplier nanos,
      Consumer<BrainCommand.Journal> journal) {
    List<DnsOutbound.Secondary> told =
        dns.secondaries().stream()
            .flatMap(s -> s.servers().stream())
            .flatMap(
                s ->
                    s.notified().stream()
                        .map(
                            at ->
                                new DnsOutbound.Secondary(
                                    HostPort.literal(at, 53),
                                    s.key().map(DnsOutboundSettings::source))))
            .toList();
    List<DnsOutbound.Push> pushes =
        dns.push().stream()
            .map(
                p ->
                    new DnsOutbound.Push(
                        HostPort.literal(p.server(), 53),
                        p.zone(),
                        p.service(),
                        p.name(),
                        p.ttl().toSeconds(),
                        p.withdraw(),
                        source(p.key())))
            .toList();
    return zones.isEmpty() && pushes.isEmpty()
        ? Optional.empty()
        : Optional.of(new DnsOutbound(tables, zones, told, pushes, picture, nanos, journal));
  }

  /** Read anew each time: a key is needed seldom, and may have been changed. */
  private static DnsOutbound.KeySource source(Secret secret) {
    return () -> {
      secret.forget();
      return key(secret);
    };
  }

  static TsigKey key(Secret secret) throws IOException {
    try {
      return TsigKey.parse(secret.reveal());
    } catch (IllegalArgumentException e) {
      throw new IOException("the key from " + secret.origin() + ": " + e.getMessage(), e);
    }
  }
}
