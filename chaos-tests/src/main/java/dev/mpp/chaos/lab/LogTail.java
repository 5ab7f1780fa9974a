package dev.mpp.chaos.lab;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** The lines that are written to a file from now on. For one thread. */
final class LogTail implements AutoCloseable {
  private final FileChannel file;
  private final ByteArrayOutputStream begun = new ByteArrayOutputStream();
  private final ByteBuffer buffer = ByteBuffer.allocate(16_384);

  LogTail(Path path) {
    try {
      file = FileChannel.open(path, StandardOpenOption.READ);
      file.position(file.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Complete lines since the last call. */
  List<String> more() {
    try {
      boolean ended = false;
      while (file.read(buffer.clear()) > 0) {
        begun.write(buffer.array(), 0, buffer.position());
        ended = true;
      }
      return ended ? complete() : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> complete() {
    String text = begun.toString(StandardCharsets.UTF_8);
    int end = text.lastIndexOf('\n') + 1;
    if (end > 0) {
      begun.reset();
      begun.writeBytes(text.substring(end).getBytes(StandardCharsets.UTF_8));
    }
    return text.substring(0, end).lines().toList();
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
