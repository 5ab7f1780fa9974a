package dev.mpp.node.agreement;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.ratis.protocol.RaftPeerId;

/**
 * The member's directory: {@code raft/<group>/…} belongs to the replication, {@code member} says
 * whose it is.
 *
 * <p>A voter that lost its log but still votes can undo what it once acknowledged. So a directory
 * counts as a voter's from the moment {@code member} is on disk, which is after it was formatted
 * and before this member first votes or acknowledges:
 *
 * <pre>
 * member   raft/&lt;group&gt;   bootstrap   then
 * present  formatted      any         recover
 * present  missing        any         refuse: the disk lost the log
 * other's  any            any         refuse: foreign
 * absent   log or votes   any         refuse: member was deleted, or another program's log
 * absent   none, partial  yes         wipe the part (it never took part), format
 * absent   none, partial  no          refuse: an empty disk would make a voter without memory
 * absent   none, partial  join        wipe the part, format under a name that never voted
 * </pre>
 *
 * <p>A member that does not vote has nothing to forget: it formats an empty storage whatever it was
 * told.
 *
 * <p>A storage that joins votes under a name of its own ({@link MemberId}), and not before the
 * others have agreed on a membership with that name. So what a lost storage once voted, and what
 * its successor votes, are two voters' votes of which never both count.
 */
final class LedgerStorage {
  private static final String MARKER = "member";
  private static final String MEMBER = "member ";

  private final LedgerConfig config;
  private final UUID group;
  private RaftPeerId member;

  LedgerStorage(LedgerConfig config, UUID group) {
    this.config = config;
    this.group = group;
    this.member = MemberId.first(config.own());
  }

  /** Where the replication keeps its groups. */
  Path raft() {
    return config.storage().resolve("raft");
  }

  private Path groupDirectory() {
    return raft().resolve(group.toString());
  }

  private Path meta() {
    return groupDirectory().resolve("current").resolve("raft-meta");
  }

  private Path marker() {
    return config.storage().resolve(MARKER);
  }

  /**
   * Decides as the table says.
   *
   * @return true to recover, false to format
   * @throws LedgerStartException when refused
   */
  boolean prepare() {
    try {
      if (Files.exists(config.storage().resolve(PairStorage.FILE))) {
        throw new LedgerStartException(
            ("%s holds the ledger of pair or solo mode. To go on in quorum mode: end MPP at every"
                    + " site, move this directory away at each, and start once with --bootstrap"
                    + " (docs/pair-mode.md)")
                .formatted(config.storage()));
      }
      refuseForeignGroups();
      if (Files.exists(marker())) {
        member = ownMarker();
        if (!Files.isRegularFile(meta())) {
          throw new LedgerStartException(
              ("%s says that %s took part in the ledger, but its log under %s is gone. %s")
                  .formatted(marker(), config.self(), groupDirectory(), REJOIN));
        }
        return true;
      }
      if (hasLog()) {
        throw new LedgerStartException(
            ("%s holds a log but %s is missing: the file was deleted, or the directory was copied"
                    + " in part. Restore it from where it came. If that is impossible: %s")
                .formatted(groupDirectory(), marker(), REJOIN));
      }
      if (!config.bootstrap() && !config.join() && config.own().votes()) {
        throw new LedgerStartException(
            ("%s has no ledger storage in %s. If this deployment is new, start once with"
                    + " --bootstrap on every member. If it is not, do NOT bootstrap: a voter that"
                    + " forgot its votes can undo what was agreed. Check that the right disk is"
                    + " mounted. %s")
                .formatted(config.self(), config.storage(), REJOIN));
      }
      deleteRecursively(groupDirectory());
      Files.createDirectories(raft());
      if (config.join() && config.own().votes()) {
        member = MemberId.fresh(config.own().site(), new SecureRandom());
      }
      return false;
    } catch (IOException e) {
      throw new LedgerStartException(
          "cannot use the ledger storage %s: %s".formatted(config.storage(), e), e);
    }
  }

  static final String REJOIN =
      "To replace this member's storage, while the others have a majority: move the directory away,"
          + " start this member with --join, and order mpp member replace on any node.";

  /** Under which this storage votes; known once prepared. */
  RaftPeerId member() {
    return member;
  }

  /** Whether it votes only once it is added. */
  boolean joined() {
    return !member.equals(MemberId.first(config.own()));
  }

  /** Forces the formatted storage and then the marker to disk; does nothing when it is there. */
  void formatted() throws IOException {
    if (Files.exists(marker())) {
      return;
    }
    try (Stream<Path> tree = Files.walk(raft())) {
      for (Path p : tree.toList()) {
        force(p);
      }
    }
    Path tmp = config.storage().resolve(MARKER + ".tmp");
    Files.writeString(tmp, identity());
    force(tmp);
    Files.move(tmp, marker(), StandardCopyOption.ATOMIC_MOVE);
    force(config.storage());
  }

  private String identity() {
    return "format 1\ndeployment %s\ngroup %s\nsite %s\n"
            .formatted(config.deployment(), group, config.self())
        + (joined() ? MEMBER + member + "\n" : "");
  }

  /** The name that the storage votes under. */
  private RaftPeerId ownMarker() throws IOException {
    String found = new String(Files.readAllBytes(marker()), StandardCharsets.UTF_8);
    RaftPeerId named =
        found
            .lines()
            .filter(l -> l.startsWith(MEMBER))
            .findFirst()
            .map(l -> RaftPeerId.valueOf(l.substring(MEMBER.length())))
            .orElse(MemberId.first(config.own()));
    member = named;
    if (!found.equals(identity()) || !MemberId.site(named).equals(config.own().site())) {
      throw new LedgerStartException(
          "%s belongs to another member (it says \"%s\", expected \"%s\"). %s"
              .formatted(
                  config.storage(),
                  oneLine(found),
                  oneLine(identity()),
                  "Configure this member's own storage directory; never share or copy one."));
    }
    return named;
  }

  private static String oneLine(String text) {
    return text.strip().replace("\n", ", ");
  }

  private void refuseForeignGroups() throws IOException {
    if (!Files.isDirectory(raft())) {
      return;
    }
    try (Stream<Path> entries = Files.list(raft())) {
      List<String> foreign =
          entries
              .map(p -> p.getFileName().toString())
              .filter(n -> !n.equals(group.toString()))
              .sorted()
              .toList();
      if (!foreign.isEmpty()) {
        throw new LedgerStartException(
            ("%s holds the ledger of another deployment (%s; \"%s\" is %s). Correct the"
                    + " deployment's name or the storage directory.")
                .formatted(raft(), String.join(", ", foreign), config.deployment(), group));
      }
    }
  }

  private boolean hasLog() throws IOException {
    if (!Files.isDirectory(groupDirectory())) {
      return false;
    }
    if (hasTerm()) {
      return true;
    }
    try (Stream<Path> tree = Files.walk(groupDirectory())) {
      return tree.map(p -> p.getFileName().toString())
          .anyMatch(n -> n.startsWith("log_") || n.startsWith("snapshot."));
    }
  }

  /** A term above 0 means that it may have voted. */
  private boolean hasTerm() throws IOException {
    Path meta = meta();
    if (!Files.isRegularFile(meta)) {
      return false;
    }
    return Files.readString(meta)
        .lines()
        .anyMatch(l -> l.startsWith("term=") && !l.strip().equals("term=0"));
  }

  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void deleteRecursively(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      tree.sorted(Comparator.reverseOrder())
          .forEach(
              p -> {
                try {
                  Files.delete(p);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
