package dev.mpp.node.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** One process per data directory. The kernel drops the lock however the process ends. */
final class DirectoryLock implements AutoCloseable {
  private static final String FILE = "mpp.lock";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  static DirectoryLock take(Path directory) throws IOException, StoreException {
    Path file = directory.resolve(FILE);
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    @Nullable FileLock lock;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Left open on purpose: with POSIX locks, closing it would drop the other holder's lock.
      throw refusal(directory, "this process", e);
    }
    if (lock == null) {
      channel.close();
      String owner = Files.readString(file).strip();
      throw refusal(directory, owner.isEmpty() ? "another process" : "process " + owner, null);
    }
    byte[] pid = (ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII);
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(pid), 0);
    return new DirectoryLock(channel);
  }

  private static StoreException refusal(Path directory, String owner, @Nullable Throwable cause) {
    return new StoreException(
        "the data directory "
            + directory
            + " is in use by "
            + owner
            + "; stop that process, or give this one its own data-dir",
        cause);
  }

  /** Closing the channel releases the lock. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
