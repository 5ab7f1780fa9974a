package dev.mpp.dns;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that does not fill the disk: at a given size it becomes {@code NAME.1}, in place of the
 * one before, and a new one is begun. One thread.
 */
public final class LogFile {
  /** Octets of a file before a new one is begun; there are two. */
  public static final long USUAL_MOST = 100L << 20;

  private final Path path;
  private final long most;
  private @Nullable OutputStream out;
  private long size;

  /**
   * @param most octets of one file
   */
  public LogFile(Path path, long most) {
    this.path = path;
    this.most = most;
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  /** Whether the next one should be begun. */
  public boolean full() {
    return size >= most;
  }

  /** Goes on at the end of the file, and makes it if there is none. */
  public void append() throws IOException {
    open(StandardOpenOption.APPEND);
    size = Files.size(path);
  }

  /** Begins an empty file; the one there is becomes {@code NAME.1}. */
  public void begin() throws IOException {
    close();
    if (Files.exists(path)) {
      Path older = path.resolveSibling(path.getFileName() + ".1");
      Files.move(path, older, StandardCopyOption.REPLACE_EXISTING);
    }
    open(StandardOpenOption.TRUNCATE_EXISTING);
    size = 0;
  }

  private void open(StandardOpenOption how) throws IOException {
    try {
      out =
          new BufferedOutputStream(
              Files.newOutputStream(
                  path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how));
    } catch (IOException e) {
      throw new IOException(path + ": " + e.getClass().getSimpleName() + ": " + e.getMessage(), e);
    }
  }

  public void write(byte[] octets) throws IOException {
    if (out == null) {
      throw new IOException(path + " is not open");
    }
    out.write(octets);
    size += octets.length;
  }

  public void flush() throws IOException {
    if (out != null) {
      out.flush();
    }
  }

  /** What cannot be written any more is lost. */
  public void close() {
    OutputStream closing = out;
    out = null;
    if (closing != null) {
      try {
        closing.close();
      } catch (IOException e) {
        System.getLogger(LogFile.class.getName())
            .log(System.Logger.Level.DEBUG, path + " was not closed cleanly", e);
      }
    }
  }
}
