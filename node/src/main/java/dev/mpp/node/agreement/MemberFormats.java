package dev.mpp.node.agreement;

import dev.mpp.core.model.SiteId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which formats of the ledger each member reads, as it announced last. An entry of a format that
 * some voter does not read would stop that voter's replica, so it is not written until all read it
 * (docs/decisions/0009). A voter that never announced anything counts as the oldest version there
 * is; a follower, or a member of this site, which announces nothing here, holds up nothing. What
 * was announced is kept on disk: a voter that is down while this one restarts must not hold up what
 * it reads.
 *
 * <p>Any thread. Writes are small and forced; a failed one is logged and costs only a restart's
 * memory.
 */
final class MemberFormats {
  private static final Logger LOG = LoggerFactory.getLogger(MemberFormats.class);
  private static final Agreement.Formats OLDEST = new Agreement.Formats(1, 1);

  private final Path file;
  private final SiteId self;
  private final Map<String, Agreement.Formats> announced = new TreeMap<>();

  /**
   * @param file beside the ledger's storage; read if it is there
   */
  MemberFormats(Path file, SiteId self) {
    this.file = file;
    this.self = self;
    read();
  }

  private void read() {
    try {
      if (!Files.exists(file)) {
        return;
      }
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        String[] words = line.split(" ", -1);
        announced.put(
            words[0],
            new Agreement.Formats(Integer.parseInt(words[1]), Integer.parseInt(words[2])));
      }
    } catch (IOException | RuntimeException e) {
      announced.clear();
      LOG.warn(
          "Ledger: {} cannot be read ({}); until the others are heard they count as the oldest"
              + " version",
          file,
          e.toString());
    }
  }

  /**
   * What a member said of itself.
   *
   * @param member a voter's site, or a follower's whole name
   */
  synchronized void announced(String member, Agreement.Formats formats) {
    if (!formats.equals(announced.put(member, formats))) {
      LOG.info("Ledger: {} reads formats {}", member, formats);
      write();
    }
  }

  private void write() {
    StringBuilder text = new StringBuilder();
    announced.forEach(
        (member, f) ->
            text.append(member)
                .append(' ')
                .append(f.oldest())
                .append(' ')
                .append(f.newest())
                .append('\n'));
    try {
      Path next = file.resolveSibling(file.getFileName() + ".tmp");
      Files.writeString(next, text);
      LedgerStorage.force(next);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.warn("Ledger: {} cannot be written: {}", file, e.toString());
    }
  }

  /**
   * Why an entry may not be written.
   *
   * @param format that the entry needs
   * @param voters sites that vote, by the agreed membership
   * @param followers names of those that do not
   * @return empty when every voter reads it, and no follower is known not to
   */
  synchronized Optional<String> refusal(
      int format, Collection<SiteId> voters, Collection<String> followers) {
    List<String> why = new ArrayList<>();
    for (SiteId voter : voters) {
      if (voter.equals(self)) {
        continue;
      }
      if (!announced.containsKey(voter.name()) && OLDEST.newest() < format) {
        why.add(
            "%s was never heard, so it counts as the oldest version: start it, or remove it"
                .formatted(voter));
      } else {
        older(voter.name(), format).ifPresent(why::add);
      }
    }
    followers.forEach(f -> older(f, format).ifPresent(why::add));
    return why.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "this needs ledger format %d on every voter; %s"
                .formatted(format, String.join("; ", why)));
  }

  private Optional<String> older(String member, int format) {
    return Optional.ofNullable(announced.get(member))
        .filter(reads -> reads.newest() < format)
        .map(reads -> "%s reads ledger formats %s: upgrade it".formatted(member, reads));
  }
}
