package dev.mpp.cli;

import dev.mpp.proto.v1.JournalRequest;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;

/** What {@code --since} takes: how long ago, an instant, or an entry. */
sealed interface Since {

  /** By the asked node's clock. */
  record Ago(long millis) implements Since {}

  /** Milliseconds since 1970. */
  record At(long wallMillis) implements Since {}

  /** The entry itself and those behind it. */
  record Entry(long sequence) implements Since {}

  /**
   * @param zone of an instant without one
   * @throws CliFailure if it is none of these
   */
  static Since parse(String text, ZoneId zone) {
    if (text.matches("[0-9]{1,18}")) {
      return new Entry(Long.parseLong(text));
    }
    if (text.matches("[0-9]{1,7}[smhd]")) {
      return new Ago(Words.seconds("--since", text) * 1_000);
    }
    try {
      if (text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")) {
        return new At(LocalDate.parse(text).atStartOfDay(zone).toInstant().toEpochMilli());
      }
      return new At(
          text.matches(".*T.*(Z|[+-][0-9]{2}:?[0-9]{2})")
              ? OffsetDateTime.parse(text).toInstant().toEpochMilli()
              : LocalDateTime.parse(text).atZone(zone).toInstant().toEpochMilli());
    } catch (DateTimeException e) {
      throw CliFailure.usage(
          "--since "
              + Text.clean(text)
              + " is none of: 10m (also s, h, d), 2026-11-21T10:00 (local time, or with Z or an"
              + " offset), 2026-11-21, or the sequence of an entry");
    }
  }

  default JournalRequest.Builder in(JournalRequest.Builder request) {
    return switch (this) {
      case Ago a -> request.setSinceAgeMillis(a.millis());
      case At a -> request.setSinceWallMillis(a.wallMillis());
      case Entry e -> request.setAfter(Math.max(0, e.sequence() - 1));
    };
  }
}
