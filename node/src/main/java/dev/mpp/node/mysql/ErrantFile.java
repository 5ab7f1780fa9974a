package dev.mpp.node.mysql;

import dev.mpp.core.model.MariaDbGtidSet.Range;
import dev.mpp.core.model.NodeAddress;
import dev.mpp.node.mysql.BinlogReader.Transaction;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A file of errant transactions for the one who decides what becomes of them. Statements hold data
 * and may hold passwords, so that only its owner can read it; an existing file is never written to.
 */
public final class ErrantFile implements AutoCloseable {
  private final BufferedWriter out;
  private final NodeAddress node;
  private int written;

  private ErrantFile(BufferedWriter out, NodeAddress node) {
    this.out = out;
    this.node = node;
  }

  /**
   * @throws java.nio.file.FileAlreadyExistsException if there is such a file
   * @throws IOException if it cannot be made
   */
  public static ErrantFile create(
      Path file, NodeAddress node, NodeAddress active, List<Range> ranges) throws IOException {
    // Permissions of a file system that has none are not asked for.
    FileChannel channel =
        file.toAbsolutePath().getFileSystem().supportedFileAttributeViews().contains("posix")
            ? FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
            : FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    BufferedWriter out = new BufferedWriter(Channels.newWriter(channel, StandardCharsets.UTF_8));
    out.write("-- Transactions of " + node + " that ACTIVE " + active + " does not have:\n-- ");
    out.write(ranges.stream().map(Range::toString).collect(Collectors.joining(", ")));
    out.write(
        "\n"
            + "-- As the binary log has them (SHOW BINLOG EVENTS): statements, and the tables of"
            + " rows whose statement\n"
            + "-- was not logged. Not the rows before and after: the commands below each show"
            + " those, with an\n"
            + "-- account that has REPLICATION SLAVE.\n");
    return new ErrantFile(out, node);
  }

  /** Adds one; may be called from a stream. */
  public void write(Transaction t) {
    try {
      out.write("\n-- " + t.gtid() + "  " + t.file() + " " + t.position() + ".." + t.end() + "\n");
      out.write(
          "-- mariadb-binlog --read-from-remote-server --host=%s --port=%d --user=USER -p --base64-output=decode-rows -vv --start-position=%d --stop-position=%d %s%n"
              .formatted(node.host(), node.port(), t.position(), t.end(), t.file()));
      for (String statement : t.statements()) {
        out.write(statement);
        out.write(";\n");
      }
      written++;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Says that the log does not go back to the first of them. */
  public void incomplete(Optional<String> begins) throws IOException {
    if (begins.isPresent()) {
      out.write(
          "\n-- INCOMPLETE: the binary log begins with "
              + begins.get()
              + "; what is older was purged.\n");
    }
  }

  /** How many transactions are in it. */
  public int written() {
    return written;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
