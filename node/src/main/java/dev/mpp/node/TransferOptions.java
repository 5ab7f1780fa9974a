package dev.mpp.node;

import dev.mpp.dns.AccessList;
import dev.mpp.dns.AnswerTable;
import dev.mpp.dns.TransferRule;
import dev.mpp.dns.TransferZones;
import dev.mpp.dns.TsigKey;
import dev.mpp.dns.Zone;
import dev.mpp.node.publish.DnsOutbound;
import dev.mpp.node.publish.ZoneNotify;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The secondaries of {@code mpp dns --zone}. */
final class TransferOptions implements AutoCloseable {
  private static final int AT_ONCE = 8;

  @Option(
      names = "--allow-transfer",
      paramLabel = "NETWORK",
      description =
          "Who may transfer the zones (AXFR, IXFR); may be given several times. Default: nobody, or"
              + " with --transfer-key whoever signs with it.")
  private List<String> networks = new ArrayList<>();

  @Option(
      names = "--transfer-key",
      paramLabel = "FILE",
      description =
          "A TSIG key as tsig-keygen or keymgr -t write it. Transfers must be signed with it, and"
              + " NOTIFY is.")
  private Optional<Path> keyFile = Optional.empty();

  @Option(
      names = "--notify",
      paramLabel = "ADDRESS[:PORT]",
      description = "Whom to tell of each new serial; may be given several times.")
  private List<String> notify = new ArrayList<>();

  private final Map<String, List<ZoneNotify>> told = new HashMap<>();
  private @Nullable TransferZones zones;

  /** Whether there are secondaries. */
  boolean any() {
    return !networks.isEmpty() || keyFile.isPresent() || !notify.isEmpty();
  }

  /**
   * Reads the key and prepares what is handed out; null where nobody may have it.
   *
   * @throws IllegalArgumentException with what is wrong
   */
  @Nullable TransferZones open() {
    Optional<TsigKey> key = keyFile.map(TransferOptions::read);
    if (!networks.isEmpty() || key.isPresent()) {
      Optional<AccessList> from =
          networks.isEmpty() ? Optional.empty() : Optional.of(AccessList.of(networks));
      zones = new TransferZones(List.of(new TransferRule(from, key)), List.of(), AT_ONCE);
    } else if (!notify.isEmpty()) {
      throw new IllegalArgumentException(
          "--notify tells secondaries that may not transfer anything; add --allow-transfer or"
              + " --transfer-key");
    }
    notify.forEach(at -> HostPort.literal(at, 53));
    return zones;
  }

  private static TsigKey read(Path file) {
    try {
      return TsigKey.parse(Files.readString(file));
    } catch (IOException e) {
      throw new IllegalArgumentException("--transfer-key: " + file + " cannot be read", e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("--transfer-key: " + file + ": " + e.getMessage(), e);
    }
  }

  /** What secondaries get from now on. */
  void publish(AnswerTable table) {
    if (zones != null) {
      for (Zone zone : table.zones()) {
        if (zones.publish(zone, OptionalLong.empty())) {
          servers(zone.apex().toString()).forEach(n -> n.announce(zone.serial()));
        }
      }
    }
  }

  private List<ZoneNotify> servers(String zone) {
    Optional<DnsOutbound.KeySource> key = keyFile.map(f -> () -> read(f));
    return told.computeIfAbsent(
        zone,
        z ->
            notify.stream()
                .map(
                    at -> {
                      ZoneNotify one = new ZoneNotify(z, HostPort.literal(at, 53), key);
                      Thread.ofVirtual().name("dns-notify").start(one);
                      return one;
                    })
                .toList());
  }

  @Override
  public void close() {
    told.values().forEach(all -> all.forEach(ZoneNotify::end));
  }
}
