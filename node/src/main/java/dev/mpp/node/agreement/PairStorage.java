package dev.mpp.node.agreement;

import dev.mpp.core.model.SiteId;
import dev.mpp.core.pair.PairStored;
import dev.mpp.proto.v1.PairFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The ledger of a pair, or of one site alone, in one small file: eight bytes of magic, the CRC-32C
 * of the rest in eight bytes, and a {@code PairFile}. A new one is written beside it and forced
 * before it takes the name, so a crash leaves the old one or the new one.
 *
 * <pre>
 * file      of               bootstrap   then
 * present   this site        any         read
 * present   another site,    any         refuse: foreign
 *           pair, deployment
 * present   damaged          any         refuse
 * absent    -                yes         begin empty; in a pair it takes nothing before it met the
 *                                        other, which knows the epochs that were used
 * absent    -                no          refuse: perhaps the disk is not mounted
 * </pre>
 */
final class PairStorage {
  static final String FILE = "ledger.pair";
  private static final long MAGIC = 0x4d50505f50414952L; // MPP_PAIR
  private static final int HEADER = 16;

  private final Path directory;
  private final String deployment;
  private final SiteId site;
  private final String peer;

  /**
   * @param peer the other site's name, empty when there is none
   */
  PairStorage(Path directory, String deployment, SiteId site, String peer) {
    this.directory = directory;
    this.deployment = deployment;
    this.site = site;
    this.peer = peer;
  }

  private Path file() {
    return directory.resolve(FILE);
  }

  /**
   * Reads what is there, as the table says.
   *
   * @throws LedgerStartException when refused, with the remedy
   */
  PairStored open(boolean bootstrap) {
    try {
      if (Files.exists(directory.resolve("raft")) || Files.exists(directory.resolve("member"))) {
        throw new LedgerStartException(
            ("%s holds the ledger of quorum mode. If the deployment has really become smaller: end"
                    + " MPP at every site, move this directory away at each, and start once with"
                    + " --bootstrap (docs/pair-mode.md)")
                .formatted(directory));
      }
      if (Files.exists(file())) {
        return read();
      }
      if (!bootstrap) {
        throw new LedgerStartException(
            ("%s has no ledger in %s. If this deployment is new, or this site's disk is and the"
                    + " other site still has the ledger, start once with --bootstrap. Check first"
                    + " that the right disk is mounted.")
                .formatted(site, directory));
      }
      Files.createDirectories(directory);
      PairStored empty =
          new PairStored(
              peer.isEmpty(),
              java.util.Map.of(),
              java.util.Map.of(),
              java.util.Set.of(),
              java.util.Set.of());
      write(empty);
      return empty;
    } catch (IOException e) {
      throw new LedgerStartException(
          "cannot use the ledger storage %s: %s".formatted(directory, e), e);
    }
  }

  private PairStored read() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file()));
    if (bytes.remaining() < HEADER || bytes.getLong() != MAGIC) {
      throw damaged("it does not begin as one");
    }
    long sum = bytes.getLong();
    byte[] content = new byte[bytes.remaining()];
    bytes.get(content);
    if (sum != crc(content)) {
      throw damaged("its checksum is wrong");
    }
    try {
      PairFile found = PairCodec.file(content);
      requireOwn(found);
      return PairCodec.stored(found);
    } catch (UnreadableLedgerException e) {
      throw damaged(String.valueOf(e.getMessage()));
    }
  }

  private LedgerStartException damaged(String why) {
    return new LedgerStartException(
        ("%s is not a ledger that this version can read: %s. %s")
            .formatted(
                file(),
                why,
                peer.isEmpty()
                    ? "Restore it from a backup of the data directory; an older one would let epochs"
                        + " repeat, so raise no server by hand meanwhile."
                    : "If the other site is well: move the file away and start once with"
                        + " --bootstrap; this site then learns everything from the other."));
  }

  private void requireOwn(PairFile found) {
    boolean grown = found.getPeer().isEmpty();
    if (found.getDeployment().equals(deployment)
        && found.getSite().equals(site.name())
        && (found.getPeer().equals(peer) || grown)) {
      return;
    }
    boolean shrunk =
        peer.isEmpty()
            && found.getDeployment().equals(deployment)
            && found.getSite().equals(site.name());
    throw new LedgerStartException(
        shrunk
            ? ("%s says that %s was one of a pair with %s, which may still hold the role. When that"
                    + " site is gone for good: move the file away and start once with --bootstrap.")
                .formatted(file(), site, found.getPeer())
            : ("%s belongs to another member (deployment %s, site %s, pair with %s; expected %s, %s,"
                    + " %s). Configure this site's own data directory; never share or copy one.")
                .formatted(
                    file(),
                    found.getDeployment(),
                    found.getSite(),
                    found.getPeer(),
                    deployment,
                    site,
                    peer));
  }

  /** Returns when it is on disk. One call at a time. */
  void write(PairStored stored) throws IOException {
    byte[] content = PairCodec.encode(deployment, site, peer, stored);
    ByteBuffer bytes = ByteBuffer.allocate(HEADER + content.length);
    bytes.putLong(MAGIC).putLong(crc(content)).put(content).flip();
    Path tmp = directory.resolve(FILE + ".new");
    try (FileChannel channel =
        FileChannel.open(
            tmp,
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(tmp, file(), StandardCopyOption.ATOMIC_MOVE);
    LedgerStorage.force(directory);
  }

  private static long crc(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    return crc.getValue();
  }
}
