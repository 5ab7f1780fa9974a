package dev.mpp.node;

import dev.mpp.dns.DnsName;
import dev.mpp.dns.KeyDirectory;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which zone's keys, where. */
final class DnsKeyOptions {
  private static final DateTimeFormatter SHOWN =
      DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm").withZone(ZoneOffset.UTC);

  @Parameters(paramLabel = "ZONE", description = "The zone, with or without the final dot.")
  private String zone = "";

  @Option(
      names = "--dir",
      required = true,
      paramLabel = "DIR",
      description = "The directory of the keys, mode 700; the same files on every site.")
  private Path directory = Path.of(".");

  /**
   * @throws IllegalArgumentException if it is none
   */
  DnsName zone() {
    return DnsName.of(zone);
  }

  KeyDirectory directory() {
    return new KeyDirectory(directory);
  }

  static long now() {
    return System.currentTimeMillis() / 1000;
  }

  /** UTC to the minute. */
  static String shown(long unixSeconds) {
    return SHOWN.format(Instant.ofEpochSecond(unixSeconds));
  }
}
